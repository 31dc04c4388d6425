// The last layer of the toy's network, from the normalizers of the toolkit.
import type { Generator, Tensor } from '@twoview/torch';
import { createNormalizer, normalizerSchema } from '../../../normalizers/index.js';
import type { ToyNormalizer } from './settings.js';

/** Standardises both views [N, D] of a batch. */
export type Normalize = (views: readonly Tensor[]) => readonly Tensor[];

/**
 * @param generator draws groups; null leaves axes in their order, which is how everything is measured
 */
export function createToyNormalizer(config: ToyNormalizer, dimension: number, generator: Generator | null): Normalize {
  const inOrder = config.name === 'shuffledDbn' && generator === null;
  const parsed = normalizerSchema.parse(inOrder ? { ...config, name: 'dbn' } : config);
  // Always in training mode: by the statistics of the batch at hand.
  const normalizer = createNormalizer(parsed, dimension)?.to({ dtype: 'float64' }) ?? null;
  return (views) => normalizer?.normalize(views, generator ?? undefined) ?? views;
}
