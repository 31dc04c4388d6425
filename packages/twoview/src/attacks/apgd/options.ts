// Settings of Auto-PGD, and their checks.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, checkBall } from '../common/ball.js';
import { checkEval, known, whole } from '../common/checks.js';

/** What Auto-PGD raises: `targetedDlr` needs a target class for each image. */
export type ApgdLoss = 'crossEntropy' | 'dlr' | 'targetedDlr';

const losses: readonly ApgdLoss[] = ['crossEntropy', 'dlr', 'targetedDlr'];

/** What `apgd` and `apgdTargeted` share, without the model's mode and the source of randomness. */
export interface ApgdCommonSettings {
  ball: Ball;
  /** Gradient steps of one run; 100 if left out. */
  steps?: number;
  /** Runs from new starts, for each target class; of all, each image keeps its best. 1 if left out. */
  restarts?: number;
  /** A step is halved where no more than this share of the last steps raised the loss. 0.75 if left out. */
  rho?: number;
}

export interface ApgdSettings extends ApgdCommonSettings {
  /** What rises; `crossEntropy` if left out. */
  loss?: ApgdLoss;
}

export interface ApgdTargetedSettings extends ApgdCommonSettings {
  /** How many wrong classes are aimed at, the most likely ones of the clean image; 9, or all where there are fewer. */
  targets?: number;
}

/** How an attack is run. */
export interface ApgdRun {
  /** Best points and step sizes belong to single images, whose loss must depend on no other: so `eval` alone. */
  mode: 'eval';
  /** Draws the starts, on the images' device; not needed when a start is given. */
  generator?: Generator;
  /** Stops attacking an image once an iterate is misclassified. False if left out. */
  shrink?: boolean;
}

export interface ApgdOptions extends ApgdSettings, ApgdRun {
  /** int64 [B], the class that each image shall be taken for; for `targetedDlr` alone. */
  target?: Tensor;
  /** [B, C, H, W], where the run starts instead of a random point; it is projected into the ball. */
  start?: Tensor;
}

export interface ApgdTargetedOptions extends ApgdTargetedSettings, ApgdRun {}

/** The options with defaults filled in. @throws RangeError on a value that makes no sense, alone or beside the others */
export function resolveApgd(where: string, options: ApgdOptions) {
  const { ball, mode, generator, target, start, loss = 'crossEntropy' } = options;
  const { steps = 100, restarts = 1, rho = 0.75, shrink = false } = options;
  checkBall(where, ball);
  whole(where, { steps, restarts });
  if (!(rho >= 0 && rho <= 1)) throw new RangeError(`${where}: rho must be a share from 0 to 1, not ${rho}`);
  known(where, 'loss', loss, losses);
  checkEval(where, mode);
  if (start && restarts > 1) {
    throw new RangeError(`${where}: restarts from a given start are all the same; leave start out`);
  }
  if (!start && !generator) {
    throw new RangeError(`${where}: a random start needs a generator: pass new Generator({ seed })`);
  }
  return { ball, loss, steps, restarts, rho, generator, target, start, shrink };
}

export type ResolvedApgd = ReturnType<typeof resolveApgd>;

/** The number of target classes asked for. @throws RangeError unless a whole number of at least 1 */
export function resolveTargets(where: string, { targets = 9 }: ApgdTargetedSettings): number {
  whole(where, { targets });
  return targets;
}

/**
 * Throws a RangeError unless start and target fit the images and the loss.
 *
 * @param images [B, C, H, W]
 * @param labels int64 [B]
 * @returns the highest target, -1 without one
 */
export function checkGiven(
  where: string,
  images: Tensor,
  labels: Tensor,
  { loss, target, start }: ResolvedApgd,
): number {
  if (start && (start.shape.join() !== images.shape.join() || start.dtype !== images.dtype)) {
    throw new RangeError(
      `${where}: start must be ${images.dtype} [${images.shape.join(', ')}] as the images, not ${start.dtype} [${start.shape.join(', ')}]`,
    );
  }
  if ((loss === 'targetedDlr') !== (target !== undefined)) {
    const problem = target ? `a target needs loss 'targetedDlr', not ${loss}` : `loss 'targetedDlr' needs a target`;
    throw new RangeError(`${where}: ${problem}`);
  }
  if (!target) return -1;
  if (target.dtype !== 'int64' || target.shape.join() !== labels.shape.join()) {
    throw new RangeError(
      `${where}: target must be int64 [${labels.shape.join(', ')}], a class for each image, not ${target.dtype} [${target.shape.join(', ')}]`,
    );
  }
  return torch.scope(() => {
    const least = Number(target.amin().item());
    if (least < 0) throw new RangeError(`${where}: target ${least} is no class`);
    if (target.eq(labels).any().item()) throw new RangeError(`${where}: the target of an image is its own label`);
    return Number(target.amax().item());
  });
}
