// Methods: the slots, the step they share, and the published points as presets.
export {
  checkMethod,
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
} from './config.js';
export { type DirectConfig, DirectPredictor, directMatrix, predictorEigenvalues } from './direct-predictor.js';
export { createPredictor, type Predictor } from './predictor.js';
export { findPreset, presetMethod, presets } from './presets/index.js';
export type { Preset } from './presets/preset.js';
export { Branch, type EncoderFactory, Siamese, type StepResult } from './siamese.js';
export { emaMomentum } from './target.js';
