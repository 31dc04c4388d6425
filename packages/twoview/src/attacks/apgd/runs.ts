// Runs of Auto-PGD on one batch, a step at a time: what `apgd` and `apgdTargeted` share.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { advance, disposeActive, narrow } from '../common/active.js';
import { checkInside, project } from '../common/ball.js';
import { type Classifier, logitsOf, withMode } from '../common/classifier.js';
import { dlr, targetedDlr } from '../common/dlr.js';
import { crossEntropy } from '../common/losses.js';
import { type AttackResult, Outcome } from '../common/outcome.js';
import type { AttackProgress } from '../common/progress.js';
import { boundaryStart } from './boundary-start.js';
import type { ResolvedApgd } from './options.js';
import { checkpoints } from './schedule.js';
import { atStart, lookBack, move, type Running, remember, type Targets } from './state.js';

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
      const running = atStart(targets, points, losses, gradient!, ball);
      return this.stillActive(running, fooled);
    });
  }

  /** @param interval steps since the last checkpoint where this step is one, else undefined */
  step(first: boolean, last: boolean, interval: number | undefined): void {
    const { ball, rho } = this.options;
    this.active = advance(this.active as Running, () => {
      const state = this.active as Running;
      const points = move(state, ball, first);
      const { losses, fooled, gradient } = this.evaluate(state, points, !last);
      this.outcome.offer(state.rows, points, losses, fooled);
      const next = remember(state, points, losses, gradient ?? state.gradient);
      return this.stillActive(interval === undefined ? next : lookBack(next, interval, rho), fooled);
    });
    if (last || interval !== undefined) this.checkFinite();
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
        `${this.where}: the loss of an image is not finite, or its gradient before: look at the weights and logits of the model`,
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
