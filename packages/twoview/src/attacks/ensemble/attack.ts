// An attack as the ensemble sees it, and those of AutoAttack (Croce & Hein 2020) with their published settings.
import { apgdSteps } from '../apgd/apgd.js';
import type { ApgdSettings, ApgdTargetedSettings } from '../apgd/options.js';
import { apgdTargetedSteps } from '../apgd/targeted.js';
import type { Ball } from '../common/ball.js';
import type { AttackSteps } from '../evaluation/drive.js';
import { fabSteps } from '../fab/fab.js';
import type { FabSettings } from '../fab/options.js';
import type { SquareSettings } from '../square/options.js';
import { squareSteps } from '../square/square.js';

/** An attack with its settings and a name. */
export interface EnsembleAttack {
  /** Under which images are recorded that fall to it; no other attack of the ensemble has it. */
  readonly name: string;
  /** Classes that it needs; 2 if left out. */
  readonly leastClasses?: number;
  /** Attacks one batch. The images whose `fooled` is true lie in the ball of the ensemble. */
  readonly start: AttackSteps;
}

type Changes<Settings> = Partial<Omit<Settings, 'ball'>>;

const run = { mode: 'eval', shrink: true } as const;

/** APGD-CE: `apgd` on the cross-entropy, 100 steps, one run. */
export const apgdCe = (ball: Ball, changes: Changes<Omit<ApgdSettings, 'loss'>> = {}): EnsembleAttack => ({
  name: 'APGD-CE',
  start: (model, images, labels, generator) =>
    apgdSteps(model, images, labels, { ...changes, ...run, loss: 'crossEntropy', ball, generator }),
});

/** APGD-T: `apgdTargeted`, 100 steps for each of 9 classes. */
export const apgdT = (ball: Ball, changes: Changes<ApgdTargetedSettings> = {}): EnsembleAttack => ({
  name: 'APGD-T',
  leastClasses: 4,
  start: (model, images, labels, generator) =>
    apgdTargetedSteps(model, images, labels, { ...changes, ...run, ball, generator }),
});

/** FAB-T: `fab`, 100 steps for each of 9 classes. */
export const fabT = (ball: Ball, changes: Changes<FabSettings> = {}): EnsembleAttack => ({
  name: 'FAB-T',
  start: (model, images, labels, generator) => fabSteps(model, images, labels, { ...changes, ...run, ball, generator }),
});

/** Square: `square` on the margin, 5000 queries, one run. */
export const squareSearch = (ball: Ball, changes: Changes<SquareSettings> = {}): EnsembleAttack => ({
  name: 'Square',
  start: (model, images, labels, generator) =>
    squareSteps(model, images, labels, { ...changes, ...run, ball, generator }),
});
