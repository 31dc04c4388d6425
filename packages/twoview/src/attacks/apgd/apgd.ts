// Auto-PGD of Croce & Hein 2020 (arXiv 2003.01690): projected gradient ascent with momentum whose step size each image halves
// when its loss stops rising, going back to its best point. Free of parameters but for the number of steps.
import type { Tensor } from '@twoview/torch';
import { type Classifier, checkBatch } from '../common/classifier.js';
import type { AttackResult } from '../common/outcome.js';
import { type AttackProgress, ended } from '../common/progress.js';
import { type ApgdOptions, checkGiven, resolveApgd } from './options.js';
import { apgdRuns } from './runs.js';

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
