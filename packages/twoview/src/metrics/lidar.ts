// LiDAR: how many directions tell images apart by more than augmentation moves them.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkEmbeddings, meanRow, secondMoment } from './matrix.js';
import { entropyRank } from './spectrum.js';

export interface LidarOptions {
  /** q: how many rows in a row are views of one image, at least 2. */
  views: number;
  /** delta: added to the diagonal of the within-image scatter. 1e-4 if left out, as in the paper. */
  delta?: number;
}

/** Scatter of grouped views, and the measures made of it. */
export interface ViewScatter {
  /** Trace of the covariance of the images' means, without what averaging q noisy views adds to it. */
  between: number;
  /** Trace of the covariance of views around their image's mean, unbiased. */
  within: number;
}

function checkViews(where: string, z: Tensor, views: number): number {
  checkEmbeddings(where, z);
  const images = z.shape[0]! / views;
  if (!Number.isInteger(views) || views < 2 || !Number.isInteger(images) || images < 2) {
    throw new RangeError(
      `${where}: ${z.shape[0]} rows are not two or more images of ${views} views each; give at least 2 views of each, one image after the other`,
    );
  }
  return images;
}

/** Means of the images [n, D] and deviations of the views from them [n q, D], in float64. */
function split(z: Tensor, images: number, views: number): { means: Tensor; deviations: Tensor } {
  const grouped = z.detach().double().reshape([images, views, z.shape[1]!]);
  const means = grouped.mean([1]);
  return { means, deviations: grouped.sub(means.unsqueeze(1)).reshape([images * views, z.shape[1]!]) };
}

/**
 * LiDAR (Thilak et al. 2024, section 3): exp of the entropy of the eigenvalues of S_w^-1/2 S_b S_w^-1/2, where each image is a
 * class of linear discriminant analysis. S_b is the covariance of the images' means, S_w the mean covariance of an image's views
 * plus delta I. From 1 to min(D, n - 1); 0 if all images have one mean.
 *
 * Directions that vary by augmentation alone count for nothing, unlike in the ranks of the covariance. The paper uses 1,000
 * images of 50 views, and adds 1e-7 to each share.
 *
 * @param z [n q, D], the q views of an image one after the other
 * @throws RangeError when the rows do not make two images of q >= 2 views, or delta is not positive
 */
export function lidar(z: Tensor, options: LidarOptions): number {
  const { views, delta = 1e-4 } = options;
  const images = checkViews('lidar', z, views);
  if (!(delta > 0)) throw new RangeError(`lidar: delta must be positive, not ${delta}`);
  return torch.scope(() => {
    const { means, deviations } = split(z, images, views);
    const within = secondMoment(deviations);
    const between = secondMoment(means, meanRow(means));
    if (within.isfinite().all().item() === 0 || between.isfinite().all().item() === 0) return Number.NaN;
    const [values, vectors] = torch.linalgEigh(within);
    const root = vectors.mul(values.clampMin(0).add(delta).rsqrt());
    const whitened = root.t().mm(between).mm(root);
    const eigenvalues = torch.linalgEigvalsh(whitened).clampMin(0).data() as Float64Array;
    return entropyRank(eigenvalues);
  });
}

/**
 * How much images differ, and how much augmentation moves one of them: the traces of both covariances, unbiased.
 *
 * Their quotient within / between is sigma^2, the augmentation variance in units of the data's, of the linear theory (Tian,
 * Chen, Ganguli 2021, section 3), on average over directions.
 *
 * @param z [n q, D], the q views of an image one after the other
 * @throws RangeError as `lidar` does
 */
export function viewScatter(z: Tensor, options: { views: number }): ViewScatter {
  const { views } = options;
  const images = checkViews('viewScatter', z, views);
  return torch.scope(() => {
    const { means, deviations } = split(z, images, views);
    const within = deviations.square().sum().item() / (images * (views - 1));
    const spread =
      means
        .sub(means.mean([0]))
        .square()
        .sum()
        .item() /
      (images - 1);
    return { between: Math.max(0, spread - within / views), within };
  });
}
