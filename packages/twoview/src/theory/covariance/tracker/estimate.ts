// From inner products of connections to what is reported of a layer: how much varies between images, how much between views.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { effectiveRank } from '../../../metrics/index.js';
import { betweenCore, type Sampling, withinCore } from '../cores.js';
import { gramEigenvalues, gramNorm, gramTrace } from '../gram.js';

/** What a layer's covariance operator V_x[K̄] is like. */
export interface CovarianceEstimate {
  /** tr V_x[K̄]: connection that tells images apart after averaging over views. */
  trace: number;
  /** tr Va: connection that varies between the views of an image. */
  within: number;
  /** trace / within; NaN where nothing varies within views. */
  ratio: number;
  /** Frobenius norm of V_x[K̄]. */
  norm: number;
  /** Eigenvalues of V_x[K̄], descending; what an unbiased estimate has below zero is given as zero. */
  eigenvalues: Float64Array;
  /** exp of the entropy of the eigenvalues. */
  effectiveRank: number;
}

/**
 * The operator by the connections of M images with R views each.
 *
 * As `population` the images and views are all there is, and the numbers are those of `covarianceOperator`. As `sample` they are drawn from more:
 * V and Va are then estimated without bias, entry by entry, and so are their traces. Averages of R views alone would
 * add Va / R to V. The norm and the spectrum are not linear: they are those of the unbiased estimate, whose noise still makes the norm too large, the
 * less the more images and views there are.
 *
 * @param gram [M R P, M R P]: P columns of the connection of each view, an image's views one after the other
 * @throws RangeError on other shapes, values that are not finite, or too few images or views for the estimate
 */
export function estimateCovariance(
  gram: Tensor,
  { images, views, sampling = 'sample' }: { images: number; views: number; sampling?: Sampling },
): CovarianceEstimate {
  return torch.scope(() => {
    const between = betweenCore(images, views, sampling);
    const trace = gramTrace(gram, between);
    const within = gramTrace(gram, withinCore(images, views, sampling));
    const eigenvalues = gramEigenvalues(gram, between).map((value) => Math.max(value, 0));
    return {
      trace,
      within,
      ratio: within > 0 ? trace / within : Number.NaN,
      norm: gramNorm(gram, between),
      eigenvalues,
      effectiveRank: effectiveRank(eigenvalues),
    };
  });
}
