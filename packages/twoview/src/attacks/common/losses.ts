// What an attack raises, one value an image. Attacks differentiate the sum, so the gradient at one image depends on no other.
import type { Tensor } from '@twoview/torch';

/** `crossEntropy`; `margin`, of Carlini & Wagner 2017; `kl`, the divergence of TRADES (Zhang et al. 2019). */
export type LossName = 'crossEntropy' | 'margin' | 'kl';

export const lossNames: readonly LossName[] = ['crossEntropy', 'margin', 'kl'];

const reduction = { none: 0 };

/**
 * -log softmax(o)_y.
 *
 * @param logits [B, K]
 * @param labels int64 [B]
 * @returns [B]
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return logits.crossEntropyLoss(labels, { reduction: reduction.none });
}

/**
 * max_{k != y} o_k - o_y: positive where the image is misclassified, and not flat where the softmax is saturated. Equation 6
 * of Carlini & Wagner 2017 with the sign changed and nothing cut off.
 *
 * @param logits [B, K]
 * @param labels int64 [B]
 * @returns [B]
 */
export function margin(logits: Tensor, labels: Tensor): Tensor {
  const target = labels.unsqueeze(1);
  const others = logits.scatter(1, target, Number.NEGATIVE_INFINITY).amax([1]);
  return others.sub(logits.gather(1, target).squeeze(1));
}

/**
 * KL( softmax(reference) || softmax(o) ). Its gradient is zero at the reference itself: start elsewhere.
 *
 * @param logits [B, K]
 * @param reference [B, K], logits of the images that are attacked; a constant
 * @returns [B]
 */
export function klDivergence(logits: Tensor, reference: Tensor): Tensor {
  const target = reference.detach().logSoftmax(1);
  return target
    .exp()
    .mul(target.sub(logits.logSoftmax(1)))
    .sum([1]);
}
