// Crop, antialiased bilinear resize and flip as two batched matrix products, with Pillow's filter: a triangle whose support
// grows with the scale when shrinking, cut at the crop's edges and renormalised.
import * as torch from '@twoview/torch';
import { PARAM } from '../params.js';

/** One column of the parameters as `[B, 1, 1]`. */
function column(params: torch.Tensor, index: number): torch.Tensor {
  return params.narrow(1, index, 1).unsqueeze(2);
}

/**
 * Resampling matrices `[B, size, length]` from a crop `[start, start + extent)` of an axis to `size` positions.
 *
 * @param start,extent `[B, 1, 1]` in pixels.
 * @param flip `[B, 1, 1]` of 0 and 1, or null.
 */
function resamplingMatrices(
  start: torch.Tensor,
  extent: torch.Tensor,
  flip: torch.Tensor | null,
  length: number,
  size: number,
): torch.Tensor {
  const options = { dtype: 'float32', device: start.device } as const;
  let target = torch.arange(0, size, 1, options).reshape([1, size, 1]);
  if (flip !== null) target = target.add(flip.mul(target.mul(-2).add(size - 1)));
  const scale = extent.div(size);
  const center = target.add(0.5).mul(scale).add(start);
  const pixel = torch.arange(0, length, 1, options).add(0.5).reshape([1, 1, length]);
  const inside = pixel.gt(start).logicalAnd(pixel.lt(start.add(extent)));
  const weight = pixel.sub(center).abs().div(scale.clamp(1)).neg().add(1).clamp(0).mul(inside);
  return weight.div(weight.sum([2], { keepdim: true }));
}

/**
 * Crops, resizes and flips.
 *
 * @param images `[B, 3, H, W]` in [0, 1], float32.
 * @param params `[B, PARAM_COUNT]` on the same device.
 * @returns `[B, 3, size, size]`.
 */
export function cropResizeFlip(images: torch.Tensor, params: torch.Tensor, size: number): torch.Tensor {
  const [, , height, width] = images.shape as readonly [number, number, number, number];
  const vertical = resamplingMatrices(column(params, PARAM.top), column(params, PARAM.height), null, height, size);
  const flip = column(params, PARAM.flip);
  const horizontal = resamplingMatrices(column(params, PARAM.left), column(params, PARAM.width), flip, width, size);
  const rows = vertical.unsqueeze(1).matmul(images);
  return rows.matmul(horizontal.transpose(1, 2).unsqueeze(1));
}
