// The whole transformation from batched tensor operators: runs on any device, and gives what the kernel gives up to
// rounding. On a CPU the kernel is many times faster.
import * as torch from '@twoview/torch';
import { PARAM, PARAM_COUNT } from '../params.js';
import { type AugmentPolicy, blurKernelSize } from '../policy.js';
import { gaussianBlur } from './blur.js';
import { checkParameters } from './check.js';
import { dropColors, jitterColors, solarize } from './color.js';
import { normalize } from './normalize.js';
import { cropResizeFlip } from './resize.js';

/**
 * Applies the parameters to a batch.
 *
 * @param images uint8 `[B, 3, H, W]` on any device, already padded.
 * @param params `B` rows as in params.ts.
 * @returns float32 `[B, 3, size, size]` on the same device.
 * @throws RangeError if a parameter is out of its range.
 */
export function augmentComposed(
  images: torch.Tensor,
  params: Float32Array,
  policy: AugmentPolicy,
  size: number,
): torch.Tensor {
  const [batch, , height, width] = images.shape as readonly [number, number, number, number];
  checkParameters(params, height, width);
  const uses = (column: number, unused: number) => hasOther(params, column, unused);
  return torch.scope(() => {
    const device = images.device;
    const rows = torch.fromTypedArray(params, [batch, PARAM_COUNT]).to({ device });
    let x = cropResizeFlip(images.to({ dtype: 'float32' }).mul(1 / 255), rows, size);
    if (uses(PARAM.order, -1)) x = jitterColors(x, params, rows);
    if (uses(PARAM.grayscale, 0)) x = dropColors(x, rows);
    if (uses(PARAM.sigma, 0)) x = gaussianBlur(x, params, blurKernelSize(policy, size));
    if (uses(PARAM.solarize, 0)) x = solarize(x, rows, policy.solarize.threshold);
    return normalize(x, policy.normalize);
  });
}

/** Whether any row's value in `column` differs from `unused`. */
function hasOther(params: Float32Array, column: number, unused: number): boolean {
  for (let i = column; i < params.length; i += PARAM_COUNT) if (params[i] !== unused) return true;
  return false;
}
