// @twoview/torch/nn: networks with PyTorch's names, initial values and state-dict keys.
export { Flatten, Identity, ReLU } from './activation.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './batch-norm.js';
export { type Layer, ModuleList, Sequential } from './containers.js';
export { Conv2d, type Conv2dOptions } from './conv.js';
export { Dropout } from './dropout.js';
export * as functional from './functional.js';
export * as init from './init.js';
export { LayerNorm, type LayerNormOptions } from './layer-norm.js';
export { Linear, type LinearOptions } from './linear.js';
export { type AnyModule, copyParameters, Module, type StateDict, type StateDifference } from './module.js';
export type { LayerOptions, Size2d } from './options.js';
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, type PoolOptions } from './pooling.js';
