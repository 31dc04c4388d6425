// The Square attack (Andriushchenko et al. 2020, arXiv 1912.00049): random search by squares. It sees logits, no gradients.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { advance, disposeActive, narrow } from '../common/active.js';
import { checkInside } from '../common/ball.js';
import { type Classifier, checkBatch, logitsOf, withMode } from '../common/classifier.js';
import { crossEntropy, margin } from '../common/losses.js';
import { type AttackResult, Outcome } from '../common/outcome.js';
import { type AttackProgress, ended } from '../common/progress.js';
import { moveDraws, squareMove, squareStart, startDraws } from './moves.js';
import { type ResolvedSquare, resolveSquare, type SquareOptions } from './options.js';
import { squareShare, squareSide } from './window.js';

/** Tensors with one row an active image, A of them. */
interface Search {
  /** int64 [A], their rows in the batch. */
  rows: Tensor;
  /** [A, C, H, W], centres of the balls. */
  images: Tensor;
  /** int64 [A] */
  labels: Tensor;
  /** [A, C, H, W], the best of this run. */
  points: Tensor;
  /** [A], the loss there. */
  losses: Tensor;
  /** bool [A], whether it is misclassified. */
  fooled: Tensor;
}

/** One attack on one batch, a query at a time. */
class Square {
  readonly outcome: Outcome;
  active: Search;

  constructor(
    private readonly model: Classifier,
    private readonly images: Tensor,
    labels: Tensor,
    private readonly highestLabel: number,
    private readonly options: ResolvedSquare,
  ) {
    this.outcome = new Outcome(images);
    const { losses, fooled } = this.outcome.result;
    const rows = torch.arange(images.shape[0]!, { device: images.device, dtype: 'int64' });
    this.active = {
      rows,
      images: images.detach(),
      labels: labels.detach(),
      points: images.detach(),
      losses: losses.clone(),
      fooled: fooled.clone(),
    };
  }

  get size(): number {
    return this.active.rows.numel;
  }

  start(): void {
    const { norm } = this.options.ball;
    const [, channels, height, width] = this.images.shape as [number, number, number, number];
    this.active = advance(this.active, () => {
      const { images } = this.active;
      const points = squareStart(images, this.options.ball, this.draw(startDraws(norm, channels, height, width)));
      return this.settle({ ...this.active, points, ...this.evaluate(points) });
    });
  }

  /** @param query from 0 */
  step(query: number): void {
    const { ball, queries, initialShare } = this.options;
    const [, channels, height, width] = this.images.shape as [number, number, number, number];
    const side = squareSide(squareShare(query, queries, initialShare), height, width, ball.norm);
    this.active = advance(this.active, () => {
      const old = this.active;
      const points = squareMove(old.points, old.images, ball, side, this.draw(moveDraws(ball.norm, channels)));
      const { losses, fooled } = this.evaluate(points);
      const first = fooled.logicalAnd(old.fooled.logicalNot());
      const better = fooled.eq(old.fooled).logicalAnd(losses.gt(old.losses)).logicalOr(first);
      return this.settle({
        ...old,
        points: torch.where(better.view([-1, 1, 1, 1]), points, old.points),
        losses: torch.where(better, losses, old.losses),
        fooled: old.fooled.logicalOr(fooled),
      });
    });
  }

  /** The best of a run counts. */
  finish(): void {
    const { rows, points, losses, fooled } = this.active;
    torch.noGrad(() => this.outcome.offer(rows, points, losses, fooled));
  }

  /** Lets those leave that are misclassified, if they shall. */
  private settle(next: Search): Search {
    if (!this.options.shrink || !next.fooled.any().item()) return next;
    this.outcome.offer(next.rows, next.points, next.losses, next.fooled);
    return narrow(next, next.fooled.logicalNot());
  }

  /** Draws of the active images, of as many for the whole batch, so that none depends on which images are still active. */
  private draw(numbers: number): Tensor {
    const { device, shape } = this.images;
    const { generator } = this.options;
    return torch.rand([shape[0]!, numbers], { device, generator, dtype: 'float64' }).indexSelect(0, this.active.rows);
  }

  private evaluate(points: Tensor): { losses: Tensor; fooled: Tensor } {
    const { labels } = this.active;
    const logits = withMode(this.model, 'eval', () => logitsOf('square', this.model, points, this.highestLabel));
    const losses = this.options.loss === 'margin' ? margin(logits, labels) : crossEntropy(logits, labels);
    if (!losses.isfinite().all().item()) {
      throw new RangeError('square: the loss of an image is not finite: look at the weights and logits of the model');
    }
    return { losses, fooled: logits.argmax(1).ne(labels) };
  }
}

/**
 * `square` as a sequence of queries, for callers that do other things in between; the model has its own mode back at each
 * pause. `step` of the progress counts queries. Leaving early frees everything.
 */
export function* squareSteps(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: SquareOptions,
): Generator<AttackProgress, AttackResult> {
  const settings = resolveSquare(options);
  const attack = new Square(model, images, labels, checkBatch('square', images, labels), settings);
  let finished = false;
  try {
    for (let restart = 0; restart < settings.restarts && attack.size > 0; restart++) {
      attack.start();
      for (let query = 0; query < settings.queries && attack.size > 0; query++) {
        attack.step(query);
        yield { restart, step: query + 1, active: attack.size };
      }
      if (attack.size > 0) attack.finish();
    }
    checkInside('square', attack.outcome.result.images, images, settings.ball);
    finished = true;
    return attack.outcome.result;
  } finally {
    disposeActive(attack.active);
    if (!finished) attack.outcome.dispose();
  }
}

/**
 * Random search for a misclassified image: a start at the end of the ball, then proposals that change a square, each image its
 * own, and are kept where the loss rises. Images, labels and model lie on one device; nothing is differentiated and nothing of
 * the model changes. Draws do not depend on which images are still active.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns for each image the best point of all runs
 * @throws RangeError when settings, images, labels or logits make no sense, or a loss is not finite
 */
export function square(model: Classifier, images: Tensor, labels: Tensor, options: SquareOptions): AttackResult {
  return ended(squareSteps(model, images, labels, options));
}
