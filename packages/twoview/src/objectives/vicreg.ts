// VICReg: views agree (invariance), dimensions keep their spread (variance) and do not repeat each other (covariance).
import type { Tensor } from '@twoview/torch';
import { center, offDiagonalSquares } from './covariance.js';
import { atLeastFloat32, checkAtLeast, checkPair, checkPositive, checkSeveral } from './embeddings.js';

/**
 * How the terms are normalised. The weights 25, 25 and 1 belong to `program`.
 *
 * - `program`: the authors' program. Invariance is a mean over batch and dimensions, variance a mean over the two views.
 * - `paper`: eqs. 5 and 6. Invariance is a sum over dimensions, D times the program's; variance a sum over the two views,
 *   twice the program's.
 *
 * Covariance is a sum over the two views in both.
 */
export type VicregConvention = 'program' | 'paper';

export interface VicregTermsOptions {
  /** The standard deviation that each dimension is to reach; 1 if left out. */
  gamma?: number;
  /** Added to the variance under the root; 1e-4 if left out. It bounds the hinge's gradient at collapse. */
  epsilon?: number;
  /** `program` if left out. */
  convention?: VicregConvention;
}

export interface VicregOptions extends VicregTermsOptions {
  /** Weight of the invariance term; 25 if left out. */
  invariance?: number;
  /** Weight of the variance term; 25 if left out. */
  variance?: number;
  /** Weight of the covariance term; 1 if left out. */
  covariance?: number;
}

/** The three terms of VICReg, unweighted scalars. */
export type VicregTerms = {
  /** Squared distance of the views. */
  invariance: Tensor;
  /** Mean over dimensions of max(0, gamma - sqrt(Var + epsilon)). */
  variance: Tensor;
  /** 1/D sum_{i != j} Cov_ij^2, both views' added. */
  covariance: Tensor;
};

/**
 * The terms of `vicreg`.
 *
 * @param z1 [B, D], not normalised
 * @param z2 [B, D]
 * @throws RangeError when the shapes are not one [B, D], B is 1, or gamma or epsilon is not positive
 */
export function vicregTerms(z1: Tensor, z2: Tensor, options: VicregTermsOptions = {}): VicregTerms {
  const { gamma = 1, epsilon = 1e-4, convention = 'program' } = options;
  checkPair('vicreg', ['z1', 'z2'], z1, z2);
  checkSeveral('vicreg', z1, 'no variance');
  checkPositive('vicreg', 'gamma', gamma);
  checkPositive('vicreg', 'epsilon', epsilon);
  const [batch, dimension] = [z1.shape[0]!, z1.shape[1]!];
  const [wide1, wide2] = [atLeastFloat32(z1), atLeastFloat32(z2)];
  const squared = wide1.sub(wide2).square();

  const spread = (z: Tensor): { hinge: Tensor; squares: Tensor } => {
    const centered = center(z);
    const covariance = centered
      .t()
      .mm(centered)
      .div(batch - 1);
    const deviation = covariance.diagonal().add(epsilon).sqrt();
    return {
      hinge: deviation.neg().add(gamma).relu().mean(),
      squares: offDiagonalSquares(covariance).div(dimension),
    };
  };
  const [first, second] = [spread(wide1), spread(wide2)];
  const hinges = first.hinge.add(second.hinge);
  return {
    invariance: convention === 'program' ? squared.mean() : squared.sum([-1]).mean(),
    variance: convention === 'program' ? hinges.div(2) : hinges,
    covariance: first.squares.add(second.squares),
  };
}

/**
 * Variance-invariance-covariance regularisation (VICReg, Bardes et al. 2022, eq. 6): the weighted sum of
 *
 *     invariance   ||z1 - z2||^2
 *     variance     mean_j max(0, gamma - sqrt(Var(z_j) + epsilon))       (eq. 1)
 *     covariance   1/D sum_{i != j} Cov(z)_ij^2                          (eqs. 3, 4)
 *
 * Variances and covariances are unbiased, over the batch. Paper and program normalise the terms differently: see `convention`.
 *
 * @param z1 [B, D], not normalised
 * @param z2 [B, D]
 * @returns a scalar; `variance` (gamma - sqrt(epsilon)), twice that in the paper's convention, when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, a weight is negative, or gamma or epsilon is not positive
 */
export function vicreg(z1: Tensor, z2: Tensor, options: VicregOptions = {}): Tensor {
  const { invariance = 25, variance = 25, covariance = 1, ...rest } = options;
  checkAtLeast('vicreg', 'the weight of invariance', invariance, 0);
  checkAtLeast('vicreg', 'the weight of variance', variance, 0);
  checkAtLeast('vicreg', 'the weight of covariance', covariance, 0);
  const terms = vicregTerms(z1, z2, rest);
  return terms.invariance
    .mul(invariance)
    .add(terms.variance, { alpha: variance })
    .add(terms.covariance, { alpha: covariance });
}
