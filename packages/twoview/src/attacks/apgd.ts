// Auto-PGD of Croce & Hein 2020 (arXiv 2003.01690): projected gradient ascent with momentum whose step size each image halves
// when its loss stops rising, going back to its best point. Free of parameters but for the number of steps.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { advance, disposeActive, narrow } from './active.js';
import { type ApgdOptions, checkGiven, type ResolvedApgd, resolveApgd } from './apgd-options.js';
import { checkpoints, mustHalve, newWatch, type Watch } from './apgd-schedule.js';
import { checkInside, project, steepest } from './ball.js';
import { boundaryStart } from './boundary-start.js';
import { type Classifier, checkBatch, logitsOf, withMode } from './classifier.js';
import { dlr, targetedDlr } from './dlr.js';
import { crossEntropy } from './losses.js';
import type { AttackProgress } from './options.js';
import { type AttackResult, Outcome } from './outcome.js';

/** What the step before still has in the next: the new move counts `fresh`, the last one the rest. */
const fresh = 0.75;

/** The first step, in radii. */
const firstStep = 2;

/** The images that are still attacked; tensors with one row each, A of them. */
interface Targets {
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
interface Running extends Targets, Watch {
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

interface Evaluated {
  losses: Tensor;
  fooled: Tensor;
  /** Null where it was not asked for. */
  gradient: Tensor | null;
}

/** One attack on one batch, a step at a time. */
class Apgd {
  readonly outcome: Outcome;
  active: Targets | Running;

  constructor(
    private readonly where: string,
    private readonly model: Classifier,
    private readonly images: Tensor,
    labels: Tensor,
    private readonly highest: { label: number; target: number },
    private readonly options: ResolvedApgd,
  ) {
    this.outcome = new Outcome(images);
    this.active = {
      rows: torch.arange(images.shape[0]!, { device: images.device, dtype: 'int64' }),
      images: images.detach(),
      labels: labels.detach(),
      target: null,
    };
  }

  get size(): number {
    return this.active.rows.numel;
  }

  /**
   * Starts of the whole batch are drawn, so that none depends on which images are still active.
   *
   * @param target int64 [B], by rows of the batch
   */
  begin(target: Tensor | undefined): void {
    const { ball, generator, start } = this.options;
    this.active = advance(this.active, () => {
      const { rows, images, labels } = this.active;
      const starts = start ? project(start, this.images, ball) : boundaryStart(this.images, ball, generator!);
      const points = starts.indexSelect(0, rows).detach();
      const targets = { rows, images, labels, target: target?.indexSelect(0, rows) ?? null };
      const { losses, fooled, gradient } = this.evaluate(targets, points, true);
      this.outcome.offer(rows, points, losses, fooled);
      const running: Running = {
        ...targets,
        ...newWatch(losses),
        points,
        before: points,
        gradient: gradient!,
        stepSizes: torch.full([rows.numel, 1, 1, 1], firstStep * ball.eps, points),
        best: points,
        bestGradient: gradient!,
        bestLosses: losses,
      };
      return this.stillActive(running, fooled);
    });
  }

  /** @param interval steps since the last checkpoint where this step is one, else undefined */
  step(first: boolean, last: boolean, interval: number | undefined): void {
    this.active = advance(this.active as Running, () => {
      const state = this.active as Running;
      const points = this.move(state, first);
      const { losses, fooled, gradient } = this.evaluate(state, points, !last);
      this.outcome.offer(state.rows, points, losses, fooled);
      const next = this.remember(state, points, losses, gradient ?? state.gradient);
      return this.stillActive(interval === undefined ? next : this.lookBack(next, interval), fooled);
    });
    if (last || interval !== undefined) this.checkFinite();
  }

  private move({ images, points, before, gradient, stepSizes }: Running, first: boolean): Tensor {
    const { ball } = this.options;
    const moved = project(points.add(steepest(gradient, ball.norm).mul(stepSizes)), images, ball);
    if (first) return moved;
    const mixed = points.add(moved.sub(points), { alpha: fresh }).add(points.sub(before), { alpha: 1 - fresh });
    return project(mixed, images, ball);
  }

