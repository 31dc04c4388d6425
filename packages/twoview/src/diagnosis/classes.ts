// What a loss that learns classes makes of latents: K classes end in K - 1 directions (neural collapse; Papyan, Han, Donoho 2020).
import type { Config } from '../training/index.js';

/** Directions, by the participation ratio, from which a classifier's latents are as wide as its task: half of K - 1. */
export function sufficientDirections({ method: { classifier } }: Config): number | undefined {
  const classes = classifier?.classes ?? null;
  return classes === null ? undefined : (classes - 1) / 2;
}
