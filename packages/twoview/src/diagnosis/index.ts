/** Diagnosis: whether a run collapses, how, since when, why, and what to change. */
export { type BatchMeasures, measureBatch } from './batch.js';
export {
  type Cause,
  type CauseInput,
  type CauseSlot,
  estimateWeightDecay,
  probableCauses,
  type WeightDecayEstimate,
} from './causes/index.js';
export { type Course, courseOf } from './course.js';
export {
  type DiagnoseInput,
  type DiagnoseOptions,
  type DiagnoseRunOptions,
  type DiagnoseWeightsOptions,
  type Diagnosis,
  diagnoseModel,
  diagnoseRun,
  diagnoseWeights,
  type LayerDiagnosis,
} from './diagnose.js';
export { encoderOf } from './encoder-of.js';
export { evidenceLines, type JudgeRunInput, judgeRun, type RunJudgement, settledSteps } from './judge-run.js';
export { type LayerMeasures, measureLayer } from './layer.js';
export { measurePairs, type PairMeasures, type PairOptions } from './pairs.js';
export { type CauseThresholds, type Thresholds, thresholds, type WatchThresholds } from './thresholds.js';
export { CollapseTracker, sampleOf, type TrackedEvent, type TrackedSample, type WarningKind } from './tracker.js';
export {
  type Evidence,
  type JudgedMeasures,
  type JudgeOptions,
  judgeLayer,
  type LayerVerdict,
  type Verdict,
} from './verdict.js';
export { type CollapseWarning, type CollapseWatch, type CollapseWatchOptions, createCollapseWatch } from './watch.js';
