/**
 * Objectives: pure functions of embeddings [B, D] that return a scalar loss. Gradient flows into whatever was not detached.
 *
 * W-MSE has no function of its own: it is `mse` with `normalize` over whitened views, averaged over pairs of views.
 */
export { type AdrTerms, adrTerms } from './adr.js';
export {
  type AlignmentOptions,
  type AlignmentUniformityOptions,
  alignmentLoss,
  alignmentUniformity,
  type UniformityOptions,
  uniformityLoss,
} from './alignment-uniformity.js';
export {
  type BarlowTwinsOptions,
  type BarlowTwinsTerms,
  type BarlowTwinsTermsOptions,
  barlowTwins,
  barlowTwinsTerms,
} from './barlow-twins.js';
export {
  type BetaOptions,
  type ContrastiveNceOptions,
  contrastiveNce,
  contrastiveNceOf,
  type ExactCovarianceOptions,
  exactCovariance,
  exactCovarianceOf,
  type SimpleContrastiveOptions,
  type SoftTripletOptions,
  simpleContrastive,
  simpleContrastiveOf,
  softTriplet,
  softTripletOf,
  type TemperatureBetaOptions,
  type TemperatureMarginOptions,
} from './contrastive-family.js';
export { type CosineConvention, type CosineOptions, cosine } from './cosine.js';
export { type DistanceOptions, distance } from './distance.js';
export { l2Normalize } from './embeddings.js';
export { type InfoNceOptions, infoNce, infoNceFromLogits } from './info-nce.js';
export { compactness, type LatentDistance, latentDistances } from './latent-distance.js';
export { type MseOptions, mse } from './mse.js';
export { type NtXentOptions, ntXent } from './nt-xent.js';
export { type PairDistanceOptions, type PairDistances, pairDistances } from './pair-distances.js';
export {
  keptShares,
  keptShareTensors,
  type PairSelection,
  type PredictionDivergenceOptions,
  predictionDivergence,
  type SelectedPairs,
  type SelectiveContrastiveOptions,
  selectiveContrastive,
  selectPairs,
} from './selective-contrastive.js';
export { type SupervisedContrastiveOptions, supervisedContrastive } from './supervised-contrastive.js';
export {
  type VicregConvention,
  type VicregOptions,
  type VicregTerms,
  type VicregTermsOptions,
  vicreg,
  vicregTerms,
} from './vicreg.js';
