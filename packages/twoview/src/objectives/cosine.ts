// Negative cosine similarity: the objective of SimSiam, BYOL and DirectPred, in each paper's scale.
import type { Tensor } from '@twoview/torch';
import { checkPair, l2Normalize } from './embeddings.js';

/**
 * The scale of one direction's loss. The gradient of the last two is twice that of the first, so a learning rate
 * belongs to a convention.
 *
 * - `negative`: -cos, in [-1, 1] (SimSiam, Chen & He 2021, eq. 1)
 * - `byol`: ||p/|p| - t/|t| ||^2 = 2 - 2 cos, in [0, 4] (BYOL, Grill et al. 2020, eq. 2)
 * - `directpred`: -2 cos, in [-2, 2] (the code of DirectPred, Tian et al. 2021); both directions together reach -4
 */
export type CosineConvention = 'negative' | 'byol' | 'directpred';

export interface CosineOptions {
  /** `negative` if left out. */
  convention?: CosineConvention;
}

/**
 * One direction of the non-contrastive loss: the mean over the batch of a negative cosine. No term pushes different
 * images apart.
 *
 * Whether gradient flows into `target` is the caller's choice (the target slot): nothing is detached here.
 *
 * @param p [B, D] the predictor's output
 * @param target [B, D] the other view's target embedding
 * @returns a scalar
 * @throws RangeError when the shapes are not one [B, D]
 */
export function cosine(p: Tensor, target: Tensor, options: CosineOptions = {}): Tensor {
  checkPair('cosine', ['p', 'target'], p, target);
  const similarity = l2Normalize(p).mul(l2Normalize(target)).sum([-1]).mean();
  switch (options.convention ?? 'negative') {
    case 'negative':
      return similarity.neg();
    case 'byol':
      return similarity.mul(-2).add(2);
    case 'directpred':
      return similarity.mul(-2);
  }
}
