// Projected gradient ascent in pixel space, and its special cases.
//   FGSM: Goodfellow, Shlens, Szegedy 2015.   PGD: Madry et al. 2018, x <- P(x + stepSize * steepest(grad L(x)))
//   momentum: Dong et al. 2018 (MI-FGSM), v <- mu v + g / ||g||_1 in place of g.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Active, advance, disposeActive, narrow } from '../common/active.js';
import { type Ball, checkInside, project, steepest, uniformStart } from '../common/ball.js';
import { type Classifier, checkBatch, logitsOf, type Mode, withMode } from '../common/classifier.js';
import { crossEntropy, klDivergence, type LossName, margin } from '../common/losses.js';
import { type AttackResult, Outcome } from '../common/outcome.js';
import { type AttackProgress, ended } from '../common/progress.js';
import { type PgdOptions, type ResolvedOptions, resolveOptions } from './options.js';

/** One attack on one batch, a step at a time. */
class Pgd {
  readonly outcome: Outcome;
  active: Active;

  constructor(
    private readonly model: Classifier,
    private readonly images: Tensor,
    labels: Tensor,
    private readonly highestLabel: number,
    private readonly options: ResolvedOptions,
  ) {
    this.outcome = new Outcome(images);
    this.active = {
      rows: torch.arange(images.shape[0]!, { device: images.device, dtype: 'int64' }),
      images: images.detach(),
      labels: labels.detach(),
      reference: options.loss === 'kl' ? torch.scope(() => torch.noGrad(() => this.logits(images))) : null,
      points: images.detach(),
      velocity: null,
    };
  }

  get size(): number {
    return this.active.rows.numel;
  }

  /** Starts of the whole batch are drawn, so that none depends on which images are still active. */
  start(): void {
    const { start, ball, generator, momentum } = this.options;
    this.active = advance(this.active, () => {
      const { rows, images } = this.active;
      let points = images;
      if (start !== 'image') {
        const drawn = start === 'uniform' ? uniformStart(this.images, ball, generator!) : this.gaussianStart();
        points = drawn.indexSelect(0, rows);
      }
      return { ...this.active, points: points.detach(), velocity: momentum > 0 ? torch.zerosLike(points) : null };
    });
  }

  step(): void {
    const { ball, stepSize, keep } = this.options;
    this.active = advance(this.active, () => {
      const { images, points } = this.active;
      const { losses, fooled, gradient } = this.differentiate();
      const velocity = this.accelerate(gradient);
      const moved = points.add(steepest(velocity ?? gradient, ball.norm), { alpha: stepSize });
      const next = { ...this.active, points: project(moved, images, ball), velocity };
      return keep === 'best' ? this.count(next, points, losses, fooled) : next;
    });
  }

  /** The last iterate of a run counts in any case. */
  finish(): void {
    this.active = advance(this.active, () => {
      const { losses, fooled } = this.evaluate(this.active.points);
      return this.count(this.active, this.active.points, losses, fooled);
    });
  }

  private count(next: Active, points: Tensor, losses: Tensor, fooled: Tensor): Active {
    this.outcome.offer(next.rows, points, losses, fooled);
    return this.options.shrink ? narrow(next, fooled.logicalNot()) : next;
  }

  private gaussianStart(): Tensor {
    const { shape, dtype, device } = this.images;
    const noise = torch.randn(shape, { dtype, device, generator: this.options.generator! });
    return project(this.images.add(noise, { alpha: 0.001 }), this.images, this.options.ball);
  }

  private accelerate(gradient: Tensor): Tensor | null {
    const { velocity } = this.active;
    if (!velocity) return null;
    const scale = gradient.abs().sum([1, 2, 3], true).clampMin(1e-12);
    return velocity.mul(this.options.momentum).add(gradient.div(scale));
  }

  /** Losses at the iterate and the gradient of each by its own image; those of parameters are not touched. */
  private differentiate() {
    return torch.enableGrad(() => {
      const points = this.active.points.detach().requiresGrad_();
      const { losses, fooled } = this.evaluate(points);
      const [gradient] = torch.grad(losses.sum(), [points]);
      return { losses: losses.detach(), fooled, gradient: gradient! };
    });
  }

  private evaluate(points: Tensor): { losses: Tensor; fooled: Tensor } {
    const { labels, reference } = this.active;
    const logits = this.logits(points);
    const losses =
      this.options.loss === 'kl'
        ? klDivergence(logits, reference!)
        : this.options.loss === 'margin'
          ? margin(logits, labels)
          : crossEntropy(logits, labels);
    if (!losses.isfinite().all().item()) {
      throw new RangeError(
        'pgd: the loss of an image is not finite, or its gradient before: look at the weights and logits of the model',
      );
    }
    return { losses, fooled: logits.detach().argmax(1).ne(labels) };
  }

  private logits(images: Tensor): Tensor {
    return withMode(this.model, this.options.mode, () => logitsOf('pgd', this.model, images, this.highestLabel));
  }
}

/**
 * `pgd` as a sequence of steps, for callers that do other things in between; the model has its own mode back at each pause.
 * Leaving early frees everything.
 */
export function* pgdSteps(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: PgdOptions,
): Generator<AttackProgress, AttackResult> {
  const settings = resolveOptions(options);
  const attack = new Pgd(model, images, labels, checkBatch('pgd', images, labels), settings);
  let finished = false;
  try {
    for (let restart = 0; restart < settings.restarts && attack.size > 0; restart++) {
      attack.start();
      for (let step = 1; step <= settings.steps && attack.size > 0; step++) {
        attack.step();
        yield { restart, step, active: attack.size };
      }
      if (attack.size > 0) attack.finish();
    }
    checkInside('pgd', attack.outcome.result.images, images, settings.ball);
    finished = true;
    return attack.outcome.result;
  } finally {
    disposeActive(attack.active);
    if (!finished) attack.outcome.dispose();
  }
}

/**
 * Projected gradient ascent on the loss of each image. Images, labels and model lie on one device. Parameters and their
 * gradients are not changed; in mode `eval` nor are buffers.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns for each image the last iterate, or the best of those that count
 * @throws RangeError when settings, images, labels or logits make no sense, or a loss is not finite
 */
export function pgd(model: Classifier, images: Tensor, labels: Tensor, options: PgdOptions): AttackResult {
  return ended(pgdSteps(model, images, labels, options));
}

/** One step of length eps from the image: exact where the loss is linear. See `pgd`. */
export function fgsm(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  { ball, mode, loss }: { ball: Ball; mode: Mode; loss?: Exclude<LossName, 'kl'> },
): AttackResult {
  const settings = { ball, mode, steps: 1, stepSize: ball.eps, start: 'image' as const };
  return pgd(model, images, labels, { ...settings, ...(loss ? { loss } : {}) });
}
