// Layer normalisation (Ba et al. 2016).
import { type DType, layerNorm, ones, type Tensor, zeros } from '../index.js';
import { Module } from './module.js';
import { whole } from './options.js';

export interface LayerNormOptions {
  /** Added to the variance. */
  eps?: number;
  /** Whether a scale and a shift are learned; they are by default. */
  affine?: boolean;
  dtype?: DType;
}

/** Normalises each sample over its last dimensions, which must be `normalizedShape`. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly eps: number;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, affine = true, dtype } = options;
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    for (const size of this.normalizedShape) whole('normalizedShape', size, 1);
    this.eps = eps;
    this.weight = affine ? this.parameter('weight', ones(this.normalizedShape, { dtype })) : null;
    this.bias = affine ? this.parameter('bias', zeros(this.normalizedShape, { dtype })) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
}
