/** Images in [0, 1] and differences of them as pictures. */
import type { Picture } from '../types.js';
import type { AdversarialExample, Pixels } from './types.js';

/** The grey that stands for no change. */
const grey = 128;

/** An image as 8-bit RGB. @throws RangeError unless it has one channel or three */
export function pictureOf(pixels: Pixels): Picture {
  return paint(pixels, (i) => 255 * pixels.values[i]!);
}

/** Adversarial minus original, times `factor`, around grey. @throws RangeError if they are not of one size */
export function perturbationPicture({ image, adversarial }: AdversarialExample, factor: number): Picture {
  checkSizes(image, adversarial);
  return paint(image, (i) => grey + 255 * factor * (adversarial.values[i]! - image.values[i]!));
}

/** The whole factor that makes the largest change of all fill half the range, more or less; 1 at least. */
export function magnification(examples: readonly AdversarialExample[]): number {
  let largest = 0;
  for (const { image, adversarial } of examples) {
    checkSizes(image, adversarial);
    for (let i = 0; i < image.values.length; i += 1)
      largest = Math.max(largest, Math.abs(adversarial.values[i]! - image.values[i]!));
  }
  return largest > 0 ? Math.max(1, Math.round(0.5 / largest)) : 1;
}

function paint(pixels: Pixels, level: (i: number) => number): Picture {
  const { width, height, values } = pixels;
  const area = width * height;
  const channels = values.length / area;
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(
      `An image of ${width}×${height} has ${area} or ${3 * area} values, but this one has ${values.length}; give [C, H, W] of one channel or three.`,
    );
  }
  const bytes = new Uint8ClampedArray(3 * area);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = level(i % values.length);
  return { width, height, pixels: new Uint8Array(bytes.buffer), layout: 'chw' };
}

function checkSizes(a: Pixels, b: Pixels): void {
  if (a.width === b.width && a.height === b.height && a.values.length === b.values.length) return;
  throw new RangeError(
    `An image of ${a.width}×${a.height} has an adversarial version of ${b.width}×${b.height}, or of other channels; give versions of one size.`,
  );
}
