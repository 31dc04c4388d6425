// How many images of a set survive an attack.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Classifier, checkBatch } from '../common/classifier.js';
import type { AttackProgress } from '../common/progress.js';
import { type PgdSettings, resolveOptions } from '../pgd/options.js';
import { type AttackSteps, disposeResult, drive, stepsOf } from './drive.js';
import { choose, correctOf, share } from './sets.js';

export interface RobustAccuracyOptions {
  /** PGD with these settings, or any attack in mode `eval`; best one that shrinks. */
  attack: PgdSettings | AttackSteps;
  /** Seeds the random starts. */
  seed: number;
  /** Images at a time; 128 if left out. Random starts depend on it, and on which images are classified correctly. */
  batchSize?: number;
  /** Called after every step. `done` images of `total` lie behind the batch that `attack` speaks of. */
  onProgress?: (progress: { done: number; total: number; attack: AttackProgress }) => void;
  /** Asked between steps: true ends the evaluation. */
  shouldStop?: () => boolean;
}

export interface RobustAccuracy {
  /** Images of the set. */
  total: number;
  /** Share in [0, 1] that is classified correctly. */
  naturalAccuracy: number;
  /** Share in [0, 1] that is classified correctly before and after the attack. */
  robustAccuracy: number;
  /** 1 for each image that is classified correctly. */
  correct: Uint8Array;
  /** 1 for each image that also survives the attack. */
  robust: Uint8Array;
}

/**
 * Accuracy in mode `eval` before and after an attack. Only images that are classified correctly are attacked, and each only
 * until an iterate that counts is misclassified.
 *
 * @param images [N, C, H, W] in [0, 1], on the device of the model
 * @param labels int64 [N]
 * @returns undefined when it was asked to stop
 * @throws RangeError when settings, images, labels or logits make no sense, or a loss is not finite
 */
export async function robustAccuracy(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: RobustAccuracyOptions,
): Promise<RobustAccuracy | undefined> {
  const { attack, seed, batchSize = 128, onProgress, shouldStop } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`robustAccuracy: batchSize must be a whole number of at least 1, not ${batchSize}`);
  }
  checkBatch('robustAccuracy', images, labels);
  const generator = new torch.Generator({ seed, device: images.device });
  if (typeof attack !== 'function') resolveOptions({ ...attack, mode: 'eval', generator });
  const start = stepsOf(attack, true);
  const total = images.shape[0]!;
  const correct = new Uint8Array(total);
  const robust = new Uint8Array(total);
  for (let done = 0; done < total; done += batchSize) {
    const right = correctOf('robustAccuracy', model, images, labels, done, Math.min(done + batchSize, total));
    correct.set(right, done);
    const rows = Array.from(right.keys()).filter((i) => right[i] === 1);
    if (rows.length === 0) continue;
    const [x, y] = choose(
      images,
      labels,
      rows.map((i) => i + done),
    );
    try {
      const onStep = (progress: AttackProgress) => onProgress?.({ done, total, attack: progress });
      const result = await drive(start(model, x, y, generator), onStep, shouldStop);
      if (!result) return undefined;
      const fooled = result.fooled.tolist() as unknown as boolean[];
      for (const [i, row] of rows.entries()) robust[row + done] = Number(!fooled[i]);
      disposeResult(result);
    } finally {
      x.dispose();
      y.dispose();
    }
  }
  return { total, naturalAccuracy: share(correct), robustAccuracy: share(robust), correct, robust };
}
