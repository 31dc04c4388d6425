// Fully connected layers.
import { empty, linear, type Tensor } from '../index.js';
import { fans, kaimingUniform_, uniform_ } from './init.js';
import { Module } from './module.js';
import { type LayerOptions, whole } from './options.js';

export interface LinearOptions extends LayerOptions {
  /** Whether a bias is added; it is by default. */
  bias?: boolean;
}

/** y = x W^T + b: `[..., inFeatures]` to `[..., outFeatures]`. Starts as PyTorch's does. */
export class Linear extends Module {
  /** `[outFeatures, inFeatures]` */
  readonly weight: Tensor;
  /** `[outFeatures]` */
  readonly bias: Tensor | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    const { bias = true, dtype } = options;
    const shape = [whole('outFeatures', outFeatures, 1), whole('inFeatures', inFeatures, 1)];
    this.weight = this.parameter('weight', empty(shape, { dtype }));
    this.bias = bias ? this.parameter('bias', empty([outFeatures], { dtype })) : null;
    resetAffine(this.weight, this.bias, options);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** PyTorch's default start of a linear layer or a convolution: both uniform within 1 / sqrt(fanIn), the weight first. */
export function resetAffine(weight: Tensor, bias: Tensor | null, options: LayerOptions): void {
  kaimingUniform_(weight, { a: Math.sqrt(5), generator: options.generator });
  if (!bias) return;
  const bound = 1 / Math.sqrt(fans(weight).fanIn);
  uniform_(bias, -bound, bound, options);
}
