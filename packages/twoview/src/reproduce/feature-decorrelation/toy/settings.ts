// The toy model's settings: what one run of it depends on.
import type { z } from 'zod';
import type { normalizerSchema } from '../../../normalizers/index.js';

/** A normalizer as it is written in a configuration. */
export type ToyNormalizer = z.input<typeof normalizerSchema>;

export interface ToySettings {
  /** Draws weights, batches, groups and the views that are measured. */
  seed: number;
  /** Draws class means and rotation: one task for all seeds. */
  task: number;
  normalizer: ToyNormalizer;
  /** D, the size of the embedding. */
  dimension: number;
  /** Width of the projector's hidden layer. */
  hidden: number;
  /** N, pairs of views a step. */
  batchSize: number;
  steps: number;
  warmupSteps: number;
  learningRate: number;
  weightDecay: number;
  /** Squared distance of the views, summed over axes; or minus their cosine. */
  objective: 'squared' | 'cosine';
  /** Views the probe is fitted on, and views it is tested and everything else is measured on. */
  trainViews: number;
  testViews: number;
}

/** What all runs have in common unless a claim says otherwise. */
export const standard: Omit<ToySettings, 'seed' | 'normalizer'> = {
  task: 0,
  dimension: 16,
  hidden: 64,
  batchSize: 128,
  steps: 1500,
  warmupSteps: 100,
  learningRate: 0.05,
  weightDecay: 1e-3,
  objective: 'squared',
  trainViews: 4000,
  testViews: 2000,
};

/** A run without its seed. */
export type ToyVariant = Partial<Omit<ToySettings, 'seed'>> & Pick<ToySettings, 'normalizer'>;

const dbn = (groups: number): ToyVariant => ({ normalizer: { name: 'dbn', groups } });
const shuffled = (groups: number): ToyVariant => ({ normalizer: { name: 'shuffledDbn', groups } });

/** The settings that are compared throughout, by the name they have in tables and figures. */
export const variants = {
  untrained: { normalizer: { name: 'none' }, steps: 0 },
  none: { normalizer: { name: 'none' } },
  BN: { normalizer: { name: 'bn' } },
  'DBN G=8': dbn(8),
  'DBN G=4': dbn(4),
  'DBN G=2': dbn(2),
  'DBN G=1': dbn(1),
  'Shuffled G=8': shuffled(8),
  'Shuffled G=4': shuffled(4),
  'Shuffled G=2': shuffled(2),
} as const satisfies Record<string, ToyVariant>;

export type VariantName = keyof typeof variants;
