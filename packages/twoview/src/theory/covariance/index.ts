/** The covariance operator of contrastive learning (Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578). */
export {
  averagedConnection,
  type Connections,
  connection,
  connectionFactors,
  connectionMatrices,
  type Population,
  population,
} from './connection.js';
export {
  averageViews,
  betweenCore,
  pairsCore,
  type Sampling,
  secondMomentCore,
  weightedCore,
  withinCore,
} from './cores.js';
export { connectionGram, gramEigenvalues, gramNorm, gramTrace } from './gram.js';
export { type ContrastiveLoss, contrastiveLossOf, negativeWeights } from './losses.js';
export {
  createReluNetwork,
  type ForwardPass,
  forwardPass,
  jacobians,
  outputs,
  type ReluNetwork,
  type ReluNetworkOptions,
} from './network.js';
export { ConnectionOperator } from './operator.js';
export {
  type ByolOptions,
  byolPopulationLoss,
  contrastivePopulationLoss,
  type PopulationLoss,
  steepestDescent,
  weightedPopulationLoss,
} from './population-loss.js';
export { type Branches, type Draws, drawDistances, enumerateDraws } from './samples.js';
export {
  type AugmentedViewsOptions,
  augmentedViews,
  type CovarianceEstimate,
  type CovarianceTrackerOptions,
  createCovarianceTracker,
  estimateCovariance,
  type LayerRecord,
  layerGram,
  type NetworkCovarianceOptions,
  networkCovariance,
  outputDirections,
  recordLayers,
  type ViewedImages,
  type WeightLayer,
  weightLayers,
} from './tracker/index.js';
export {
  type Activation,
  type NeuronTraining,
  neuronDescent,
  neuronOperator,
  response,
  responseDifference,
  trainNeuron,
  twoObjects,
  windowCounts,
  windows,
} from './two-objects.js';
export {
  byolUpdate,
  type ContrastiveUpdateOptions,
  contrastiveUpdate,
  covarianceOperator,
  type LayerOnData,
  type PerDrawUpdate,
  perDrawUpdate,
  weightedUpdate,
  withinViewOperator,
} from './updates.js';
