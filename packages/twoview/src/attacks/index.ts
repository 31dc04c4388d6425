// twoview/attacks: worst-case images inside a ball around an image, and the accuracy that is left.
export { apgd, apgdSteps } from './apgd.js';
export type {
  ApgdLoss,
  ApgdOptions,
  ApgdSettings,
  ApgdTargetedOptions,
  ApgdTargetedSettings,
} from './apgd-options.js';
export { checkpoints, mustHalve, newWatch, type Watch } from './apgd-schedule.js';
export { apgdTargeted, apgdTargetedSteps } from './apgd-targeted.js';
export { type Ball, checkInside, project, steepest, uniformStart } from './ball.js';
export { boundaryStart } from './boundary-start.js';
export { bpda } from './bpda.js';
export { type Classifier, type Mode, withMode } from './classifier.js';
export { dlr, targetedDlr } from './dlr.js';
export type { AttackSteps } from './drive.js';
export { apgdCe, apgdT, type EnsembleAttack, fabT, squareSearch } from './ensemble/attack.js';
export { type EnsembleName, ensembleAttacks, ensembleNames } from './ensemble/presets.js';
export type { EnsembleRecord, EnsembleStage } from './ensemble/record.js';
export {
  type EnsembleOptions,
  type EnsembleProgress,
  type EnsembleResult,
  standardEnsemble,
} from './ensemble/standard-ensemble.js';
export { fab, fabSteps } from './fab.js';
export type { FabOptions, FabSettings } from './fab-options.js';
export { moveToHyperplane } from './hyperplane.js';
export { crossEntropy, klDivergence, type LossName, margin } from './losses.js';
export {
  type MaskingCheck,
  type MaskingCheckName,
  type MaskingOptions,
  type MaskingReport,
  maskingChecks,
} from './masking.js';
export type { AttackProgress, PgdOptions, PgdSettings } from './options.js';
export type { AttackResult } from './outcome.js';
export { fgsm, pgd, pgdSteps } from './pgd.js';
export { type RadiusCurve, type RadiusCurveOptions, radiusCurve } from './radius-curve.js';
export { type RobustAccuracy, type RobustAccuracyOptions, robustAccuracy } from './robust-accuracy.js';
export { square, squareSteps } from './square.js';
export type { SquareOptions, SquareSettings } from './square-options.js';
export { type TrainingAttackOptions, trainingAttack } from './training-attack.js';
export { type TransferAccuracy, type TransferOptions, transferAccuracy } from './transfer.js';
