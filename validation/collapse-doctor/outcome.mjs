// The rule that says what became of a run, fixed before any run of the matrix was trained. It knows nothing of the doctor: it looks at
// held-out images at the end of the run alone, by two numbers, the same for h and z.
//
//   complete collapse      the variance of the embeddings' directions, 1 - |mean direction|^2, is below 0.01: any two images have,
//                          on average, a cosine above 0.99
//   dimensional collapse   else, the participation ratio of the covariance is below 2: fewer than two directions carry the variance
//   diverged               the loss or the weights stopped being finite
//   healthy                else
//
// The two lines lie where the sixteen runs of the calibration leave gaps.

import * as torch from '@twoview/torch';
import { covarianceEigenvalues, participationRatio } from 'twoview/metrics';
import { l2Normalize } from 'twoview/objectives';

/** What became of a layer's embeddings [N, D]. */
export function outcome(embeddings) {
  return torch.scope(() => {
    if (embeddings.isfinite().all().item() === 0)
      return { name: 'diverged', varianceShare: Number.NaN, participationRatio: Number.NaN };
    const directions = covarianceEigenvalues(l2Normalize(embeddings.double()));
    const varianceShare = directions.reduce((sum, value) => sum + value, 0);
    const ratio = participationRatio(embeddings);
    const name = varianceShare < 0.01 ? 'complete collapse' : ratio < 2 ? 'dimensional collapse' : 'healthy';
    return { name, varianceShare, participationRatio: ratio };
  });
}
