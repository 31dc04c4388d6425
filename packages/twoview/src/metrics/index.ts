/** Metrics: pure measures of embeddings [N, D]. */
export { type KnnOptions, type KnnResult, knnClassify } from './knn.js';
export { accuracyOf, checkLabels, countClasses } from './labels.js';
export { type PredictorAlignment, predictorAlignment } from './predictor.js';
export {
  correlationEigenvalues,
  correlationMatrix,
  covarianceEigenvalues,
  effectiveRank,
  participationRatio,
  rankMe,
  type Spectrum,
  spectrum,
} from './spectrum.js';
export { alignment, normalizedStd, uniformity } from './spread.js';
export {
  type CollapseEvidence,
  type CollapseThresholds,
  type CollapseVerdict,
  collapseThresholds,
  collapseVerdict,
  type Verdict,
} from './verdict.js';
