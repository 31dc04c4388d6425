// Alignment and uniformity on the unit sphere: views close together, images spread out.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  checkAtLeast,
  checkMatrix,
  checkPair,
  checkPositive,
  checkSeveral,
  l2Normalize,
  normPower,
} from './embeddings.js';

export interface AlignmentOptions {
  /** Exponent of the distance; 2 if left out. */
  alpha?: number;
}

export interface UniformityOptions {
  /** How fast the potential exp(-t d^2) falls with the distance d; 2 if left out. */
  t?: number;
}

export interface AlignmentUniformityOptions extends AlignmentOptions, UniformityOptions {
  /** Weight of the uniformity term; 1 if left out. */
  uniformityWeight?: number;
}

/**
 * Mean distance of the two views on the sphere, E ||u1 - u2||^alpha, u = z / ||z|| (Wang & Isola 2020, section 4.1).
 *
 * @param z1 [B, D], not yet normalised
 * @param z2 [B, D]
 * @returns a scalar in [0, 2^alpha]
 * @throws RangeError when the shapes are not one [B, D], or alpha is not positive
 */
export function alignmentLoss(z1: Tensor, z2: Tensor, { alpha = 2 }: AlignmentOptions = {}): Tensor {
  checkPair('alignmentLoss', ['z1', 'z2'], z1, z2);
  checkPositive('alignmentLoss', 'alpha', alpha);
  return normPower(l2Normalize(z1).sub(l2Normalize(z2)), 2, alpha).mean();
}

/**
 * Log of the mean Gaussian potential of all pairs of a batch, log E_{i != j} exp(-t ||u_i - u_j||^2), u = z / ||z||
 * (Wang & Isola 2020, section 4.1).
 *
 * @param z [B, D], not yet normalised
 * @returns a scalar; 0 when all embeddings are equal, -2 t B / (B - 1) for a regular simplex, which is the least
 * @throws RangeError when z is not [B, D], B is 1, or t is not positive
 */
export function uniformityLoss(z: Tensor, { t = 2 }: UniformityOptions = {}): Tensor {
  checkMatrix('uniformityLoss', 'z', z);
  checkSeveral('uniformityLoss', z, 'no pairs of images');
  checkPositive('uniformityLoss', 't', t);
  const batch = z.shape[0]!;
  const u = l2Normalize(z);
  const self = torch.eye(batch, { dtype: 'bool', device: u.device });
  const exponents = u
    .mm(u.t())
    .sub(1)
    .mul(2 * t)
    .maskedFill(self, Number.NEGATIVE_INFINITY);
  return exponents
    .flatten()
    .logsumexp([0])
    .sub(Math.log(batch * (batch - 1)));
}

/**
 * Alignment of the views plus uniformity of each (Wang & Isola 2020, section 5):
 *
 *     alignment(z1, z2) + uniformityWeight ( uniformity(z1) + uniformity(z2) ) / 2
 *
 * @param z1 [B, D], not yet normalised
 * @param z2 [B, D]
 * @returns a scalar; 0 when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, alpha or t is not positive, or the weight is negative
 */
export function alignmentUniformity(z1: Tensor, z2: Tensor, options: AlignmentUniformityOptions = {}): Tensor {
  const { alpha, t, uniformityWeight = 1 } = options;
  checkAtLeast('alignmentUniformity', 'uniformityWeight', uniformityWeight, 0);
  const alignment = alignmentLoss(z1, z2, { alpha });
  const uniformity = uniformityLoss(z1, { t }).add(uniformityLoss(z2, { t }));
  return alignment.add(uniformity, { alpha: uniformityWeight / 2 });
}
