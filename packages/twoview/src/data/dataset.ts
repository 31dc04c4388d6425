// What a data set is once it is in memory: uint8 pixels in one planar block, labels beside them.
// How the pixels got there is the business of the readers; what happens to them next, of `augment`.
import { DataError } from './errors.js';

/** A file that could not be used, and why. */
export interface BadImage {
  /** Path relative to the folder that was opened. */
  readonly file: string;
  readonly reason: string;
}

/** Images in memory. Every field is plain data, so a data set can be handed to a worker without copying its pixels. */
export interface ImageDataset {
  /** `embedded`, `cifar10`, `cifar100`, `stl10` or `folder`; anything for a data set made by hand. */
  readonly name: string;
  /** Which part this is: `train`, `test`, `unlabeled`, ... */
  readonly split: string;
  /** Pixels `[N, 3, height, width]`, uint8, RGB planes; backed by shared memory when made by this room. */
  readonly images: Uint8Array;
  /** One class index per image, `[N]`; -1 where an image has none; null when none of the images has one. */
  readonly labels: Int32Array | null;
  /** Class names; `labels` index them. Empty when there are no labels. */
  readonly classes: readonly string[];
  readonly height: number;
  readonly width: number;
  /** N, the number of images. */
  readonly length: number;
  /** Side in pixels that training views should have; smaller than `height` where a margin was kept for random crops. */
  readonly viewSize: number;
  /** Where each image came from (paths relative to the opened folder), for folders of files. */
  readonly fileNames?: readonly string[];
  /** A second, coarser labelling (CIFAR-100's 20 superclasses), `[N]`. */
  readonly coarseLabels?: Int32Array;
  readonly coarseClasses?: readonly string[];
  /** Files that were left out because they could not be decoded. */
  readonly badImages?: readonly BadImage[];
}

/** A data set whose every image has a label. */
export type LabeledDataset = ImageDataset & { readonly labels: Int32Array };

/** Bytes of one image: 3 * height * width. */
export function imageBytes(dataset: Pick<ImageDataset, 'height' | 'width'>): number {
  return 3 * dataset.height * dataset.width;
}

/** True when every image has a label, which supervised evaluation needs. */
export function isLabeled(dataset: ImageDataset): dataset is LabeledDataset {
  return dataset.labels?.every((label) => label >= 0) ?? false;
}

/** What `createDataset` needs; the rest of an `ImageDataset` follows from it. */
export type DatasetParts = Pick<ImageDataset, 'name' | 'images' | 'height' | 'width'> &
  Partial<Omit<ImageDataset, 'name' | 'images' | 'height' | 'width' | 'length'>>;

/**
 * Makes a data set of pixels that are already in memory, and checks that its parts fit together.
 *
 * @param parts pixels `[N, 3, height, width]` with their size; labels and names as far as there are any.
 * @throws {DataError} when a length disagrees with the number of images, or a label is outside [-1, classes).
 */
export function createDataset(parts: DatasetParts): ImageDataset {
  const { name, images, height, width } = parts;
  const bytes = imageBytes(parts);
  const length = images.length / bytes;
  if (!Number.isInteger(length)) {
    throw new DataError(`${name}: ${images.length} bytes are not a whole number of 3x${height}x${width} images.`);
  }
  const labels = parts.labels ?? null;
  const classes = parts.classes ?? [];
  const lengths = { labels, fileNames: parts.fileNames, coarseLabels: parts.coarseLabels };
  for (const [field, values] of Object.entries(lengths)) {
    if (values && values.length !== length) {
      throw new DataError(`${name}: ${length} images but ${values.length} ${field}; there must be one for each image.`);
    }
  }
  checkLabels(`${name}: label`, labels, classes.length);
  checkLabels(`${name}: coarse label`, parts.coarseLabels ?? null, parts.coarseClasses?.length ?? 0);
  return { viewSize: Math.min(height, width), split: 'all', ...parts, labels, classes, length };
}

function checkLabels(what: string, labels: Int32Array | null, classes: number): void {
  const wrong = labels?.findIndex((label) => label < -1 || label >= classes) ?? -1;
  if (wrong < 0) return;
  throw new DataError(`${what} ${labels![wrong]} of image ${wrong} is out of range; there are ${classes} classes.`);
}
