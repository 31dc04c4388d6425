// The few images that a run is watched on, each seen several times as training sees it.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { createAugmentation, resolvePolicy } from '../../../augment/index.js';
import { type ImageDataset, limitDataset } from '../../../data/index.js';
import type { Config } from '../../../training/index.js';
import { checkWhole } from '../check.js';

export interface AugmentedViewsOptions {
  /** How views are made, one after the other in turn. */
  augment: Config['augment'];
  /** Side of the views in pixels. */
  size: number;
  /** M. */
  images: number;
  /** R. */
  views: number;
  /** Draws the augmentations. */
  seed: number;
  device: string;
}

/**
 * R views of M images of a data set; the same images and views whenever it is called.
 *
 * @returns float32 [M, R, 3, size, size]
 * @throws RangeError if the data set has fewer images
 */
export function augmentedViews(dataset: ImageDataset, options: AugmentedViewsOptions): Tensor {
  const { augment, size, images: count, views, seed, device } = options;
  checkWhole('augmentedViews', 'images', count, 1, dataset.length);
  checkWhole('augmentedViews', 'views', views, 1, 1024);
  const augmentations = augment.views.map((view) => createAugmentation(resolvePolicy(view), { size }));
  const { images: pixels, height, width } = limitDataset(dataset, count);
  return torch.scope(() => {
    const images = torch.fromTypedArray(pixels, [count, 3, height, width], { device });
    const made = Array.from({ length: views }, (_, step) => {
      const view = step % augmentations.length;
      // Every round draws its own parameters: rounds are numbered as steps.
      return augmentations[view]!.augment(images, { seed, step, view });
    });
    return torch.stack(made, 1);
  });
}
