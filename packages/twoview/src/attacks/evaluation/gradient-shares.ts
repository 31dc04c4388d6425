// Images whose gradient cannot lead an attack.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Classifier, logitsOf, withMode } from '../common/classifier.js';
import { crossEntropy, margin } from '../common/losses.js';
import { breathe } from './sets.js';

/** Shares in [0, 1] of the images. */
export interface GradientShares {
  /** With a gradient that is zero in every pixel. */
  zero: number;
  /** With an infinite or undefined number in their gradient or loss. */
  notFinite: number;
}

/**
 * Looks at the gradient of each image's loss by the image itself, in mode `eval`.
 *
 * @param images [N, C, H, W] in [0, 1]
 * @param labels int64 [N]
 * @param onBatch called after each batch; true ends it
 * @returns undefined when it was asked to stop
 */
export async function gradientShares(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  loss: 'crossEntropy' | 'margin',
  batchSize: number,
  onBatch: (done: number) => boolean,
): Promise<GradientShares | undefined> {
  const total = images.shape[0]!;
  let [zero, notFinite] = [0, 0];
  for (let first = 0; first < total; first += batchSize) {
    const end = Math.min(first + batchSize, total);
    const counts = torch.scope(() =>
      torch.enableGrad(() => {
        const x = images.slice(0, first, end).detach().requiresGrad_();
        const y = labels.slice(0, first, end);
        const highest = Number(y.amax().item());
        const logits = withMode(model, 'eval', () => logitsOf('maskingChecks', model, x, highest));
        const losses = loss === 'margin' ? margin(logits, y) : crossEntropy(logits, y);
        const gradient = torch.grad(losses.sum(), [x])[0]!.flatten(1);
        const finite = gradient.isfinite().all(1).logicalAnd(losses.isfinite());
        return [gradient.eq(0).all(1).sum().item(), finite.logicalNot().sum().item()].map(Number);
      }),
    );
    zero += counts[0]!;
    notFinite += counts[1]!;
    await breathe();
    if (onBatch(end)) return undefined;
  }
  return { zero: zero / total, notFinite: notFinite / total };
}
