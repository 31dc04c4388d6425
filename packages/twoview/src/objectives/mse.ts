// Mean squared distance between the two views' embeddings: W-MSE, and the siamese networks with a normalizer.
import type { Tensor } from '@twoview/torch';
import { atLeastFloat32, checkPair, l2Normalize } from './embeddings.js';

export interface MseOptions {
  /**
   * How a pair's D squared differences become one number: `sum`, so that a pair costs ||p - target||^2, or `mean`, the
   * D-th part of that (PyTorch's `mse_loss`). `mean` if left out. The batch is averaged either way.
   */
  features?: 'sum' | 'mean';
  /**
   * Scales every row to length one first; with `features: 'sum'` a pair then costs 2 - 2 cos. This is the loss of W-MSE
   * (Ermolov et al. 2021, section 3) on views that a normalizer has whitened, averaged over pairs of views.
   */
  normalize?: boolean;
}

/**
 * Squared distance between paired embeddings, averaged over the batch. Without a normalizer, a predictor with stopped
 * gradient, or negatives, its minimum is collapse.
 *
 * @param p [B, D]
 * @param target [B, D]; gradient flows into it unless the caller stopped it
 * @returns a scalar
 * @throws RangeError when the shapes are not one [B, D]
 */
export function mse(p: Tensor, target: Tensor, options: MseOptions = {}): Tensor {
  checkPair('mse', ['p', 'target'], p, target);
  const prepare = options.normalize ? l2Normalize : atLeastFloat32;
  const squared = prepare(p).sub(prepare(target)).square();
  return options.features === 'sum' ? squared.sum([-1]).mean() : squared.mean();
}
