/**
 * The hierarchical latent tree model (Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578): data from a tree of binary latents, a
 * ReLU network in its shape, trained contrastively at the top alone, and how far its hidden units come to stand for the
 * latents in between.
 */
export {
  exactRootBound,
  leafSumCorrelation,
  pairBound,
  posteriorMean,
  sampledRootBound,
  uniformLeafSumCorrelation,
} from './bayes.js';
export {
  type HltmSettings,
  type HltmSweep,
  hltmSchema,
  hltmSweepSchema,
  type SweepCell,
  sweepCells,
} from './config.js';
export { descentStep } from './descent.js';
export { enumerateTree, type States } from './enumerate.js';
export { LinearTree } from './linear.js';
export { type HltmLoss, hltmLoss, hltmLosses } from './losses.js';
export { addMoments, emptyMoments, type LevelMeasures, levelMeasures, unitMoments } from './measure.js';
export { UnitMoments } from './moments.js';
export { type NetworkShape, normalizeOutput, TreeNetwork } from './network.js';
export { covarianceNorms } from './operator.js';
export { observations, signs, TreeSampler } from './sample.js';
export { childSelectivity, initialSelectivity, type SelectivityLevel, selectivityIdentity } from './selectivity.js';
export { spread } from './spread.js';
export {
  type HltmEpoch,
  type HltmIo,
  type HltmResult,
  HltmTraining,
  hltmGenerator,
  trainHltm,
  treeOf,
} from './train.js';
export {
  type DrawTreeOptions,
  drawTree,
  type LatentTree,
  pathPolarities,
  type TreeShape,
  uniformTree,
  withPolarity,
} from './tree.js';