  private remember(state: Running, points: Tensor, losses: Tensor, gradient: Tensor): Running {
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

  /** Halved steps go on from the best point; the momentum they meet there is measured from the iterate before. */
  private lookBack(state: Running, interval: number): Running {
    const halved = mustHalve(state, state.bestLosses, interval, this.options.rho);
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

  /** Without those that have fallen, where they shall leave. */
  private stillActive(state: Running, fooled: Tensor): Running {
    return this.options.shrink ? narrow(state, fooled.logicalNot()) : state;
  }

  /** Gradients of parameters are not touched. An image without a finite loss never counts as misclassified. */
  private evaluate({ labels, target }: Targets, points: Tensor, withGradient: boolean): Evaluated {
    const run = (images: Tensor) => {
      const logits = withMode(this.model, 'eval', () => logitsOf(this.where, this.model, images, this.highest.label));
      const losses = this.losses(logits, labels, target);
      const fooled = logits.detach().argmax(1).ne(labels).logicalAnd(losses.detach().isfinite());
      return { losses, fooled };
    };
    if (!withGradient) return { ...run(points), gradient: null };
    return torch.enableGrad(() => {
      const images = points.detach().requiresGrad_();
      const { losses, fooled } = run(images);
      const [gradient] = torch.grad(losses.sum(), [images]);
      return { losses: losses.detach(), fooled, gradient: gradient! };
    });
  }

  private losses(logits: Tensor, labels: Tensor, target: Tensor | null): Tensor {
    if (target) {
      if (this.highest.target >= logits.shape[1]!) {
        throw new RangeError(
          `${this.where}: target ${this.highest.target} is none of the ${logits.shape[1]} classes of the model`,
        );
      }
      return targetedDlr(logits, labels, target);
    }
    return this.options.loss === 'dlr' ? dlr(logits, labels) : crossEntropy(logits, labels);
  }

  /** At checkpoints alone, since it waits for the device. */
  private checkFinite(): void {
    const { bestLosses, previousLosses } = this.active as Running;
    const finite = torch.scope(() => bestLosses.add(previousLosses).isfinite().all().item());
    if (!finite) {
      throw new RangeError(
        `${this.where}: the loss of an image is not finite: look at the weights and logits of the model`,
      );
    }
  }
}

/**
 * Runs of Auto-PGD, for each target all restarts; of all, each image keeps its best.
 *
 * @param highest greatest label, and greatest target (-1 where it is known that all are classes)
 * @param targets int64 [B] each; an undefined one aims at no class
 */
export function* apgdRuns(
  where: string,
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  highest: { label: number; target: number },
  settings: ResolvedApgd,
  targets: readonly (Tensor | undefined)[],
): Generator<AttackProgress, AttackResult> {
  const attack = new Apgd(where, model, images, labels, highest, settings);
  const stops = checkpoints(settings.steps);
  const intervals = new Map(stops.map((at, i) => [at, at - (stops[i - 1] ?? 0)]));
  let finished = false;
  let restart = 0;
  try {
    for (const target of targets) {
      for (let run = 0; run < settings.restarts && attack.size > 0; run++, restart++) {
        attack.begin(target);
        for (let step = 1; step <= settings.steps && attack.size > 0; step++) {
          attack.step(step === 1, step === settings.steps, intervals.get(step));
          yield { restart, step, active: attack.size };
        }
      }
    }
    checkInside(where, attack.outcome.result.images, images, settings.ball);
    finished = true;
    return attack.outcome.result;
  } finally {
    disposeActive(attack.active);
    if (!finished) attack.outcome.dispose();
  }
}

/** `apgd` as a sequence of steps, as `pgdSteps` is of `pgd`. Leaving early frees everything. */
export function* apgdSteps(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: ApgdOptions,
): Generator<AttackProgress, AttackResult> {
  const settings = resolveApgd('apgd', options);
  const label = checkBatch('apgd', images, labels);
  const target = checkGiven('apgd', images, labels, settings);
  return yield* apgdRuns('apgd', model, images, labels, { label, target }, settings, [settings.target]);
}

/**
 * Auto-PGD. Images, labels and model lie on one device. Parameters, their gradients and buffers are not changed. Every iterate
 * counts, the start among them; a run needs steps + 1 forward and steps backward passes.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns for each image a misclassified iterate where there was one, of those that count the one of highest loss
 * @throws RangeError when settings, images, labels or logits make no sense, a loss is not finite, or there are too few
 * classes for the loss
 */
export function apgd(model: Classifier, images: Tensor, labels: Tensor, options: ApgdOptions): AttackResult {
  return ended(apgdSteps(model, images, labels, options));
}

/** What a sequence of steps returns at its end. */
export function ended(steps: Generator<AttackProgress, AttackResult>): AttackResult {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
