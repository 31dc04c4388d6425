// What several views of the same images tell: how far augmentation moves an embedding, beside how far images lie apart.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Features, featureTensor } from '../evaluation/index.js';
import { alignment, lidar, varianceShare, viewScatter } from '../metrics/index.js';

/** Measures of q views of each of n images: plain data. */
export interface PairMeasures {
  images: number;
  views: number;
  /** Mean squared distance of two views of an image on the sphere: 0 when they agree, at most 4. */
  alignment: number;
  /** `alignment` over the mean squared distance of views of any two images: 0 is a trivial task, 1 is nothing in common. */
  viewDistance: number;
  /** Augmentation variance over data variance, sigma^2 of the linear theory, on average over directions. */
  augmentationVariance: number;
  /** Directions that tell images apart by more than augmentation moves them; null where it was not asked for. */
  lidar: number | null;
}

export interface PairOptions {
  /** q: rows in a row that are views of one image, at least 2. */
  views: number;
  /** LiDAR needs more views than two to mean much, and an eigendecomposition of D: false leaves it out (default true). */
  lidar?: boolean;
}

/**
 * Measures views of the same images.
 *
 * @param features [n q, D], the q views of an image one after the other, n >= 2
 * @throws RangeError when the rows do not make two images of q >= 2 views
 */
export function measurePairs(features: Features | Tensor, options: PairOptions): PairMeasures {
  const { views } = options;
  return torch.noGrad(() =>
    torch.scope(() => {
      const z = featureTensor(features).detach();
      const { between, within } = viewScatter(z, { views });
      const images = z.shape[0]! / views;
      const grouped = z.reshape([images, views, z.shape[1]!]);
      // Each view with the next, the last with the first: every view counts alike.
      const next = torch.cat([grouped.narrow(1, 1, views - 1), grouped.narrow(1, 0, 1)], 1).reshape(z.shape);
      const distance = alignment(z, next);
      return {
        images,
        views,
        alignment: distance,
        viewDistance: distance / (2 * varianceShare(z)),
        augmentationVariance: within / between,
        lidar: options.lidar === false ? null : lidar(z, { views }),
      };
    }),
  );
}
