// The posterior over the latent task variable: a product of Gaussians, one for each transition of context.
// PEARL, Rakelly et al. 2019, section 4.
import type { Tensor } from '@twoview/torch';

/** Independent Gaussians: `mean` and `variance` `[T, L]`. */
export interface Gaussian {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** No factor is narrower than this variance. */
const leastVariance = 1e-7;

/**
 * The normalised product over transitions of N(mean_n, variance_n), dimension by dimension:
 *
 *     V = 1 / sum_n 1 / max(variance_n, 1e-7),   M = V sum_n mean_n / variance_n
 *
 * The prior is no factor of it.
 * @param means `[T, n, L]`, n at least 1
 * @param variances `[T, n, L]`, positive
 */
export function productOfGaussians(means: Tensor, variances: Tensor): Gaussian {
  const precision = variances.clampMin(leastVariance).reciprocal();
  const variance = precision.sum([1]).reciprocal();
  return { mean: means.mul(precision).sum([1]).mul(variance), variance };
}

/** The posterior of an encoder's outputs `[T, n, 2 L]`: means first, then what softplus makes variances of. */
export function posteriorOf(outputs: Tensor): Gaussian {
  const latent = outputs.size(-1) / 2;
  return productOfGaussians(outputs.narrow(-1, 0, latent), outputs.narrow(-1, latent, latent).softplus());
}

/** KL(N(mean, variance) || N(0, I)), summed (not averaged) over tasks and dimensions, as in PEARL's program. */
export function klFromPrior({ mean, variance }: Gaussian): Tensor {
  return variance.add(mean.square()).sub(variance.log()).sub(1).sum().mul(0.5);
}

/** mean + sqrt(variance) xi. */
export function sampleGaussian({ mean, variance }: Gaussian, xi: Tensor): Tensor {
  return mean.addcmul(variance.sqrt(), xi);
}
