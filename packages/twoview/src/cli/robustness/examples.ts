// Images before and after an attack, as a page shows them.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { LabeledPixels, Outputs } from '../../evaluation/index.js';
import type { AdversarialExample, Pixels, Prediction } from '../../report/index.js';

export interface ExampleInput {
  pixels: LabeledPixels;
  /** [N, 3, H, W] */
  adversarial: Tensor;
  before: Outputs;
  after: Outputs;
  classes: readonly string[];
}

function pixelsOf(images: Tensor, row: number): Pixels {
  const image = images.select(0, row).float().contiguous();
  const [, height, width] = image.shape as readonly [number, number, number];
  return { width, height, values: Float32Array.from(image.to({ device: 'cpu' }).data() as Float32Array) };
}

function predictionOf({ logits }: Outputs, row: number, classes: readonly string[]): Prediction {
  const probabilities = logits.select(0, row).softmax(0);
  const label = Number(probabilities.argmax().item());
  return { label: classes[label] ?? String(label), confidence: probabilities.select(0, label).item() };
}

/** Up to `count` images, spread over the set; those that are classified correctly come before others. */
export function adversarialExamples(input: ExampleInput, count: number): AdversarialExample[] {
  const { pixels, adversarial, before, after, classes } = input;
  return torch.noGrad(() =>
    torch.scope(() => {
      const labels = Array.from(pixels.labels.tolist() as unknown as number[], Number);
      const predicted = Array.from(before.logits.argmax(1).tolist() as unknown as number[], Number);
      const rows = labels.map((_, i) => i);
      const right = rows.filter((i) => predicted[i] === labels[i]);
      const from = right.length >= count ? right : [...right, ...rows.filter((i) => predicted[i] !== labels[i])];
      const chosen = Array.from(
        { length: Math.min(count, from.length) },
        (_, k) => from[Math.floor((k * Math.max(count, right.length)) / count) % from.length]!,
      );
      return [...new Set(chosen)].map((row) => ({
        image: pixelsOf(pixels.images, row),
        adversarial: pixelsOf(adversarial, row),
        label: classes[labels[row]!] ?? String(labels[row]),
        before: predictionOf(before, row, classes),
        after: predictionOf(after, row, classes),
      }));
    }),
  );
}
