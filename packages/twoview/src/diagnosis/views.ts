// Features of augmented views: the images of a data set, each seen several times as training sees it.
import * as torch from '@twoview/torch';
import { createAugmentation, resolvePolicy } from '../augment/index.js';
import type { ImageDataset } from '../data/index.js';
import { extractFeatures, type Features, type OnProgress } from '../evaluation/index.js';
import type { Encoder } from '../models/index.js';
import type { Config } from '../training/index.js';

export interface ViewOptions {
  /** How views are made, one after the other in turn. */
  augment: Config['augment'];
  /** Side of the views in pixels. */
  size: number;
  /** q: views of an image. */
  views: number;
  seed: number;
  device: string;
  channelsLast: boolean;
  onProgress?: OnProgress;
}

/** The encoder's features of q views of every image, [n q, D]: an image's views one after the other. */
export async function viewFeatures(encoder: Encoder, images: ImageDataset, options: ViewOptions): Promise<Features> {
  const { augment, size, views, seed, device, channelsLast, onProgress } = options;
  const augmentations = augment.views.map((view) => createAugmentation(resolvePolicy(view), { size, channelsLast }));
  let values = new Float32Array(0);
  let dimension = 0;
  for (let k = 0; k < views; k++) {
    const view = k % augmentations.length;
    // Every batch of every view draws its own parameters: they are numbered as steps.
    let batch = k * Math.ceil(images.length / 256);
    const features = await extractFeatures(encoder, images, {
      batchSize: 256,
      device,
      transform: (pixels) => augmentations[view]!.augment(pixels, { seed, step: batch++, view }),
    });
    dimension = features.shape[1];
    if (k === 0) values = new Float32Array(images.length * views * dimension);
    for (let i = 0; i < images.length; i++) {
      values.set(features.values.subarray(i * dimension, (i + 1) * dimension), (i * views + k) * dimension);
    }
    onProgress?.({ stage: 'features', done: (k + 1) * images.length, total: views * images.length });
  }
  return { values, shape: [images.length * views, dimension] };
}

/** Rows of `features` through a function of tensors, such as a projector, without gradient. */
export function mapFeatures(features: Features, map: (rows: torch.Tensor) => torch.Tensor, device: string): Features {
  return torch.noGrad(() =>
    torch.scope(() => {
      const output = map(torch.tensor(features.values, { shape: features.shape, device }));
      return { values: output.float().data() as Float32Array, shape: [features.shape[0], output.size(1)] };
    }),
  );
}
