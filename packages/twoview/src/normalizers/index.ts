/** Normalizers: what standardises embeddings by the statistics of their batch, between projector and objective. */
export { type NormalizerConfig, normalizerSchema, type Solver, solverSchema } from './config.js';
export { createNormalizer } from './create.js';
export { safeGroups } from './groups.js';
export { BatchStandardization, GroupWhitening, SlicedWhitening } from './modules.js';
export { Normalizer } from './normalizer.js';
export { type SlicedWhitenOptions, slicedWhiten } from './slices.js';
export { batchStandardize, type StandardizeOptions } from './standardize.js';
export {
  choleskyWhiten,
  type GroupWhitenOptions,
  groupWhiten,
  newtonSchulzWhiten,
  type WhitenOptions,
  whiten,
  zcaWhiten,
} from './whiten.js';
