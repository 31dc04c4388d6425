// Powers of p-norms of the difference of paired embeddings: what siamese networks with a normalizer may minimise.
import type { Tensor } from '@twoview/torch';
import { atLeastFloat32, checkAtLeast, checkPair, checkPositive, l2Normalize, normPower } from './embeddings.js';

export interface DistanceOptions {
  /** q, the order of the norm over dimensions, at least 1; 2 if left out. */
  order?: number;
  /** m, the exponent of the norm; that of the order if left out, so that the loss is a sum over dimensions. */
  power?: number;
  /** Scales every row to length one first. */
  normalize?: boolean;
}

/**
 * A power of the distance of paired embeddings, averaged over the batch: 1/B sum_n ||p_n - t_n||_q^m. The losses that
 * Hua et al. (2021) compare for decorrelated embeddings are
 *
 *     {}                        ||.||_2^2, which is `mse` summed over features
 *     { power: 1 }              ||.||_2
 *     { order: 3 }              ||.||_3^3
 *     { order: 4 }              ||.||_4^4
 *
 * As with `mse`, collapse is the minimum unless something else rules it out.
 *
 * @param p [B, D]
 * @param target [B, D]; gradient flows into it unless the caller stopped it
 * @returns a scalar, 0 when the pairs agree
 * @throws RangeError when the shapes are not one [B, D], the order is below 1, or the power is not positive
 */
export function distance(p: Tensor, target: Tensor, options: DistanceOptions = {}): Tensor {
  const { order = 2, power = order } = options;
  checkPair('distance', ['p', 'target'], p, target);
  checkAtLeast('distance', 'order', order, 1);
  checkPositive('distance', 'power', power);
  const prepare = options.normalize ? l2Normalize : atLeastFloat32;
  const difference = prepare(p).sub(prepare(target));
  if (power === order) return difference.abs().pow(order).sum([-1]).mean();
  return normPower(difference, order, power).mean();
}
