// Posteriors and latent task variables as plain numbers, for collection and evaluation.

/** A Gaussian over z with independent dimensions, as plain data. */
export interface Posterior {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** What is believed of a task of which nothing is known: N(0, I), or 0 for certain without the bottleneck, as in PEARL's program. */
export function prior({ latent, bottleneck }: { latent: number; bottleneck: boolean }): Posterior {
  return { mean: new Float64Array(latent), variance: new Float64Array(latent).fill(bottleneck ? 1 : 0) };
}

/** A sample z. @param stream gives standard normal numbers */
export function drawLatent({ mean, variance }: Posterior, stream: { normal(): number }): Float64Array {
  return mean.map((value, i) => value + Math.sqrt(variance[i]!) * stream.normal());
}
