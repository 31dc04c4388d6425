// Checks parameters before the batched operators use them, with the same rules as the kernel's own check.
import { JITTER_ORDERS, PARAM, PARAM_COUNT } from '../params.js';

/**
 * @param height,width sides of the images the boxes refer to.
 * @throws RangeError naming the sample and what is wrong with it.
 */
export function checkParameters(params: Float32Array, height: number, width: number): void {
  for (let start = 0; start < params.length; start += PARAM_COUNT) {
    const row = params.subarray(start, start + PARAM_COUNT);
    const problem = problemOf(row, height, width);
    if (problem !== null) {
      throw new RangeError(`Augmentation parameters of sample ${start / PARAM_COUNT}: ${problem}`);
    }
  }
}

function problemOf(row: Float32Array, height: number, width: number): string | null {
  const at = (column: number) => row[column]!;
  if (!row.every(Number.isFinite)) return 'all must be finite numbers';
  const [top, left, h, w] = [at(PARAM.top), at(PARAM.left), at(PARAM.height), at(PARAM.width)];
  const whole = [top, left, h, w].every(Number.isInteger);
  if (!whole || top < 0 || left < 0 || h < 1 || w < 1 || top + h > height || left + w > width) {
    return `the crop (top ${top}, left ${left}, height ${h}, width ${w}) is not a box of whole pixels inside ${height}x${width}`;
  }
  const isFlag = (column: number) => at(column) === 0 || at(column) === 1;
  if (![PARAM.flip, PARAM.grayscale, PARAM.solarize].every(isFlag))
    return 'flip, grayscale and solarize must be 0 or 1';
  const order = at(PARAM.order);
  if (!Number.isInteger(order) || order < -1 || order >= JITTER_ORDERS.length) {
    return `the jitter order must be a whole number in [-1, ${JITTER_ORDERS.length - 1}], not ${order}`;
  }
  if ([PARAM.brightness, PARAM.contrast, PARAM.saturation].some((column) => at(column) < 0)) {
    return 'brightness, contrast and saturation must not be negative';
  }
  if (Math.abs(at(PARAM.hue)) > 0.5) return `the hue must lie in [-0.5, 0.5], not ${at(PARAM.hue)}`;
  if (at(PARAM.sigma) < 0) return `the blur sigma must not be negative, not ${at(PARAM.sigma)}`;
  return null;
}
