// Convolution over images.
import { conv2d, empty, type Tensor } from '../index.js';
import { resetAffine } from './linear.js';
import { Module } from './module.js';
import { type LayerOptions, pair, type Size2d, whole } from './options.js';

export interface Conv2dOptions extends LayerOptions {
  stride?: Size2d;
  /** Zeros added on each side, or `'same'` for an output of the input's size (stride 1 only). */
  padding?: Size2d | 'same';
  dilation?: Size2d;
  /** Inputs and outputs fall into this many groups that do not see each other. */
  groups?: number;
  /** Whether a bias is added; it is by default. */
  bias?: boolean;
}

/** `[B, inChannels, H, W]` to `[B, outChannels, H', W']`. Starts as PyTorch's does. */
export class Conv2d extends Module {
  /** `[outChannels, inChannels / groups, kernelHeight, kernelWidth]` */
  readonly weight: Tensor;
  /** `[outChannels]` */
  readonly bias: Tensor | null;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly #same: boolean;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Size2d,
    options: Conv2dOptions = {},
  ) {
    super();
    const { bias = true, dtype, padding = 0 } = options;
    this.kernelSize = pair('kernelSize', kernelSize, 1);
    this.stride = pair('stride', options.stride ?? 1, 1);
    this.#same = padding === 'same';
    this.padding = pair('padding', padding === 'same' ? 0 : padding, 0);
    this.dilation = pair('dilation', options.dilation ?? 1, 1);
    this.groups = whole('groups', options.groups ?? 1, 1);
    if (whole('inChannels', inChannels, 1) % this.groups || whole('outChannels', outChannels, 1) % this.groups) {
      throw new RangeError(
        `${this.groups} groups do not divide ${inChannels} input and ${outChannels} output channels`,
      );
    }
    if (this.#same && (this.stride[0] !== 1 || this.stride[1] !== 1))
      throw new RangeError("padding 'same' needs stride 1");
    this.weight = this.parameter(
      'weight',
      empty([outChannels, inChannels / this.groups, ...this.kernelSize], { dtype }),
    );
    this.bias = bias ? this.parameter('bias', empty([outChannels], { dtype })) : null;
    resetAffine(this.weight, this.bias, options);
  }

  forward(x: Tensor): Tensor {
    return this.#same
      ? conv2d(x, this.weight, this.bias, this.stride, 'same', this.dilation, this.groups)
      : conv2d(x, this.weight, this.bias, this.stride, this.padding, this.dilation, this.groups);
  }
}
