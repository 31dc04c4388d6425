// twoview/attacks: worst-case images inside a ball around an image, and the accuracy that is left.
export { type Ball, checkInside, project, steepest, uniformStart } from './ball.js';
export { type Classifier, type Mode, withMode } from './classifier.js';
export { crossEntropy, klDivergence, type LossName, margin } from './losses.js';
export type { AttackProgress, PgdOptions, PgdSettings } from './options.js';
export type { AttackResult } from './outcome.js';
export { fgsm, pgd, pgdSteps } from './pgd.js';
export { type RobustAccuracy, type RobustAccuracyOptions, robustAccuracy } from './robust-accuracy.js';
export { type TrainingAttackOptions, trainingAttack } from './training-attack.js';
