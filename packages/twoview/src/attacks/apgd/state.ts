// What a run of Auto-PGD knows of each image, and how it goes on: functions from one state to the next.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Ball, project, steepest } from '../common/ball.js';
import { mustHalve, newWatch, type Watch } from './schedule.js';

/** What the step before still has in the next: the new move counts `fresh`, the last one the rest. */
const fresh = 0.75;

/** The first step, in radii. */
const firstStep = 2;

/** The images that are still attacked; tensors with one row each, A of them. */
export interface Targets {
  /** int64 [A], their rows in the batch. */
  rows: Tensor;
  /** [A, C, H, W], centres of the balls. */
  images: Tensor;
  /** int64 [A] */
  labels: Tensor;
  /** int64 [A]; null unless the loss aims at a class. */
  target: Tensor | null;
}

/** A run in progress. */
export interface Running extends Targets, Watch {
  /** [A, C, H, W], the iterate and the one before it. */
  points: Tensor;
  before: Tensor;
  /** [A, C, H, W], of the loss at `points`. */
  gradient: Tensor;
  /** [A, 1, 1, 1] */
  stepSizes: Tensor;
  /** [A, C, H, W], the iterate of the highest loss, its gradient, and [A] its loss. */
  best: Tensor;
  bestGradient: Tensor;
  bestLosses: Tensor;
}

/**
 * @param points [A, C, H, W], starts
 * @param losses [A]
 * @param gradient [A, C, H, W]
 */
export function atStart(targets: Targets, points: Tensor, losses: Tensor, gradient: Tensor, ball: Ball): Running {
  return {
    ...targets,
    ...newWatch(losses),
    points,
    before: points,
    gradient,
    stepSizes: torch.full([points.shape[0]!, 1, 1, 1], firstStep * ball.eps, {
      dtype: points.dtype,
      device: points.device,
    }),
    best: points,
    bestGradient: gradient,
    bestLosses: losses,
  };
}

/** The next iterates, [A, C, H, W]: a gradient step, then momentum, each projected (Algorithm 1 of the paper). */
export function move(state: Running, ball: Ball, first: boolean): Tensor {
  const { images, points, before, gradient, stepSizes } = state;
  const moved = project(points.add(steepest(gradient, ball.norm).mul(stepSizes)), images, ball);
  if (first) return moved;
  const mixed = points.add(moved.sub(points), { alpha: fresh }).add(points.sub(before), { alpha: 1 - fresh });
  return project(mixed, images, ball);
}

/** The state after a step to `points`, [A, C, H, W], of these losses, [A], and gradients. */
export function remember(state: Running, points: Tensor, losses: Tensor, gradient: Tensor): Running {
  const better = losses.gt(state.bestLosses);
  const pixels = better.view([-1, 1, 1, 1]);
  return {
    ...state,
    points,
    before: state.points,
    gradient,
    best: torch.where(pixels, points, state.best),
    bestGradient: torch.where(pixels, gradient, state.bestGradient),
    bestLosses: torch.where(better, losses, state.bestLosses),
    previousLosses: losses,
    rises: state.rises.add(losses.gt(state.previousLosses)),
  };
}

/**
 * The state after a checkpoint. Halved steps go on from the best point; the move that is mixed into theirs is measured from
 * the iterate before, as published.
 */
export function lookBack(state: Running, interval: number, rho: number): Running {
  const halved = mustHalve(state, state.bestLosses, interval, rho);
  const pixels = halved.view([-1, 1, 1, 1]);
  return {
    ...state,
    stepSizes: torch.where(pixels, state.stepSizes.mul(0.5), state.stepSizes),
    points: torch.where(pixels, state.best, state.points),
    gradient: torch.where(pixels, state.bestGradient, state.gradient),
    rises: torch.zerosLike(state.rises),
    earlierBest: state.bestLosses,
    justHalved: halved,
  };
}
