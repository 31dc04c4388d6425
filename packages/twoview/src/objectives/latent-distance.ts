// Distances of latents: how adversarial contrastive learning measures which pairs are close.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkMatrix, checkPair, l2Normalize, normPower } from './embeddings.js';

/**
 * A distance of latents u and v scaled to length one (Bui et al. 2021; the set is that of the authors' program):
 *
 *     linf               max_k |u_k - v_k|
 *     l2                 ||u - v||_2
 *     l1                 sum_k |u_k - v_k|
 *     cosine, matmul     -u . v
 *
 * The program scales latents ahead of all but `cosine`, which scales them itself: the last two are one function by two names.
 */
export type LatentDistance = 'linf' | 'l2' | 'l1' | 'cosine' | 'matmul';

/** Orders of the norms; a null is the product. */
const orders: Readonly<Record<LatentDistance, number | null>> = {
  linf: Number.POSITIVE_INFINITY,
  l2: 2,
  l1: 1,
  cosine: null,
  matmul: null,
};

function orderOf(where: string, distance: LatentDistance): number | null {
  if (!Object.hasOwn(orders, distance)) {
    throw new RangeError(`${where}: there is no distance '${distance}'; take one of ${Object.keys(orders).join(', ')}`);
  }
  return orders[distance];
}

/**
 * Distances of every row of `u` to every row of `v`. Gradient flows into both; where two rows are equal it is zero.
 *
 * @param u [N, D], not yet normalised; half precision is computed in float32
 * @param v [M, D]
 * @returns [N, M]
 * @throws RangeError when the shapes are not [N, D] and [M, D], or there is no such distance
 */
export function latentDistances(u: Tensor, v: Tensor, distance: LatentDistance): Tensor {
  checkMatrix('latentDistances', 'u', u);
  checkMatrix('latentDistances', 'v', v);
  if (u.shape[1] !== v.shape[1]) {
    throw new RangeError(`latentDistances: u has ${u.shape[1]} columns and v ${v.shape[1]}; give latents of one space`);
  }
  const order = orderOf('latentDistances', distance);
  const [a, b] = [l2Normalize(u), l2Normalize(v)];
  if (order === null) return a.mm(b.t()).neg();
  // Compute mode 2 subtracts: distances by products lose half the digits of a close pair. The backward pass needs rows that
  // lie side by side.
  return torch.cdist(a.contiguous(), b.contiguous(), order, 2);
}

/**
 * Compactness, mean_i dist(z_i, z_i^a): how far adversarial latents lie from those of their own images. A term of the authors'
 * program (Bui et al. 2021), which gives it the weight 0.
 *
 * @param z [B, D], latents of images, not yet normalised
 * @param adversarial [B, D], latents of their adversarial versions
 * @returns a scalar; 0 when they agree, and -1 for `cosine` and `matmul`
 * @throws RangeError when the shapes are not one [B, D], or there is no such distance
 */
export function compactness(z: Tensor, adversarial: Tensor, distance: LatentDistance): Tensor {
  checkPair('compactness', ['z', 'adversarial'], z, adversarial);
  const order = orderOf('compactness', distance);
  const [a, b] = [l2Normalize(z), l2Normalize(adversarial)];
  if (order === null) return a.mul(b).sum([-1]).mean().neg();
  return normPower(a.sub(b), order, 1).mean();
}
