// @twoview/torch/optim: optimisers, schedules, clipping and the moving average of weights.
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { clipGradNorm } from './clip.js';
export { emaUpdate } from './ema.js';
export { splitBiasAndNorm } from './groups.js';
export { LARS, type LARSOptions } from './lars.js';
export { type Group, type GroupInput, Optimizer, type OptimizerState, type Parameters } from './optimizer.js';
export * from './schedules.js';
export { SGD, type SGDOptions } from './sgd.js';
