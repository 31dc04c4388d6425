// Training: the configuration of a run, and the loop.
export { BatchStream } from './batches.js';
export { type Config, configSchema, type OptimizerConfig } from './config.js';
export type { BatchContext, EpochContext, Measures, Observer, StepContext } from './observer.js';
export { type AnyOptimizer, createOptimizer, learningRateFactor } from './optimizer.js';
export { merge, parseOverride, resolveSettings } from './overrides.js';
export { configJsonSchema, parseConfig, type ResolveInput, resolveConfig } from './resolve.js';
export {
  createModel,
  DivergenceError,
  resolveDevice,
  Trainer,
  type TrainingProgress,
  type TrainOptions,
  viewSize,
} from './trainer.js';
