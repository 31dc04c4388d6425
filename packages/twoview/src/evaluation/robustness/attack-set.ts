// Adversarial versions of a whole set, of misclassified images too, and what the network makes of both.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  type AttackProgress,
  disposeResult,
  drive,
  type PgdSettings,
  pgdSteps,
  withMode,
} from '../../attacks/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import type { LabeledPixels } from './pixels.js';

export interface AttackSetOptions {
  attack: PgdSettings;
  /** Seeds the random starts. */
  seed: number;
  /** Images at a time; 250 if left out. Random starts depend on it. */
  batchSize?: number;
  /** Called after every step of the attack: `done` images of `total` lie behind, with the share of the batch that is done. */
  onProgress?: (done: number, total: number) => void;
  /** Asked between steps: true ends it. */
  shouldStop?: () => boolean;
}

/** What the network makes of N images, in mode `eval`, on the device of the images. */
export interface Outputs {
  /** [N, D] */
  features: Tensor;
  /** [N, K] */
  logits: Tensor;
}

/** Features and logits of images [N, 3, H, W], `batchSize` at a time. The caller disposes of them. */
export function outputsOf({ encoder, head }: ImageClassifier, images: Tensor, batchSize = 250): Outputs {
  const network = (model: typeof encoder | typeof head, x: Tensor) => withMode(model, 'eval', () => model.forward(x));
  return torch.scope(() =>
    torch.noGrad(() => {
      const features = torch.cat(
        images.split(batchSize, 0).map((batch) => network(encoder, batch)),
        0,
      );
      return { features, logits: network(head, features) };
    }),
  );
}

/**
 * The adversarial version of every image, [N, 3, H, W], by PGD in mode `eval`. The caller disposes of it.
 *
 * @returns undefined when it was asked to stop
 */
export async function attackSet(
  model: ImageClassifier,
  { images, labels }: LabeledPixels,
  { attack, seed, batchSize = 250, onProgress, shouldStop }: AttackSetOptions,
): Promise<Tensor | undefined> {
  const generator = new torch.Generator({ seed, device: images.device });
  const result = torch.noGrad(() => images.clone());
  const total = images.shape[0]!;
  const allSteps = attack.steps * (attack.restarts ?? 1);
  for (let start = 0; start < total; start += batchSize) {
    const count = Math.min(batchSize, total - start);
    const [x, y] = [images.narrow(0, start, count), labels.narrow(0, start, count)];
    try {
      const steps = pgdSteps(model, x, y, { ...attack, mode: 'eval', generator });
      const onStep = ({ restart, step }: AttackProgress): void =>
        onProgress?.(start + (count * (restart * attack.steps + step)) / allSteps, total);
      const attacked = await drive(steps, onStep, shouldStop);
      if (!attacked) {
        result.dispose();
        return undefined;
      }
      // A view outside a scope would keep the whole set in memory.
      torch.scope(() => void result.narrow(0, start, count).copy_(attacked.images));
      disposeResult(attacked);
    } finally {
      x.dispose();
      y.dispose();
    }
  }
  return result;
}
