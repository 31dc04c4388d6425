// The contrastive family by its derivatives: b_k = -dL/dr_k, by how much each negative is pushed away. All satisfy
// dL/dr+ = sum_k b_k, and the covariance operator of a loss has these as the weights of its pairs (Tian et al. 2020).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  contrastiveNceOf,
  exactCovarianceOf,
  type PairDistances,
  simpleContrastiveOf,
  softTripletOf,
} from '../../objectives/index.js';

/** A loss of the distances r+ and r_1 to r_H, averaged over anchors; over negatives too, but for InfoNCE, which sums them. */
export type ContrastiveLoss =
  /** r+ - r_k */
  | { name: 'simple' }
  /** tau log(1 + exp((r+ - r_k + r0) / tau)) */
  | { name: 'softTriplet'; temperature: number; margin?: number }
  /** -tau log(exp(-r+/tau) / (exp(-r+/tau) + sum_k exp(-r_k/tau))) */
  | { name: 'infoNce'; temperature: number }
  /** w_k (r+ - r_k) with the constant w_k = 1/tau sigmoid(-r_k / tau) */
  | { name: 'exactCovariance'; temperature: number };

/**
 * The value, by the functions that train networks.
 * @throws RangeError on shapes that are not [A] and [A, H], or a temperature that is not positive
 */
export function contrastiveLossOf(loss: ContrastiveLoss, r: PairDistances): Tensor {
  switch (loss.name) {
    case 'simple':
      return simpleContrastiveOf(r);
    case 'softTriplet':
      return softTripletOf(r, loss);
    case 'infoNce':
      return contrastiveNceOf(r, { temperature: loss.temperature });
    case 'exactCovariance':
      return exactCovarianceOf(r, { temperature: loss.temperature });
    default:
      throw new RangeError(
        `the loss must be simple, softTriplet, infoNce or exactCovariance, not ${String((loss as { name?: unknown }).name)}`,
      );
  }
}

/**
 * b_k = -dL/dr_k in closed form, in the units of one anchor: [A, H], none negative.
 * @throws RangeError as `contrastiveLossOf` does
 */
export function negativeWeights(loss: ContrastiveLoss, r: PairDistances): Tensor {
  contrastiveLossOf(loss, r); // refuses what the loss itself refuses
  const negatives = r.negative.shape[1]!;
  const positive = r.positive.unsqueeze(-1);
  switch (loss.name) {
    case 'simple':
      return torch.onesLike(r.negative).div(negatives);
    case 'softTriplet':
      return positive
        .sub(r.negative)
        .add(loss.margin ?? 0)
        .div(loss.temperature)
        .sigmoid()
        .div(negatives);
    case 'infoNce':
      return torch.cat([positive, r.negative], 1).div(-loss.temperature).softmax(-1).slice(1, 1);
    case 'exactCovariance':
      return r.negative
        .div(-loss.temperature)
        .sigmoid()
        .div(loss.temperature * negatives);
  }
}
