// A normalizer as a configuration names it.
import type { NormalizerConfig } from './config.js';
import { BatchStandardization, GroupWhitening, SlicedWhitening } from './modules.js';
import type { Normalizer } from './normalizer.js';

/**
 * Makes the normalizer of embeddings of `size` axes; null for `none`.
 * @throws RangeError when the configured groups do not divide the axes, or slices have as many axes as samples
 */
export function createNormalizer(config: NormalizerConfig, size: number): Normalizer | null {
  switch (config.name) {
    case 'none':
      return null;
    case 'bn':
      return new BatchStandardization(size, config);
    case 'dbn':
    case 'shuffledDbn':
      return new GroupWhitening(size, config);
    case 'slicedWhitening':
      return new SlicedWhitening(size, config);
  }
}
