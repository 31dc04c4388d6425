// The covariance operator of networks that are trained for real.
export { type CovarianceEstimate, estimateCovariance, type ViewedImages } from './estimate.js';
export { layerGram } from './layer-gram.js';
export { type NetworkCovarianceOptions, networkCovariance, outputDirections } from './network-covariance.js';
export { type LayerRecord, recordLayers, type WeightLayer, weightLayers } from './record.js';
export { type CovarianceTrackerOptions, createCovarianceTracker } from './tracker.js';
export { type AugmentedViewsOptions, augmentedViews } from './views.js';
