// Batch standardisation: mean 0 and variance 1 axis by axis.
import type { Tensor } from '@twoview/torch';
import { atLeastFloat32, checkMatrix, checkSamples, tiny } from './embeddings.js';

export interface StandardizeOptions {
  /** 0 if left out; a constant axis then becomes 0. */
  epsilon?: number;
  /** `clamp` (the default) divides by max(std, epsilon), `add` by sqrt(variance + epsilon). */
  form?: 'clamp' | 'add';
}

/**
 * Batch normalisation without learned scale and shift, of biased variances (Hua et al. 2021, section 3.2).
 *
 * @param x [N, D], N > 1; half precision is computed in float32
 * @returns [N, D]
 * @throws RangeError when there is one sample alone
 */
export function batchStandardize(x: Tensor, options: StandardizeOptions = {}): Tensor {
  checkMatrix('batchStandardize', x);
  checkSamples('batchStandardize', x.size(0), 1);
  const wide = atLeastFloat32(x);
  const centred = wide.sub(wide.mean([0], true));
  return centred.mul(inverseStd(centred.square().mean([0], true), options));
}

/** What the centred axes are multiplied by, from their variances. */
export function inverseStd(variance: Tensor, options: StandardizeOptions = {}): Tensor {
  const { epsilon = 0, form = 'clamp' } = options;
  // Clamping the variance and not its root: the root's derivative at 0 is infinite.
  const divisor = form === 'add' ? variance.add(epsilon) : variance.clampMin(epsilon ** 2);
  return divisor.clampMin(tiny(variance)).rsqrt();
}
