// Barlow Twins: the cross-correlation of the two views' dimensions is drawn to the identity.
import type { Tensor } from '@twoview/torch';
import { center, offDiagonalSquares } from './covariance.js';
import { atLeastFloat32, checkAtLeast, checkPair, checkPositive, checkSeveral } from './embeddings.js';

export interface BarlowTwinsTermsOptions {
  /** Added to each dimension's variance before the division, as batch normalisation does. 1e-5 if left out. */
  epsilon?: number;
}

export interface BarlowTwinsOptions extends BarlowTwinsTermsOptions {
  /** Weight of the off-diagonal term. The paper uses 5e-3. */
  lambda: number;
  /** Factor of the whole loss: 1, eq. 1, if left out. The authors' program uses 0.024, to which its learning rates belong. */
  scale?: number;
}

/** The two terms of Barlow Twins, unweighted scalars. */
export type BarlowTwinsTerms = {
  /** sum_i (1 - C_ii)^2: the views agree in every dimension. In [0, 4 D]. */
  onDiagonal: Tensor;
  /** sum_{i != j} C_ij^2: no dimension repeats another. In [0, D (D - 1)]. */
  offDiagonal: Tensor;
};

/** Columns of mean zero and (biased) variance one. */
function standardize(x: Tensor, epsilon: number): Tensor {
  const centered = center(atLeastFloat32(x));
  return centered.mul(centered.square().mean([0], true).add(epsilon).rsqrt());
}

/**
 * The terms of `barlowTwins`.
 *
 * @param z1 [B, D], not yet normalised
 * @param z2 [B, D]
 * @throws RangeError when the shapes are not one [B, D], B is 1, or epsilon is not positive
 */
export function barlowTwinsTerms(
  z1: Tensor,
  z2: Tensor,
  { epsilon = 1e-5 }: BarlowTwinsTermsOptions = {},
): BarlowTwinsTerms {
  checkPair('barlowTwins', ['z1', 'z2'], z1, z2);
  checkSeveral('barlowTwins', z1, 'no correlation between dimensions');
  checkPositive('barlowTwins', 'epsilon', epsilon);
  const correlation = standardize(z1, epsilon).t().mm(standardize(z2, epsilon)).div(z1.shape[0]!);
  return {
    onDiagonal: correlation.diagonal().sub(1).square().sum(),
    offDiagonal: offDiagonalSquares(correlation),
  };
}

/**
 * Redundancy reduction (Barlow Twins, Zbontar et al. 2021, eq. 1):
 *
 *     scale ( sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2 )
 *
 * C, [D, D], is the cross-correlation over the batch of the two views' dimensions, each standardised in its own view. The
 * terms are sums over dimensions, so the loss grows with D.
 *
 * @param z1 [B, D], not yet normalised
 * @param z2 [B, D]
 * @returns a scalar; `scale` D when every view is the same point, for then nothing correlates
 * @throws RangeError when the shapes are not one [B, D], B is 1, lambda is negative, or scale or epsilon is not positive
 */
export function barlowTwins(z1: Tensor, z2: Tensor, { lambda, scale = 1, epsilon }: BarlowTwinsOptions): Tensor {
  checkAtLeast('barlowTwins', 'lambda', lambda, 0);
  checkPositive('barlowTwins', 'scale', scale);
  const { onDiagonal, offDiagonal } = barlowTwinsTerms(z1, z2, { epsilon });
  return onDiagonal.add(offDiagonal, { alpha: lambda }).mul(scale);
}
