// How networks start: as PEARL's program has it, or by Glorot and Bengio's rule, as TCL's has it.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Fills a layer's weight `[copies, in, out]` and bias `[copies, 1, out]`. */
export type Start = (
  weight: Tensor,
  bias: Tensor,
  layer: { last: boolean; generator: Generator; heads: number },
) => void;

/**
 * PEARL's start: hidden weights uniform within 1 / sqrt(out) (its program takes the number of outputs for the fan-in),
 * hidden biases 0.1; all of the last layer uniform within `last`.
 */
export function pearlStart(last: number): Start {
  return (weight, bias, layer) =>
    torch.noGrad(() => {
      const { generator } = layer;
      const bound = layer.last ? last : 1 / Math.sqrt(weight.size(-1));
      weight.uniform_(-bound, bound, { generator });
      if (layer.last) bias.uniform_(-bound, bound, { generator });
      else bias.fill_(0.1);
    });
}

/** Xavier's start, variance 2 / (in + out) of each head, and biases 0. */
export function xavierStart(distribution: 'uniform' | 'normal'): Start {
  return (weight, bias, { generator, heads }) =>
    torch.noGrad(() => {
      const std = Math.sqrt(2 / (weight.size(-2) + weight.size(-1) / heads));
      if (distribution === 'normal') weight.normal_(0, std, { generator });
      else weight.uniform_(-Math.sqrt(3) * std, Math.sqrt(3) * std, { generator });
      bias.zero_();
    });
}
