// The transformation of images at evaluation: nothing random. Resize the shorter side, crop the centre, normalise.
import * as torch from '@twoview/torch';
import { normalize } from './composed/normalize.js';
import type { AugmentPolicy } from './policy.js';

/** How images are prepared for evaluation. */
export interface EvaluationOptions {
  /** Side of the result in pixels. */
  size: number;
  /** Length that the shorter side is resized to before the centre is cropped (default: `size`), at least `size`. */
  resize?: number;
  /** Mean and standard deviation per channel (default: none), usually those of the training policy. */
  normalize?: AugmentPolicy['normalize'];
  /** Memory layout of the result (default false). */
  channelsLast?: boolean;
}

/** Maps uint8 `[B, 3, H, W]` to float32 `[B, 3, size, size]` on the same device. */
export type EvaluationTransform = (images: torch.Tensor) => torch.Tensor;

/**
 * Makes the transformation `Resize(resize)`, `CenterCrop(size)`, `Normalize` of torchvision, bilinear and antialiased.
 * Square images of the right size are only converted and normalised.
 *
 * @throws RangeError if a size is not a positive whole number, or `resize` is smaller than `size`.
 */
export function createEvaluationTransform(options: EvaluationOptions): EvaluationTransform {
  const { size, resize = size, channelsLast = false } = options;
  if (!Number.isSafeInteger(size) || size < 1 || !Number.isSafeInteger(resize) || resize < size) {
    throw new RangeError(
      `Evaluation at ${size} pixels from a shorter side of ${resize} is not possible: use 1 <= size <= resize`,
    );
  }
  return (images) => {
    if (images.dtype !== 'uint8' || images.ndim !== 4 || images.shape[1] !== 3) {
      throw new TypeError(
        `Images to evaluate must be uint8 [B, 3, H, W], not ${images.dtype} [${images.shape.join(', ')}]`,
      );
    }
    return torch.noGrad(() =>
      torch.scope(() => {
        let x = resizeAndCrop(images.to({ dtype: 'float32' }).mul(1 / 255), resize, size);
        if (options.normalize !== undefined) x = normalize(x, options.normalize);
        return channelsLast ? x.to({ memoryFormat: 'channels_last' }) : x;
      }),
    );
  };
}

function resizeAndCrop(images: torch.Tensor, resize: number, size: number): torch.Tensor {
  const [, , height, width] = images.shape as readonly [number, number, number, number];
  const shorter = Math.min(height, width);
  const resized = (side: number) => (side === shorter ? resize : Math.trunc((resize * side) / shorter));
  let x = images;
  if (height !== size || resize !== size) x = centerMatrix(height, resized(height), size, images.device).matmul(x);
  if (width !== size || resize !== size) {
    x = x.matmul(centerMatrix(width, resized(width), size, images.device).transpose(0, 1));
  }
  return x;
}

/** `[size, from]`: the central rows of the antialiased bilinear resampling of `from` pixels to `to`. */
function centerMatrix(from: number, to: number, size: number, device: string): torch.Tensor {
  const first = Math.round((to - size) / 2);
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const matrix = new Float32Array(size * from);
  for (let i = 0; i < size; i++) {
    const center = (first + i + 0.5) * scale;
    const row = matrix.subarray(i * from, (i + 1) * from);
    let total = 0;
    for (let x = Math.max(0, Math.floor(center - reach)); x < Math.min(from, Math.ceil(center + reach)); x++) {
      row[x] = Math.max(0, 1 - Math.abs(x + 0.5 - center) / reach);
      total += row[x]!;
    }
    for (let x = 0; x < from; x++) row[x]! /= total;
  }
  return torch.fromTypedArray(matrix, [size, from]).to({ device });
}
