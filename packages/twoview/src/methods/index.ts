// Methods: the slots, the step they share, and the published points as presets.
export { Branch } from './branch.js';
export {
  type AttackConfig,
  attackSchema,
  type ClassifierConfig,
  checkMethod,
  checkViewCount,
  classifierSchema,
  isDirectional,
  isSupervised,
  type MethodConfig,
  methodSchema,
  type ObjectiveConfig,
  objectiveSchema,
  type PredictorConfig,
  type ProjectorConfig,
  predictorSchema,
  projectorSchema,
  type TargetConfig,
  targetSchema,
} from './config/index.js';
export { type DirectConfig, DirectPredictor, directMatrix, predictorEigenvalues } from './direct-predictor.js';
export { viewPairs } from './pairs.js';
export { createPredictor, type Predictor } from './predictor.js';
export { findPreset, presetMethod, presets, siameseNames } from './presets/index.js';
export type { Preset } from './presets/preset.js';
export { findRecipe, type Recipe, type RecipeConfig, type Scale, scaleData, scales } from './presets/recipe.js';
export {
  type EncoderFactory,
  ImageClassifier,
  Siamese,
  type StepInput,
  type StepResult,
  type ViewOutput,
} from './siamese.js';
export { emaMomentum } from './target.js';
