// Multi-layer perceptrons: projectors, predictors, and an encoder of plain vectors.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';

export interface MlpOptions {
  /** Widths from input to output: `[512, 512, 128]` is two linear layers. */
  sizes: readonly number[];
  /** BatchNorm before each ReLU: none, with its own scale and shift (`affine`), or without them. */
  norm?: 'none' | 'plain' | 'affine';
  /** Whether the linear layers have a bias; the last one's can be set apart. */
  bias?: boolean;
  lastBias?: boolean;
  /** BatchNorm after the last layer too. */
  lastNorm?: 'none' | 'plain' | 'affine';
  generator?: Generator;
}

/**
 * Linear, BatchNorm, ReLU, ..., Linear: `[B, sizes[0]]` to `[B, last size]`.
 *
 * The DirectPred paper's projector is `mlp({ sizes: [512, 512, 128], norm: 'plain' })`.
 */
export function mlp(options: MlpOptions): nn.Sequential {
  const { sizes, norm = 'plain', bias = true, lastBias = bias, lastNorm = 'none', generator } = options;
  if (sizes.length < 2) throw new RangeError('an MLP needs an input and an output size');
  const layers: nn.Module<[Tensor], Tensor>[] = [];
  for (let i = 0; i + 1 < sizes.length; i++) {
    const last = i + 2 === sizes.length;
    const width = sizes[i + 1] as number;
    layers.push(new nn.Linear(sizes[i] as number, width, { bias: last ? lastBias : bias, generator }));
    const after = last ? lastNorm : norm;
    if (after !== 'none') layers.push(new nn.BatchNorm1d(width, { affine: after === 'affine' }));
    if (!last) layers.push(new nn.ReLU({ inplace: true }));
  }
  return new nn.Sequential(...layers);
}

/** An encoder of vectors `[B, sizes[0]]`, for data that are not images. */
export class VectorEncoder extends Encoder {
  readonly featureSize: number;
  private readonly body: nn.Sequential;

  constructor(options: MlpOptions) {
    super();
    this.body = this.module('body', mlp(options));
    this.featureSize = options.sizes[options.sizes.length - 1] as number;
  }

  override forward(vectors: Tensor): Tensor {
    return this.body.forward(vectors);
  }
}
