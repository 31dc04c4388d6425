// Settings of projected gradient ascent, and their checks.
import type { Generator } from '@twoview/torch';
import { type Ball, checkBall } from '../common/ball.js';
import { known, positive, whole } from '../common/checks.js';
import type { Mode } from '../common/classifier.js';
import { type LossName, lossNames } from '../common/losses.js';

/** What one attack is, without the model's mode and the source of randomness. */
export interface PgdSettings {
  ball: Ball;
  /** Gradient steps of one run. */
  steps: number;
  /** Length of a step in the ball's norm, in pixel units. */
  stepSize: number;
  /** What rises; `crossEntropy` if left out. */
  loss?: LossName;
  /**
   * Where a run starts: `uniform` in the ball (the default), `gaussian`, x + 0.001 N(0, 1) as in TRADES, or the `image`.
   */
  start?: 'uniform' | 'gaussian' | 'image';
  /** Runs from new starts; of all, each image keeps its best. 1 if left out. */
  restarts?: number;
  /** Which iterates count: the `last` of each run (the default), or the `best` of all, the start among them. */
  keep?: 'last' | 'best';
  /** mu of Dong et al. 2018: v <- mu v + g / ||g||_1, and the step follows v. 0, no momentum, if left out. */
  momentum?: number;
}

export interface PgdOptions extends PgdSettings {
  mode: Mode;
  /** Draws the starts, on the images' device; not needed when the start is the image. */
  generator?: Generator;
  /**
   * Stops attacking an image once an iterate that counts is misclassified. In mode `eval` alone, since in `train` an image
   * that leaves would change the others. False if left out.
   */
  shrink?: boolean;
}

/** The options with defaults filled in. @throws RangeError on a value that makes no sense, alone or beside the others */
export function resolveOptions(options: PgdOptions) {
  const {
    loss = 'crossEntropy',
    start = 'uniform',
    restarts = 1,
    keep = 'last',
    momentum = 0,
    shrink = false,
  } = options;
  const { ball, steps, stepSize, mode, generator } = options;
  checkBall('pgd', ball);
  whole('pgd', { steps, restarts });
  positive('pgd', { stepSize });
  if (!(momentum >= 0) || !Number.isFinite(momentum)) {
    throw new RangeError(`pgd: momentum must be a number of at least 0, not ${momentum}`);
  }
  known('pgd', 'loss', loss, lossNames);
  known('pgd', 'start', start, ['uniform', 'gaussian', 'image']);
  known('pgd', 'keep', keep, ['last', 'best']);
  known('pgd', 'mode', mode, ['eval', 'train']);
  if (shrink && mode === 'train')
    throw new RangeError("pgd: shrink needs mode 'eval': in 'train' images depend on each other");
  if (start === 'image') {
    if (restarts > 1) throw new RangeError("pgd: restarts from the image are all the same; use start 'uniform'");
    if (loss === 'kl')
      throw new RangeError("pgd: the gradient of 'kl' is zero at the image; use start 'uniform' or 'gaussian'");
  } else if (!generator) {
    throw new RangeError(`pgd: a ${start} start needs a generator: pass new Generator({ seed })`);
  }
  return { ball, steps, stepSize, loss, start, restarts, keep, momentum, mode, generator, shrink };
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>;
