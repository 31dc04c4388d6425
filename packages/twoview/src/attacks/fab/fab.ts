// The targeted Fast Adaptive Boundary attack: the nearest misclassified point instead of the worst one in a ball.
//   FAB: Croce & Hein 2020, arXiv 1907.02044, algorithm 1.   Targets: the same authors, arXiv 2003.01690 (AutoAttack).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Active, advance, disposeActive, narrow } from '../common/active.js';
import { checkInside, lengths, steepest } from '../common/ball.js';
import { type Classifier, checkBatch, logitsOf, withMode } from '../common/classifier.js';
import { type AttackResult, Outcome } from '../common/outcome.js';
import { type AttackProgress, ended } from '../common/progress.js';
import { moveToHyperplane } from './hyperplane.js';
import { type FabOptions, type ResolvedFab, resolveFab } from './options.js';

/** One attack on one batch, a step at a time. */
class Fab {
  readonly outcome: Outcome;
  active: Active;

  constructor(
    private readonly model: Classifier,
    private readonly images: Tensor,
    labels: Tensor,
    private readonly highestLabel: number,
    private readonly options: ResolvedFab,
  ) {
    this.outcome = new Outcome(images);
    this.active = {
      rows: torch.arange(images.shape[0]!, { device: images.device, dtype: 'int64' }),
      images: images.detach(),
      labels: labels.detach(),
      reference: torch.scope(() => torch.noGrad(() => this.logits(images))),
      points: images.detach(),
      velocity: null,
    };
    // An image that is misclassified as it is has distance 0.
    this.active = advance(this.active, () => {
      const { images, labels, reference } = this.active;
      return this.count(this.active, images, reference!.argmax(1).ne(labels));
    });
  }

  get size(): number {
    return this.active.rows.numel;
  }

  get targets(): number {
    return Math.min(this.options.targets, this.active.reference!.shape[1]! - 1);
  }

  /** Random starts of the whole batch are drawn, so that none depends on which images are still active. */
  start(random: boolean): void {
    this.active = advance(this.active, () => {
      const { rows, images } = this.active;
      return { ...this.active, points: (random ? this.randomStart().indexSelect(0, rows) : images).detach() };
    });
  }

  /** @param target 0 for the most probable class that is not the label, by the logits of the image */
  step(target: number): void {
    const { ball, alphaMax, eta, beta } = this.options;
    this.active = advance(this.active, () => {
      const { images, points, labels } = this.active;
      const { difference, gradient } = this.differentiate(target);
      // The boundary of the linear model at the iterate, and the moves to it from the iterate and from the image.
      const [x, centre, w] = [points.flatten(1), images.flatten(1), gradient.flatten(1)];
      const gaps = torch.cat([difference.neg(), w.mul(x.sub(centre)).sum([1]).sub(difference)]);
      const moves = moveToHyperplane(torch.cat([x, centre]), w.repeat([2, 1]), gaps, ball.norm);
      const [fromPoint, fromImage] = moves.view([2, ...points.shape]).unbind(0) as [Tensor, Tensor];
      const near = lengths(fromPoint, ball.norm).clampMin(1e-8);
      const far = lengths(fromImage, ball.norm).clampMin(1e-8);
      const back = near.div(near.add(far)).clampMax(alphaMax);
      const forward = points.add(fromPoint, { alpha: eta });
      const home = images.add(fromImage, { alpha: eta });
      const next = forward.mul(back.rsub(1)).add(home.mul(back)).clamp(0, 1);

      const wrong = this.logits(next).argmax(1).ne(labels);
      const closer = images.add(next.sub(images), { alpha: beta });
      const counted = { ...this.active, points: torch.where(wrong.view([-1, 1, 1, 1]), closer, next) };
      return this.count(counted, next, wrong);
    });
  }

