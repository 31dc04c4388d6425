/** SimCLR with one augmentation at a time: settings, runs, measures. */
export { colorDecodability, meanColors, sparsity } from './measures.js';
export { type ArmMeasures, armExperiment } from './run.js';
export { armConfig, type ImageArm, imageArms, imageRecipe, imageSeeds, strong, weak } from './settings.js';
