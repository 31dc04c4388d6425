/** Reproduce: claims of papers as experiments with thresholds, and the one mechanism that runs them. */
export * as adversarial from './ascl/index.js';
export { above, atLeast, atMost, below, type Check, judge, near, notRun, within } from './checks.js';
export {
  type Claim,
  type ClaimOutcome,
  type Paper,
  type PaperReport,
  type ReportInput,
  type ReproduceContext,
  type RunContext,
  type Scale,
  scales,
  type Verdict,
} from './claim.js';
export {
  type Experiment,
  type ExperimentIo,
  experimentFileName,
  experimentKey,
  InterruptedError,
} from './experiment.js';
export * as images from './feature-decorrelation/images/index.js';
export {
  copiedGroupsCorrelation,
  featureDecorrelation,
  type ImageClaim,
  type ImageRuns,
  identityChecks,
  measureIdentities,
  reference,
  type ToyClaim,
  ToyResults,
} from './feature-decorrelation/index.js';
export * as toy from './feature-decorrelation/toy/index.js';
export * as decoupling from './feature-decoupling/index.js';
export { findPaper, type ListedClaim, listClaims, papers } from './papers.js';
export { type ReproduceOptions, type ReproduceProgress, type Reproduction, reproduce } from './run.js';
export { mean, spearman } from './statistics.js';
export { ExperimentStore, type StoredResult } from './store.js';
export * as metaRl from './tcl/index.js';
