// Robustness of a trained classifier: attacked sets, latents by radius, and what chooses a checkpoint.
export { type AttackSetOptions, attackSet, type Outputs, outputsOf } from './attack-set.js';
export { type LatentStudyOptions, latentStudy, type RadiusStudy, studyOutputs } from './latent-study.js';
export { type AttackableRun, chosenCheckpoint, type LoadAttackableOptions, loadAttackable } from './load.js';
export { type LabeledPixels, labeledPixels, type PixelOptions } from './pixels.js';
export { createRobustSelection, evaluationAttack, type RobustSelectionOptions } from './selection.js';
