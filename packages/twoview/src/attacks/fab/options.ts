// Settings of FAB, and their checks.
import type { Generator } from '@twoview/torch';
import { type Ball, checkBall } from '../common/ball.js';
import { checkEval, checkShare, positive, whole } from '../common/checks.js';

/** What one attack is, without the model's mode and the source of randomness. */
export interface FabSettings {
  ball: Ball;
  /** Steps of one run. 100 if left out. */
  steps?: number;
  /** Runs for each target class: the first from the image, more from random points at half the radius. 1 if left out. */
  restarts?: number;
  /** Classes that are aimed at, the most probable first; at most all but the label. 9 if left out. */
  targets?: number;
  /** How far a step is drawn back to the image at most, a share. 0.1 if left out. */
  alphaMax?: number;
  /** Overshoot: how far a step goes beyond the boundary of the linear model. 1.05 if left out. */
  eta?: number;
  /** After a misclassified point, how much of the way from the image is kept. 0.9 if left out. */
  beta?: number;
}

export interface FabOptions extends FabSettings {
  /** In mode `train` images would depend on each other, and there is no distance of an image. */
  mode: 'eval';
  /** Draws the starts of restarts, on the images' device; not needed for one run a target. */
  generator?: Generator;
  /** Stops attacking an image once a misclassified point in the ball is found, not the nearest. False if left out. */
  shrink?: boolean;
}

/** The options with defaults filled in. @throws RangeError on a value that makes no sense, alone or beside the others */
export function resolveFab(options: FabOptions) {
  const { steps = 100, restarts = 1, targets = 9, alphaMax = 0.1, eta = 1.05, beta = 0.9, shrink = false } = options;
  const { ball, mode, generator } = options;
  checkBall('fab', ball);
  checkEval('fab', mode);
  whole('fab', { steps, restarts, targets });
  positive('fab', { eta });
  checkShare('fab', { alphaMax, beta });
  if (restarts > 1 && !generator) {
    throw new RangeError('fab: restarts start at random and need a generator: pass new Generator({ seed })');
  }
  return { ball, steps, restarts, targets, alphaMax, eta, beta, generator, shrink };
}

export type ResolvedFab = ReturnType<typeof resolveFab>;
