// Training: the configuration of a run, and the loop.
export { BatchStream } from './batches.js';
export { type Config, configSchema, type OptimizerConfig } from './config.js';
export { splitHeldOut, type TrainingSplit } from './held-out.js';
export type { BatchContext, EpochContext, Measures, Observer, StepContext } from './observer.js';
export { type AnyOptimizer, createOptimizer, learningRateFactor } from './optimizer.js';
export { merge, parseOverride, resolveSettings } from './overrides.js';
export { checkConfig, configJsonSchema, parseConfig, type ResolveInput, resolveConfig } from './resolve.js';
export {
  createModel,
  DivergenceError,
  resolveDevice,
  Trainer,
  type TrainingProgress,
  type TrainOptions,
  viewSize,
} from './trainer.js';
