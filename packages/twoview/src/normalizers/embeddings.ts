// What normalizers ask of embeddings, and the widths they compute in.
import type { Tensor } from '@twoview/torch';

/** Throws a RangeError unless `x` is a matrix [N, D] with at least one element. */
export function checkMatrix(where: string, x: Tensor): void {
  if (x.ndim !== 2 || x.numel === 0) {
    throw new RangeError(`${where}: embeddings must be a matrix [N, D], not of shape [${x.shape.join(', ')}]`);
  }
}

/**
 * Throws a RangeError unless a covariance of `axes` axes over `samples` samples can be inverted: centring takes one
 * sample's worth of rank away.
 */
export function checkSamples(where: string, samples: number, axes: number): void {
  if (samples > axes) return;
  throw new RangeError(
    `${where}: ${axes} axes whitened together need at least ${axes + 1} samples (twice ${axes} is safe), and there are ${samples}; take a larger batch or more groups`,
  );
}

/** Half precision as float32: a covariance of eight-bit mantissas is not positive definite. Others unchanged. */
export function atLeastFloat32(x: Tensor): Tensor {
  return x.dtype === 'float32' || x.dtype === 'float64' ? x : x.float();
}

/** The smallest positive normal number of a dtype: what keeps a constant axis from 0 / 0. */
export function tiny(x: Tensor): number {
  return x.dtype === 'float64' ? 2.2250738585072014e-308 : 1.1754943508222875e-38;
}
