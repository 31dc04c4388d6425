/** Image runs of adversarial training: settings, training and its measures, and attacks on trained runs. */
export { type EnsembleChoice, type EnsembleMeasures, ensembleExperiment } from './ensemble.js';
export { type Divergences, measureRobustness, type RadiusMeasures, type Robustness } from './measure.js';
export { classifierOf, type ImageMeasures, type ImageRun, imageExperiment } from './run.js';
export {
  type Evaluation,
  type ImageMethod,
  type ImageMethodName,
  type ImageRecipe,
  imageConfig,
  imageMethods,
  published,
  small,
} from './settings.js';
export { type TransferMeasures, transferExperiment } from './transfer.js';
