// Posteriors and latent task variables as plain numbers, for collection and evaluation.

/** A Gaussian over z with independent dimensions, as plain data. */
export interface Posterior {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** N(0, I): the posterior of a task of which nothing is known. */
export function prior(latent: number): Posterior {
  return { mean: new Float64Array(latent), variance: new Float64Array(latent).fill(1) };
}

/** A sample z. @param stream gives standard normal numbers */
export function drawLatent({ mean, variance }: Posterior, stream: { normal(): number }): Float64Array {
  return mean.map((value, i) => value + Math.sqrt(variance[i]!) * stream.normal());
}
