// When Auto-PGD looks back, and whose step it then halves. Section 3 of Croce & Hein 2020; where their program differs from
// the paper, the program, since published figures are its own.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/**
 * Steps after which the step sizes are looked at. Each interval is 3 % of all steps shorter than the one before: the first
 * takes 22 %, none less than 6 %. In whole steps, each rounded down and at least 1.
 *
 * @returns 22, 41, 57, 70, 80, 87, 93, 99 for 100 steps: the paper's p_j = p_(j-1) + max(p_(j-1) - p_(j-2) - 0.03, 0.06)
 */
export function checkpoints(steps: number): number[] {
  // In whole per cent, so that rounding down is exact.
  const share = (percent: number) => Math.max(Math.floor((percent * steps) / 100), 1);
  const [shortest, shorter] = [share(6), share(3)];
  const found: number[] = [];
  for (let interval = share(22), at = interval; at < steps; at += interval) {
    found.push(at);
    interval = Math.max(interval - shorter, shortest);
  }
  return found;
}

/** What is remembered of each image between checkpoints; tensors have one row an active image, A of them. */
export interface Watch {
  /** [A], loss of the iterate before; 0 before the first step, as in the published program. */
  previousLosses: Tensor;
  /** [A], steps since the last checkpoint at which the loss rose. */
  rises: Tensor;
  /** [A], best loss at the last checkpoint. */
  earlierBest: Tensor;
  /** bool [A], whether the step was halved at the last checkpoint; true before the first. */
  justHalved: Tensor;
}

/** @param bestLosses [A], losses of the starts */
export function newWatch(bestLosses: Tensor): Watch {
  return {
    previousLosses: torch.zerosLike(bestLosses),
    rises: torch.zerosLike(bestLosses),
    earlierBest: bestLosses,
    justHalved: torch.ones(bestLosses.shape, { dtype: 'bool', device: bestLosses.device }),
  };
}

/**
 * Whose step is halved at a checkpoint: of the last `interval` steps at most the share rho raised the loss (condition 1), or
 * the step is as long as at the last checkpoint and the best loss as high as then (condition 2).
 *
 * @param bestLosses [A]
 * @returns bool [A]
 */
export function mustHalve(watch: Watch, bestLosses: Tensor, interval: number, rho: number): Tensor {
  const oscillates = watch.rises.le(interval * rho);
  const stands = watch.justHalved.logicalNot().logicalAnd(watch.earlierBest.ge(bestLosses));
  return oscillates.logicalOr(stands);
}
