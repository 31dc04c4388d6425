// Pooling over images `[B, C, H, W]`.
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type Tensor } from '../index.js';
import { Module } from './module.js';
import { pair, type Size2d } from './options.js';

export interface PoolOptions {
  /** The kernel's size if left out. */
  stride?: Size2d;
  padding?: Size2d;
  /** Rounds the output's size up rather than down. */
  ceilMode?: boolean;
}

abstract class Pool2d extends Module {
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly ceilMode: boolean;

  constructor(kernelSize: Size2d, options: PoolOptions = {}) {
    super();
    this.kernelSize = pair('kernelSize', kernelSize, 1);
    this.stride = pair('stride', options.stride ?? kernelSize, 1);
    this.padding = pair('padding', options.padding ?? 0, 0);
    this.ceilMode = options.ceilMode ?? false;
  }
}

/** The largest element of each window. */
export class MaxPool2d extends Pool2d {
  readonly dilation: readonly [number, number];

  constructor(kernelSize: Size2d, options: PoolOptions & { dilation?: Size2d } = {}) {
    super(kernelSize, options);
    this.dilation = pair('dilation', options.dilation ?? 1, 1);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.stride, this.padding, this.dilation, this.ceilMode);
  }
}

/** The mean of each window. */
export class AvgPool2d extends Pool2d {
  readonly countIncludePad: boolean;

  /** @param options `countIncludePad` (the default) lets padding's zeros count in the mean */
  constructor(kernelSize: Size2d, options: PoolOptions & { countIncludePad?: boolean } = {}) {
    super(kernelSize, options);
    this.countIncludePad = options.countIncludePad ?? true;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.stride, this.padding, this.ceilMode, this.countIncludePad);
  }
}

/** Means over windows chosen so that the output is `outputSize`. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: readonly [number, number];

  constructor(outputSize: Size2d) {
    super();
    this.outputSize = pair('outputSize', outputSize, 1);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}
