// twoview/attacks: worst-case images inside a ball around an image, and the accuracy that is left.
export { apgd, apgdSteps } from './apgd/apgd.js';
export { boundaryStart } from './apgd/boundary-start.js';
export type {
  ApgdLoss,
  ApgdOptions,
  ApgdSettings,
  ApgdTargetedOptions,
  ApgdTargetedSettings,
} from './apgd/options.js';
export { checkpoints, mustHalve, newWatch, type Watch } from './apgd/schedule.js';
export { apgdTargeted, apgdTargetedSteps } from './apgd/targeted.js';
export { type Ball, checkInside, project, steepest, uniformStart } from './common/ball.js';
export { type Classifier, type Mode, withMode } from './common/classifier.js';
export { dlr, targetedDlr } from './common/dlr.js';
export { crossEntropy, klDivergence, type LossName, margin } from './common/losses.js';
export type { AttackResult } from './common/outcome.js';
export type { AttackProgress } from './common/progress.js';
export { apgdCe, apgdT, type EnsembleAttack, fabT, squareSearch } from './ensemble/attack.js';
export { type EnsembleName, ensembleAttacks, ensembleNames } from './ensemble/presets.js';
export type { EnsembleRecord, EnsembleStage } from './ensemble/record.js';
export {
  type EnsembleOptions,
  type EnsembleProgress,
  type EnsembleResult,
  standardEnsemble,
} from './ensemble/standard-ensemble.js';
export { bpda } from './evaluation/bpda.js';
export { type AttackSteps, disposeResult, drive } from './evaluation/drive.js';
export {
  type MaskingCheck,
  type MaskingCheckName,
  type MaskingOptions,
  type MaskingReport,
  maskingChecks,
} from './evaluation/masking.js';
export { type RadiusCurve, type RadiusCurveOptions, radiusCurve } from './evaluation/radius-curve.js';
export { type RobustAccuracy, type RobustAccuracyOptions, robustAccuracy } from './evaluation/robust-accuracy.js';
export { type TransferAccuracy, type TransferOptions, transferAccuracy } from './evaluation/transfer.js';
export { fab, fabSteps } from './fab/fab.js';
export { moveToHyperplane } from './fab/hyperplane.js';
export type { FabOptions, FabSettings } from './fab/options.js';
export type { PgdOptions, PgdSettings } from './pgd/options.js';
export { fgsm, pgd, pgdSteps } from './pgd/pgd.js';
export { type TrainingAttackOptions, trainingAttack } from './pgd/training-attack.js';
export type { SquareOptions, SquareSettings } from './square/options.js';
export { square, squareSteps } from './square/square.js';
