// Choosing part of a data set: which images, always the same ones.
import { createDataset, type ImageDataset, imageBytes } from './dataset.js';
import { DataError } from './errors.js';
import { allocatePixels } from './memory.js';

/**
 * Which images a limit of `count` keeps, as ascending indices `[min(count, N)]`.
 *
 * With a label for every image the choice is balanced: the first images of each class in data set order, an equal
 * number from each (the first `count mod classes` classes give one more). Where a class has too few, the gap is filled
 * with the first images that were not yet taken. Without labels, or where some images have none (label -1), it is
 * the first `count` images. Nothing is random, so the same limit always keeps the same images.
 *
 * @param labels class indices `[N]`, or null.
 * @param total N, the number of images.
 * @param classes the number of classes.
 */
export function chooseSubset(labels: Int32Array | null, total: number, count: number, classes: number): Int32Array {
  const size = Math.min(count, total);
  if (size === total || !labels || classes < 1 || labels.some((label) => label < 0)) {
    return Int32Array.from({ length: size }, (_, i) => i);
  }
  const quota = Int32Array.from(
    { length: classes },
    (_, c) => Math.floor(size / classes) + (c < size % classes ? 1 : 0),
  );
  const taken = new Uint8Array(total);
  let found = 0;
  for (let i = 0; i < total && found < size; i++) {
    const label = labels[i]!;
    if (quota[label]! === 0) continue;
    quota[label]!--;
    taken[i] = 1;
    found++;
  }
  for (let i = 0; i < total && found < size; i++) {
    if (taken[i]) continue;
    taken[i] = 1;
    found++;
  }
  const chosen = new Int32Array(size);
  let next = 0;
  for (let i = 0; i < total; i++) if (taken[i]) chosen[next++] = i;
  return chosen;
}

/**
 * The images at `indices` as a data set of their own, in that order; their pixels are copied.
 *
 * @throws {DataError} when an index is not one of the data set's.
 */
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const bytes = imageBytes(dataset);
  const images = allocatePixels(indices.length * bytes);
  const pick = Int32Array.from(indices);
  pick.forEach((index, i) => {
    if (index < 0 || index >= dataset.length) {
      throw new DataError(`${dataset.name}: image ${index} was asked for, but there are only ${dataset.length}.`);
    }
    images.set(dataset.images.subarray(index * bytes, (index + 1) * bytes), i * bytes);
  });
  const { labels, fileNames, coarseLabels } = dataset;
  return createDataset({
    ...dataset,
    images,
    labels: labels && pick.map((i) => labels[i]!),
    ...(fileNames && { fileNames: Array.from(pick, (i) => fileNames[i]!) }),
    ...(coarseLabels && { coarseLabels: pick.map((i) => coarseLabels[i]!) }),
  });
}

/** At most `count` images of a data set, chosen by `chooseSubset`; the data set itself where it has no more. */
export function limitDataset(dataset: ImageDataset, count: number | null): ImageDataset {
  if (count === null || count >= dataset.length) return dataset;
  if (!Number.isInteger(count) || count < 1) throw new DataError(`A limit is a positive whole number, got ${count}.`);
  return subset(dataset, chooseSubset(dataset.labels, dataset.length, count, dataset.classes.length));
}
