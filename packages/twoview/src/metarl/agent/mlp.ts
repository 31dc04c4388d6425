// Multi-layer perceptrons with ReLU, one or several of the same shape at once: an ensemble's layers are one batched
// product over stacked weights.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import type { Start } from './initial.js';
import type { Parameter, ParameterBank } from './parameters.js';

export interface MlpShape {
  /** Widths from input to output. */
  sizes: readonly number[];
  /** Networks of this shape; the default 1 has no dimension for it. */
  copies?: number;
  /** Whether a ReLU follows the last layer too: a trunk, to be followed by a head. */
  activated?: boolean;
}

/** How many numbers a network of this shape has. */
export function mlpSize({ sizes, copies = 1 }: MlpShape): number {
  return copies * sizes.slice(1).reduce((sum, width, i) => sum + ((sizes[i] as number) + 1) * width, 0);
}

/**
 * Linear, ReLU, ..., Linear. Weights are `[in, out]`, transposed to PyTorch's, with the copies before: `x W + b` without
 * a transposition. State: `<layer>.weight` and `<layer>.bias`.
 */
export class Mlp extends Module<[Tensor], Tensor> {
  readonly layers: readonly { weight: Parameter; bias: Parameter }[];
  readonly copies: number;
  readonly #activated: boolean;

  constructor(
    readonly shape: MlpShape,
    bank: ParameterBank,
  ) {
    super();
    const { sizes, copies = 1, activated = false } = shape;
    const stacked = copies > 1 ? [copies] : [];
    this.copies = copies;
    this.#activated = activated;
    this.layers = sizes.slice(1).map((width, i) => {
      const weight = bank.take([...stacked, sizes[i] as number, width]);
      const bias = bank.take(copies > 1 ? [copies, 1, width] : [width]);
      const layer = this.module(String(i), new Layer(weight, bias));
      return { weight: layer.weight, bias: layer.bias };
    });
  }

  /** Fills weights and biases. `heads`: how many layers side by side the last one is, for starts that look at widths. */
  start(start: Start, generator: Generator, heads = 1): this {
    this.layers.forEach(({ weight, bias }, i) => {
      const last = i === this.layers.length - 1 && !this.#activated;
      start(weight.fixed, bias.fixed, { last, generator, heads: last ? heads : 1 });
    });
    return this;
  }

  /**
   * `[N, in]` to `[N, out]`, or to `[copies, N, out]`, each network on the same rows.
   * @param fixed leaves the weights out of the gradient; that of the input is the same
   */
  override forward(x: Tensor, fixed = false): Tensor {
    const ensemble = this.copies > 1;
    let h = ensemble ? x.unsqueeze(0).expand([this.copies, x.size(0), x.size(1)]) : x;
    this.layers.forEach(({ weight, bias }, i) => {
      const [w, b] = fixed ? [weight.fixed, bias.fixed] : [weight.trained, bias.trained];
      h = ensemble ? torch.baddbmm(b, h, w) : torch.addmm(b, h, w);
      if (this.#activated || i < this.layers.length - 1) h.relu_();
    });
    return h;
  }
}

/** One layer's weight and bias under their names. */
class Layer extends Module<[], void> {
  constructor(
    readonly weight: Parameter,
    readonly bias: Parameter,
  ) {
    super();
    for (const [name, { trained, fixed }] of [
      ['weight', weight],
      ['bias', bias],
    ] as const) {
      if (trained === fixed) this.buffer(name, fixed);
      else this.parameter(name, trained);
    }
  }

  override forward(): void {}
}
