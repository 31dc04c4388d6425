// Functions of torch.nn.functional that the operators do not offer under a friendly face.
import type { Generator, Tensor } from '../index.js';
import * as torch from '../index.js';

/** How a loss joins its samples. */
export type Reduction = 'none' | 'mean' | 'sum';

const reductions: Record<Reduction, number> = { none: 0, mean: 1, sum: 2 };

/**
 * Scales `x` to unit length along `dim`: x / max(|x|_p, eps).
 * @param options `dim` is 1, as in PyTorch; `eps` keeps a zero vector from dividing by zero
 */
export function normalize(x: Tensor, options: { p?: number; dim?: number; eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, [dim], true).clampMin(eps));
}

/**
 * Cross entropy of logits `[B, K, ...]` and targets: class numbers `[B, ...]` (int64), or probabilities `[B, K, ...]`.
 * @param options `weight` `[K]` weighs the classes; `ignoreIndex` leaves out samples of that class number
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: { weight?: Tensor | null; reduction?: Reduction; ignoreIndex?: number; labelSmoothing?: number } = {},
): Tensor {
  const { weight = null, reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0 } = options;
  return torch.crossEntropyLoss(logits, target, weight, reductions[reduction], ignoreIndex, labelSmoothing);
}

/** (x - y)^2 over all elements. */
export function mseLoss(x: Tensor, y: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  return torch.mseLoss(x, y, reductions[options.reduction ?? 'mean']);
}

/** Cross entropy of independent yes-or-no targets in [0, 1] with logits of the same shape. */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: { weight?: Tensor | null; posWeight?: Tensor | null; reduction?: Reduction } = {},
): Tensor {
  const { weight = null, posWeight = null, reduction = 'mean' } = options;
  return torch.binaryCrossEntropyWithLogits(logits, target, weight, posWeight, reductions[reduction]);
}

/** In training, zeroes each element with probability `p` and divides the others by 1 - p, as PyTorch's does with its stream. */
export function dropout(x: Tensor, p = 0.5, options: { training?: boolean; generator?: Generator } = {}): Tensor {
  const { training = true, generator } = options;
  if (!training || p === 0) return x;
  if (p === 1) return x.mul(0);
  const keeps = torch.noGrad(() =>
    torch
      .emptyLike(x)
      .bernoulli_(1 - p, { generator })
      .div_(1 - p),
  );
  return x.mul(keeps);
}
