// The runs that claims are about.
import type { HltmVariant } from './experiment.js';

/** Smallest |polarity| of an edge, and units a latent. */
export const lows = [0.7, 0.8, 0.9] as const;
export const widths = [2, 5, 10] as const;
export type Low = (typeof lows)[number];
export type Width = (typeof widths)[number];

/** The reference's setting: depth 5, 500 steps of 128 triples an epoch, 20 epochs. */
export const deep = (low: Low, hidden: Width): HltmVariant => ({ low, hidden });

/** The small one: depth 3, 100 steps an epoch, 5 epochs. */
export const small = (hidden: number): HltmVariant => ({
  low: 0.8,
  hidden,
  depth: 3,
  samplesPerEpoch: 12800,
  epochs: 5,
});

/** With the norm of the covariance operator measured at every epoch. */
export const watched: HltmVariant = { low: 0.8, hidden: 10, epochs: 5, covarianceSamples: 16384 };

export const controls = {
  still: { low: 0.8, hidden: 10, epochs: 3, learningRate: 0 },
  sameRoot: { low: 0.8, hidden: 10, epochs: 5, negatives: 'sameRoot' },
  severed: { low: 0.8, hidden: 10, epochs: 5, samplesPerEpoch: 10_000, severed: true },
} as const satisfies Record<string, HltmVariant>;

/** Compared with `deep(0.7, 10)` after as many epochs. */
export const alternatives = {
  cold: { low: 0.7, hidden: 10, epochs: 5, temperature: 0.01 },
  difference: { low: 0.7, hidden: 10, epochs: 5, loss: 'difference' },
} as const satisfies Record<string, HltmVariant>;

/** Seeds of the reference. */
export const seedCounts = { deep: 5, small: 10, watched: 2, controls: 5, alternatives: 3 } as const;

/** 0 to count - 1, or what was asked for where that is more. */
export function atLeastSeeds(count: number, asked: readonly number[]): readonly number[] {
  return asked.length > count ? asked : Array.from({ length: count }, (_, seed) => seed);
}
