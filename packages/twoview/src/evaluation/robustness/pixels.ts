// Images of a data set as attacks take them: floating point in [0, 1], with their labels.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { createEvaluationTransform } from '../../augment/index.js';
import { chooseSubset, type ImageDataset, subset } from '../../data/index.js';

export interface LabeledPixels {
  /** float32 [N, 3, size, size] in [0, 1]. */
  images: Tensor;
  /** int64 [N] */
  labels: Tensor;
}

export interface PixelOptions {
  /** Side in pixels that images are resized and cropped to. */
  size: number;
  /** The first so many images, or of a set that is sorted by class the first of each; all if left out. */
  count?: number;
  /** `cpu` if left out. */
  device?: string;
  /** Memory layout (default false): that of the network's convolutions is faster. */
  channelsLast?: boolean;
}

/** The first images; of a set sorted by class, as folders are, those would be of one class: an equal number of each. */
function firstImages(dataset: ImageDataset, count: number): ImageDataset {
  const { labels, length, classes } = dataset;
  const sorted = labels?.every((label, i) => i === 0 || labels[i - 1]! <= label);
  if (count >= length) return dataset;
  return subset(dataset, chooseSubset(sorted ? labels : null, length, count, classes.length));
}

/** @throws RangeError if an image has no label */
export function labeledPixels(
  all: ImageDataset,
  { size, count, device = 'cpu', channelsLast = false }: PixelOptions,
): LabeledPixels {
  const dataset = firstImages(all, count ?? all.length);
  const { labels, length: total } = dataset;
  if (!labels || labels.some((label) => label < 0)) {
    throw new RangeError(
      `${dataset.name} has images without a class, and an attack needs the class of each: use a labelled data set`,
    );
  }
  const { height, width, images } = dataset;
  const transform = createEvaluationTransform({ size, channelsLast });
  return torch.scope(() => ({
    images: transform(torch.fromTypedArray(images, [total, 3, height, width], { device })),
    labels: torch.fromTypedArray(BigInt64Array.from(labels, BigInt), [total], { device }),
  }));
}
