// Batch normalisation (Ioffe and Szegedy 2015), with PyTorch's conventions: biased variance to normalise, unbiased
// variance in the running average.
import { batchNorm, type DType, ones, type Tensor, tensor, zeros } from '../index.js';
import { Module } from './module.js';
import { whole } from './options.js';

export interface BatchNormOptions {
  /** Added to the variance. */
  eps?: number;
  /** Weight of the new batch in the running statistics; null averages over all batches alike. */
  momentum?: number | null;
  /** Whether a scale and a shift are learned. */
  affine?: boolean;
  /** Whether evaluation mode uses running statistics; without, both modes use the batch's. */
  trackRunningStats?: boolean;
  dtype?: DType;
}

/** What the two classes share; they differ in the input's dimensions. */
abstract class BatchNorm extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  /** int64 scalar: training batches seen. */
  readonly numBatchesTracked: Tensor | null;
  readonly eps: number;
  /** See BatchNormOptions; may be changed at any time. */
  momentum: number | null;

  constructor(
    readonly numFeatures: number,
    options: BatchNormOptions = {},
  ) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype } = options;
    const shape = [whole('numFeatures', numFeatures, 1)];
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? this.parameter('weight', ones(shape, { dtype })) : null;
    this.bias = affine ? this.parameter('bias', zeros(shape, { dtype })) : null;
    this.runningMean = trackRunningStats ? this.buffer('running_mean', zeros(shape, { dtype })) : null;
    this.runningVar = trackRunningStats ? this.buffer('running_var', ones(shape, { dtype })) : null;
    this.numBatchesTracked = trackRunningStats
      ? this.buffer('num_batches_tracked', tensor(0, { dtype: 'int64' }))
      : null;
  }

  protected abstract readonly dimensions: readonly number[];

  forward(x: Tensor): Tensor {
    const { shape } = x;
    if (!this.dimensions.includes(shape.length) || shape[1] !== this.numFeatures) {
      const forms = this.dimensions.map((n) => `[B, ${[this.numFeatures, 'H', 'W'].slice(0, n - 1).join(', ')}]`);
      throw new RangeError(`${this.constructor.name} takes ${forms.join(' or ')}, not [${shape.join(', ')}]`);
    }
    const useBatch = this.training || !this.runningMean;
    if (useBatch && shape.reduce((a, b) => a * b, 1) <= this.numFeatures) {
      throw new RangeError(
        `${this.constructor.name} needs more than one value per channel to normalise by, but the input is [${shape.join(', ')}]: use a larger batch, or eval()`,
      );
    }
    let factor = this.momentum ?? 0;
    if (this.training && this.numBatchesTracked) {
      this.numBatchesTracked.add_(1);
      if (this.momentum === null) factor = 1 / this.numBatchesTracked.item();
    }
    return batchNorm(x, this.weight, this.bias, this.runningMean, this.runningVar, useBatch, factor, this.eps, true);
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    this.runningMean?.zero_();
    this.runningVar?.fill_(1);
    this.numBatchesTracked?.zero_();
  }
}

/** Over the batch (and length) of `[B, C]` or `[B, C, L]`. */
export class BatchNorm1d extends BatchNorm {
  protected readonly dimensions = [2, 3];
}

/** Over batch, height and width of `[B, C, H, W]`. */
export class BatchNorm2d extends BatchNorm {
  protected readonly dimensions = [4];
}
