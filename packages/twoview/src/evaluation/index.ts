/** Evaluation: protocols on a frozen encoder and on the embeddings that it gives. */
export { type EmbeddingReport, type EvaluateOptions, evaluateEmbeddings, type ProbeChoice } from './evaluate.js';
export {
  extractFeatures,
  type FeatureEncoder,
  type FeatureOptions,
  type Features,
  featureTensor,
  type ImageSource,
  inEvalMode,
} from './features.js';
export {
  type FrozenEncoder,
  type LoadOptions,
  loadEncoder,
  loadModel,
  runTransform,
  trainedSize,
} from './frozen-encoder.js';
export { type Differentiable, type LbfgsOptions, type LbfgsResult, lbfgs } from './lbfgs.js';
export { type LinearProbeOptions, type LinearProbeResult, linearProbe } from './linear-probe.js';
export { createLiveKnn, type LiveKnnOptions } from './live-knn.js';
export { type LogisticProbeOptions, type LogisticProbeResult, logisticProbe } from './logistic-probe.js';
export { embeddingMeasures, extractModelFeatures, type ModelFeatures, measureModel } from './model.js';
export type { ProbeData, ProbeScore } from './probe.js';
export type { EvaluationProgress, OnProgress } from './progress.js';
export { type RidgeProbeOptions, ridgeProbe } from './ridge-probe.js';
export * from './robustness/index.js';
