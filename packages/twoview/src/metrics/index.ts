/** Metrics: pure measures of embeddings [N, D]. */
export {
  type CorrelationCoefficients,
  correlationCoefficients,
  correlationSpectrum,
  type OffDiagonalCorrelation,
  offDiagonalCorrelation,
} from './correlation.js';
export { type DeadDimensions, deadDimensions } from './dead.js';
export { type KnnOptions, type KnnResult, knnClassify } from './knn.js';
export { accuracyOf, checkLabels, countClasses } from './labels.js';
export { type LatentDivergence, type LatentDivergenceOptions, latentDivergence } from './latent-divergence.js';
export { type LidarOptions, lidar, type ViewScatter, viewScatter } from './lidar.js';
export { alphaReQ, type PowerLaw } from './power-law.js';
export { type PredictorAlignment, predictorAlignment } from './predictor.js';
export {
  correlationEigenvalues,
  correlationMatrix,
  covarianceEigenvalues,
  dimensionsFor,
  effectiveRank,
  participationRatio,
  rankMe,
  type Spectrum,
  spectrum,
} from './spectrum.js';
export { alignment, normalizedStd, uniformity, varianceShare } from './spread.js';
