// The toy's settings: what one run of it depends on, and the methods that are compared.
import type { LatentDistance, PairSelection } from '../../../objectives/index.js';

/** The contrastive side of ASCL, beside cross-entropy on adversarial images. */
export interface Contrast {
  selection: PairSelection;
  distance: LatentDistance;
  /** tau */
  temperature: number;
  /** lambda_SCL and lambda_VAT. */
  contrastive: number;
  divergence: number;
}

export interface ToySettings {
  /** Draws weights, batches and starts of attacks. */
  seed: number;
  /** Draws templates, patterns, training and test images: one task for all seeds. */
  task: number;
  /** Whether images are attacked in training. */
  adversarial: boolean;
  /** Of ASCL; null for cross-entropy alone. */
  contrast: Contrast | null;
  epochs: number;
  /** Epochs at the start whose adversarial images are the images themselves. */
  warmupEpochs: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  latentNorm: boolean;
  /** L-infinity radius and step, in pixel units. */
  eps: number;
  stepSize: number;
  trainSteps: number;
  testSteps: number;
  trainImages: number;
  testImages: number;
}

/** What all runs have in common unless a method says otherwise. */
export const standard: Omit<ToySettings, 'seed'> = {
  task: 0,
  adversarial: true,
  contrast: null,
  epochs: 16,
  warmupEpochs: 2,
  batchSize: 128,
  learningRate: 0.02,
  weightDecay: 5e-4,
  latentNorm: true,
  eps: 0.03,
  stepSize: 0.0075,
  trainSteps: 7,
  testSteps: 20,
  trainImages: 4000,
  testImages: 1000,
};

/** A run without its seed. */
export type ToyVariant = Partial<Omit<ToySettings, 'seed'>>;

const ascl = (selection: PairSelection): ToyVariant => ({
  contrast: { selection, distance: 'linf', temperature: 0.2, contrastive: 1, divergence: 2 },
});

/** The methods that are compared, by the name they have in tables and figures. */
export const variants = {
  natural: { adversarial: false, epochs: 6, warmupEpochs: 0 },
  ADV: {},
  'ASCL Global': ascl('global'),
  'ASCL Leaked-LS': ascl('leaked'),
} as const satisfies Record<string, ToyVariant>;

export type VariantName = keyof typeof variants;