  /** Of misclassified points the nearest counts; it is returned if it lies in the ball. */
  private count(next: Active, points: Tensor, wrong: Tensor): Active {
    const { norm, eps } = this.options.ball;
    const distances = lengths(points.sub(next.images), norm).view([-1]);
    const fooled = wrong.logicalAnd(distances.le(eps));
    const shown = torch.where(fooled.view([-1, 1, 1, 1]), points, next.images);
    this.outcome.offer(next.rows, shown, torch.where(wrong, distances.neg(), Number.NEGATIVE_INFINITY), fooled);
    return this.options.shrink ? narrow(next, fooled.logicalNot()) : next;
  }

  /** At a distance of half the radius. */
  private randomStart(): Tensor {
    const { shape, dtype, device } = this.images;
    const { ball, generator } = this.options;
    const options = { dtype, device, generator: generator! };
    const noise = ball.norm === 'linf' ? torch.rand(shape, options).mul(2).sub(1) : torch.randn(shape, options);
    const unit = ball.norm === 'linf' ? noise.div(lengths(noise, 'linf')) : steepest(noise, 'l2');
    return this.images.add(unit, { alpha: ball.eps / 2 }).clamp(0, 1);
  }

  /** o_t - o_y at the iterate, [A], and its gradient by the iterate. */
  private differentiate(target: number): { difference: Tensor; gradient: Tensor } {
    return torch.enableGrad(() => {
      const { reference, labels } = this.active;
      const own = labels.unsqueeze(1);
      const others = reference!.scatter(1, own, Number.NEGATIVE_INFINITY).argsort(1, true);
      const points = this.active.points.detach().requiresGrad_();
      const logits = this.logits(points);
      const difference = logits.gather(1, others.select(1, target).unsqueeze(1)).sub(logits.gather(1, own)).squeeze(1);
      const [gradient] = torch.grad(difference.sum(), [points]);
      return { difference: difference.detach(), gradient: gradient! };
    });
  }

  private logits(images: Tensor): Tensor {
    const logits = withMode(this.model, 'eval', () => logitsOf('fab', this.model, images, this.highestLabel));
    if (!logits.isfinite().all().item()) {
      throw new RangeError('fab: the logits of an image are not finite: look at the weights of the model');
    }
    return logits;
  }
}

/**
 * `fab` as a sequence of steps, for callers that do other things in between; the model has its own mode back at each pause.
 * `restart` of the progress counts runs over targets and restarts. Leaving early frees everything.
 */
export function* fabSteps(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: FabOptions,
): Generator<AttackProgress, AttackResult> {
  const settings = resolveFab(options);
  const attack = new Fab(model, images, labels, checkBatch('fab', images, labels), settings);
  let finished = false;
  try {
    for (let run = 0; run < attack.targets * settings.restarts && attack.size > 0; run++) {
      attack.start(run % settings.restarts > 0);
      const target = Math.floor(run / settings.restarts);
      for (let step = 1; step <= settings.steps && attack.size > 0; step++) {
        attack.step(target);
        yield { restart: run, step, active: attack.size };
      }
    }
    checkInside('fab', attack.outcome.result.images, images, settings.ball);
    finished = true;
    return attack.outcome.result;
  } finally {
    disposeActive(attack.active);
    if (!finished) attack.outcome.dispose();
  }
}

/**
 * Looks for the nearest misclassified point of each image: a step goes to the boundary of the linear model of o_t - o_y, the
 * logits of a target class and of the label, a little drawn back to the image. Images, labels and model lie on one device.
 * Parameters, their gradients and buffers are not changed.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns `images`: the nearest misclassified point that was found if it lies in the ball, else the image itself. `losses`:
 *   minus the distance of that point, in the ball or not; -Infinity if none was found, -0 if the image is misclassified itself.
 *   With `shrink`, a point in the ball that need not be the nearest
 * @throws RangeError when settings, images, labels or logits make no sense
 */
export function fab(model: Classifier, images: Tensor, labels: Tensor, options: FabOptions): AttackResult {
  return ended(fabSteps(model, images, labels, options));
}
