/** Objectives: pure functions of embeddings [B, D] that return a scalar loss. */
export { type CosineConvention, type CosineOptions, cosine } from './cosine.js';
export { l2Normalize } from './embeddings.js';
export { type InfoNceOptions, infoNce } from './info-nce.js';
export { type MseOptions, mse } from './mse.js';
export { type NtXentOptions, ntXent } from './nt-xent.js';
