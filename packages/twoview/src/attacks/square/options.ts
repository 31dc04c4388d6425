// Settings of the Square attack, and their checks.
import type { Generator } from '@twoview/torch';
import { type Ball, checkBall } from '../common/ball.js';
import { checkEval, known, whole } from '../common/checks.js';

const losses = ['margin', 'crossEntropy'] as const;

/** What one attack is, without the model's mode and the source of randomness. */
export interface SquareSettings {
  ball: Ball;
  /** Proposals of one run, a forward pass each; its start takes one more. 5000 if left out. */
  queries?: number;
  /** Share of the pixels that the first squares cover, in (0, 1]. 0.8 if left out. */
  initialShare?: number;
  /** Runs from new starts; of all, each image keeps its best. 1 if left out. */
  restarts?: number;
  /** What rises; `margin` if left out. */
  loss?: (typeof losses)[number];
}

export interface SquareOptions extends SquareSettings {
  /** In mode `train` images would depend on each other. */
  mode: 'eval';
  /** Draws starts and squares, on the images' device. */
  generator: Generator;
  /** Stops attacking an image once it is misclassified. False if left out: its loss goes on to rise. */
  shrink?: boolean;
}

/** The options with defaults filled in. @throws RangeError on a value that makes no sense */
export function resolveSquare(options: SquareOptions) {
  const { queries = 5000, initialShare = 0.8, restarts = 1, loss = 'margin', shrink = false } = options;
  const { ball, mode, generator } = options;
  checkBall('square', ball);
  checkEval('square', mode);
  whole('square', { queries, restarts });
  known('square', 'loss', loss, losses);
  if (!(initialShare > 0 && initialShare <= 1)) {
    throw new RangeError(`square: initialShare must be a share in (0, 1], not ${initialShare}`);
  }
  if (!generator)
    throw new RangeError('square: it draws at random and needs a generator: pass new Generator({ seed })');
  return { ball, queries, initialShare, restarts, loss, generator, shrink };
}

export type ResolvedSquare = ReturnType<typeof resolveSquare>;
