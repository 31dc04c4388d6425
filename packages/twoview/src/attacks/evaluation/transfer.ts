// Transfer attacks: adversarial images made on one model and shown to another.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { whole } from '../common/checks.js';
import { type Classifier, checkBatch } from '../common/classifier.js';
import type { AttackProgress } from '../common/progress.js';
import type { PgdSettings } from '../pgd/options.js';
import { type AttackSteps, disposeResult, drive, stepsOf } from './drive.js';
import { correctOf, share } from './sets.js';

export interface TransferOptions {
  attack: PgdSettings | AttackSteps;
  /** Seeds the random draws. */
  seed: number;
  /** Images at a time; 128 if left out. */
  batchSize?: number;
  /** Called after every step. `done` images of `total` lie behind the batch that `attack` speaks of. */
  onProgress?: (progress: { done: number; total: number; attack: AttackProgress }) => void;
  /** Asked between steps: true ends the evaluation. */
  shouldStop?: () => boolean;
}

/** Shares in [0, 1] of the images of the set. */
export interface TransferAccuracy {
  total: number;
  /** Classified correctly by the target. */
  naturalAccuracy: number;
  /** Classified correctly by the target before and after the attack on the source. */
  transferAccuracy: number;
  /** Classified correctly by the source. */
  sourceNaturalAccuracy: number;
  /** Classified correctly by the source before and after the attack on it. */
  sourceAccuracy: number;
  /** 1 for each image that the target classifies correctly. */
  correct: Uint8Array;
  /** 1 for each image that the target also classifies correctly after the attack. */
  robust: Uint8Array;
}

/**
 * Accuracy of `target` on images that were made adversarial for `source`, both in mode `eval`. Every image is attacked, to the
 * last step: one that the source has just begun to misclassify would transfer less.
 *
 * @param images [N, C, H, W] in [0, 1], on the device of both models
 * @param labels int64 [N]
 * @returns undefined when it was asked to stop
 * @throws RangeError as `robustAccuracy` does
 */
export async function transferAccuracy(
  source: Classifier,
  target: Classifier,
  images: Tensor,
  labels: Tensor,
  options: TransferOptions,
): Promise<TransferAccuracy | undefined> {
  const { attack, seed, batchSize = 128, onProgress, shouldStop } = options;
  whole('transferAccuracy', { batchSize });
  checkBatch('transferAccuracy', images, labels);
  const generator = new torch.Generator({ seed, device: images.device });
  const start = stepsOf(attack, false);
  const total = images.shape[0]!;
  const flags = () => new Uint8Array(total);
  const [correct, robust, sourceCorrect, sourceRobust] = [flags(), flags(), flags(), flags()];
  const judge = (model: Classifier, x: Tensor, y: Tensor) => correctOf('transferAccuracy', model, x, y, 0, y.numel);
  for (let done = 0; done < total; done += batchSize) {
    const [x, y] = [images, labels].map((tensor) => tensor.slice(0, done, Math.min(done + batchSize, total))) as [
      Tensor,
      Tensor,
    ];
    try {
      correct.set(judge(target, x, y), done);
      sourceCorrect.set(judge(source, x, y), done);
      const onStep = (progress: AttackProgress) => onProgress?.({ done, total, attack: progress });
      const result = await drive(start(source, x, y, generator), onStep, shouldStop);
      if (!result) return undefined;
      robust.set(judge(target, result.images, y), done);
      sourceRobust.set(judge(source, result.images, y), done);
      disposeResult(result);
    } finally {
      x.dispose();
      y.dispose();
    }
  }
  for (let i = 0; i < total; i++) {
    robust[i]! &= correct[i]!;
    sourceRobust[i]! &= sourceCorrect[i]!;
  }
  return {
    total,
    naturalAccuracy: share(correct),
    transferAccuracy: share(robust),
    sourceNaturalAccuracy: share(sourceCorrect),
    sourceAccuracy: share(sourceRobust),
    correct,
    robust,
  };
}
