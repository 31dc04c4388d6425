// Auto-PGD aimed at one wrong class after the other: APGD-T of Croce & Hein 2020.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Classifier, checkBatch, logitsOf, withMode } from '../common/classifier.js';
import type { AttackResult } from '../common/outcome.js';
import { type AttackProgress, ended } from '../common/progress.js';
import { type ApgdTargetedOptions, resolveApgd, resolveTargets } from './options.js';
import { apgdRuns } from './runs.js';

/** `apgdTargeted` as a sequence of steps; `restart` counts the runs over all targets. Leaving early frees everything. */
export function* apgdTargetedSteps(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: ApgdTargetedOptions,
): Generator<AttackProgress, AttackResult> {
  const where = 'apgdTargeted';
  const { targets, ...rest } = options;
  const count = resolveTargets(where, options);
  const settings = resolveApgd(where, { ...rest, loss: 'targetedDlr' });
  const label = checkBatch(where, images, labels);
  const likeliest = torch.scope(() =>
    torch.noGrad(() => {
      const logits = withMode(model, 'eval', () => logitsOf(where, model, images, label));
      return likeliestWrong(logits, labels, count);
    }),
  );
  try {
    return yield* apgdRuns(where, model, images, labels, { label, target: -1 }, settings, likeliest);
  } finally {
    for (const target of likeliest) target.dispose();
  }
}

/**
 * `apgd` with `targetedDlr` for each of the most likely wrong classes of the clean image, the likeliest first. An image counts
 * as misclassified wherever it is, not only as the target.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns as `apgd`; losses of different targets are compared as they are
 * @throws RangeError as `apgd`, and with fewer than 4 classes
 */
export function apgdTargeted(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: ApgdTargetedOptions,
): AttackResult {
  return ended(apgdTargetedSteps(model, images, labels, options));
}

/**
 * The classes of greatest logits but for the true one.
 *
 * @param logits [B, K]
 * @param labels int64 [B]
 * @returns min(count, K - 1) tensors int64 [B], the likeliest first
 */
export function likeliestWrong(logits: Tensor, labels: Tensor, count: number): Tensor[] {
  const wrong = logits.scatter(1, labels.unsqueeze(1), Number.NEGATIVE_INFINITY);
  const [, classes] = wrong.topk(Math.min(count, logits.shape[1]! - 1), 1);
  return Array.from({ length: classes.shape[1]! }, (_, i) => classes.select(1, i).clone());
}
