// From inner products of connections to what is reported of a layer: how much varies between images, how much between views.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { effectiveRank } from '../../../metrics/index.js';
import { betweenCore, type Sampling, withinCore } from '../cores.js';
import { gramTrace } from '../gram.js';

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
  /** Eigenvalues of V_x[K̄], descending; what an estimate has below zero is given as zero. */
  eigenvalues: Float64Array;
  /** exp of the entropy of the eigenvalues. */
  effectiveRank: number;
}

/** M images with R views, and what they stand for. */
export interface ViewedImages {
  images: number;
  views: number;
  /** `sample` if left out. */
  sampling?: Sampling;
}

/**
 * The operator by the connections of M images with R views each.
 *
 * As `population` the images and views are all there is, and the numbers are those of `covarianceOperator`. As `sample` they are drawn from
 * more: the traces of V and Va are then estimated without bias, and so is every inner product of averaged connections that norm and spectrum
 * are computed from. Averages of R views alone would add Va / R to V. Norm and spectrum are not linear, so that what is left of the noise makes
 * the norm too large and the rank uncertain, the less the more images and views there are.
 *
 * @param gram [M R P, M R P]: P columns of the connection of each view, an image's views one after the other
 * @throws RangeError on other shapes, values that are not finite, or too few images or views for the estimate
 */
export function estimateCovariance(
  gram: Tensor,
  { images, views, sampling = 'sample' }: ViewedImages,
): CovarianceEstimate {
  return torch.scope(() => {
    const trace = gramTrace(gram, betweenCore(images, views, sampling));
    const within = gramTrace(gram, withinCore(images, views, sampling));
    if (!Number.isFinite(trace) || !Number.isFinite(within)) {
      throw new RangeError('a Gram matrix of connections holds a value that is not finite');
    }
    const centred = centredGram(averagedGram(gram, { images, views, sampling }), sampling);
    const ascending = torch.linalgEigvalsh(centred).data() as Float64Array;
    const eigenvalues = ascending.reverse().map((value) => Math.max(value, 0));
    return {
      trace,
      within,
      ratio: within > 0 ? trace / within : Number.NaN,
      norm: centred.linalgVectorNorm().item(),
      eigenvalues,
      effectiveRank: effectiveRank(eigenvalues),
    };
  });
}

/** Inner products of the columns of averaged connections, [M, P, M, P]; from a sample without products of a view with itself. */
function averagedGram(gram: Tensor, { images, views, sampling }: ViewedImages): Tensor {
  const columns = gram.shape[0]! / (images * views);
  const every = gram.reshape([images, views, columns, images, views, columns]);
  const mean = every.mean([1, 4]);
  if (sampling === 'population') return mean;
  const ofImage = mean.diagonal({ dim1: 0, dim2: 2 }); // [P, P, M]
  const ofView = every.diagonal({ dim1: 0, dim2: 3 }).diagonal({ dim1: 0, dim2: 2 }).mean([-1]); // [P, P, M]
  const excess = ofView.sub(ofImage).div(views - 1);
  return mean.sub(excess.diagEmbed().permute([2, 0, 3, 1]));
}

/** The same less the mean over images, scaled so that its eigenvalues are those of the covariance: [M P, M P]. */
function centredGram(gram: Tensor, sampling: Sampling | undefined): Tensor {
  const [images, columns] = gram.shape as [number, number];
  const rows = gram.sub(gram.mean([0], true));
  const centred = rows.sub(rows.mean([2], true)).reshape([images * columns, images * columns]);
  return centred.add(centred.t()).div(2 * (sampling === 'population' ? images : images - 1));
}
