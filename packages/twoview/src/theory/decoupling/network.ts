// The network: one layer of symmetrised, thresholded ReLU neurons, and its contrastive loss (Wen, Li 2021, section 2).
import type { Tensor } from '@twoview/torch';

/**
 * h_i = ReLU(u_i - b_i) - ReLU(-u_i - b_i) = sign(u_i) max(|u_i| - b_i, 0).
 * @param u `[N, m]`
 * @param b `[m]`, not negative
 */
export function thresholded(u: Tensor, b: Tensor): Tensor {
  return u.sub(u.clamp(b.neg(), b));
}

/** f(x) `[N, m]` for samples `[N, d1]`, weights `[m, d1]` and thresholds `[m]`. */
export function represent(x: Tensor, weights: Tensor, b: Tensor): Tensor {
  return thresholded(x.matmul(weights.t()), b);
}

/**
 * The mean over anchors n of -log softmax(S)_nn, S_nk = <f(x+_n), stopgrad f(x++_k)> / tau: the negatives of a sample are the
 * second views of the others. Differentiable; no gradient flows through the second factor.
 *
 * @param anchors, positives f(x+) and f(x++) `[N, m]`
 * @throws RangeError when the shapes differ or the temperature is not positive
 */
export function contrastiveLoss(anchors: Tensor, positives: Tensor, temperature: number): Tensor {
  checkPair('contrastiveLoss', anchors, positives, temperature);
  const logits = anchors.matmul(positives.detach().t()).div(temperature);
  return logits.logSoftmax(1).diagonal().mean().neg();
}

/** The gradient of minus the loss in closed form, as what it is made of. */
export interface ClosedForm {
  /** `[N, m]`: (1 - p_0) h_i(x++) - sum_n p_n h_i(x_n), where |<w_i, x+>| >= b_i, and 0 elsewhere. */
  coefficients: Tensor;
  /** `[N, N]`, softmax weights; row n has its positive on the diagonal. */
  weights: Tensor;
  /** `[N, N]`, logits: weights are their softmax. */
  logits: Tensor;
}

/**
 * The gradient with respect to w_i is coefficients^T x+ / (N tau).
 * @param u, v pre-activations <w_i, x+> and <w_i, x++>, `[N, m]`; the same tensor where the views are the same
 * @throws RangeError when the shapes differ or the temperature is not positive
 */
export function closedForm(u: Tensor, v: Tensor, b: Tensor, temperature: number): ClosedForm {
  checkPair('closedForm', u, v, temperature);
  const first = thresholded(u, b);
  const second = v === u ? first : thresholded(v, b);
  const logits = first.div(temperature).matmul(second.t());
  const weights = logits.softmax(1);
  const coefficients = second.sub(weights.matmul(second)).mul_(u.abs().ge(b));
  return { coefficients, weights, logits };
}

function checkPair(where: string, a: Tensor, b: Tensor, temperature: number): void {
  if (a.ndim !== 2 || b.ndim !== 2 || a.shape[0] !== b.shape[0] || a.shape[1] !== b.shape[1])
    throw new RangeError(`${where}: [${a.shape}] and [${b.shape}] are not two views of the same samples`);
  if (!(temperature > 0)) throw new RangeError(`${where}: the temperature must be positive, not ${temperature}`);
}
