/** Feature decoupling: sparse coding data, and what a random mask does to what is learnt (Wen, Li 2021, arXiv 2105.15134). */
export { type Alignment, alignment, argmax, type Cosines, cosines, sortedByAtom } from './alignment.js';
export { type Behaviour, measureBehaviour } from './behaviour.js';
export {
  type DecouplingCommandSettings,
  type DecouplingSettings,
  decouplingCommandSchema,
  decouplingSchema,
  decouplingSettings,
  type ViewKind,
  viewKinds,
  viewMeanings,
} from './config.js';
export { createDictionary, SampleSource, type Samples, type SparseCoding } from './data.js';
export { type Readout, type ReadoutOptions, readout, ridgePredictions } from './heads.js';
export { type Lottery, type LuckySets, lottery, luckySets, type SetConstants } from './lottery.js';
export { type ClosedForm, closedForm, contrastiveLoss, represent, thresholded } from './network.js';
export {
  covariance,
  crossCovariance,
  expectedGrowth,
  type Growth,
  growthOf,
  growthRate,
  type PhaseOneRates,
  phaseOneRates,
  phaseOneSettings,
  sampleGrowth,
  viewCovariance,
} from './phase-one.js';
export { BiasSchedule, lengths, median, type Phase } from './schedule.js';
export { DecouplingModel } from './step.js';
export { type Purpose, stream } from './streams.js';
export { type CurvePoint, type DecouplingRun, type RunWatch, type Snapshot, trainDecoupling } from './train.js';
export { drawnKeep, type Pair, type ViewOptions, Views } from './views.js';
