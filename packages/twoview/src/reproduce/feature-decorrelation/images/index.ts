/** Image runs: recipes at both scales, the run as an experiment, the published linear evaluation. */
export { type LinearEvaluationOptions, linearEvaluation } from './linear-evaluation.js';
export { type ImageMeasures, imageExperiment } from './run.js';
export {
  comparisonRecipe,
  type ImageRecipe,
  type ImageVariant,
  type ImageVariantName,
  imageConfig,
  imageVariants,
  mainTable,
} from './settings.js';
