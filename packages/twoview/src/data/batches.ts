// The order images are seen in, and copying a batch of them into one block.
// The order is a pure function of (seed, epoch), so a resumed run needs no saved shuffle.
import { type ImageDataset, imageBytes } from './dataset.js';
import { DataError } from './errors.js';
import { Random } from './random.js';

/** Keeps the epochs' streams apart from every other use of the same seed. */
const STREAM = 0x65706f63;

/**
 * The order in which epoch `epoch` visits `count` images: a uniformly random permutation `[count]` that depends only on
 * its arguments, on every machine.
 */
export function epochPermutation(count: number, seed: number, epoch: number): Int32Array {
  return new Random(STREAM, seed, epoch).shuffle(Int32Array.from({ length: count }, (_, i) => i));
}

/** How an epoch is cut into batches. */
export interface BatchOptions {
  batchSize: number;
  seed: number;
  epoch: number;
  /** Leave out a last, smaller batch (the usual choice in training, where batch statistics matter). Default true. */
  dropLast?: boolean;
  /** First batch to yield, for resuming in the middle of an epoch. Default 0. */
  start?: number;
}

/** Batches in one epoch of `count` images. */
export function batchesPerEpoch(count: number, batchSize: number, dropLast = true): number {
  return dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
}

/** The batches of one shuffled epoch as index arrays `[batchSize]`; with `start`, exactly the rest of that epoch. */
export function* epochBatches(count: number, options: BatchOptions): Generator<Int32Array> {
  const { batchSize, seed, epoch, dropLast = true, start = 0 } = options;
  const order = epochPermutation(count, seed, epoch);
  const batches = batchesPerEpoch(count, batchSize, dropLast);
  for (let b = start; b < batches; b++) yield order.subarray(b * batchSize, Math.min((b + 1) * batchSize, count));
}

/** The batches of a data set in its own order, the last one included, as index arrays: for evaluation. */
export function* orderedBatches(count: number, batchSize: number): Generator<Int32Array> {
  for (let first = 0; first < count; first += batchSize) {
    yield Int32Array.from({ length: Math.min(batchSize, count - first) }, (_, i) => first + i);
  }
}

/**
 * Copies images into one contiguous block `[B, 3, H, W]`.
 *
 * @param out where to put them (a block to reuse between steps); made when absent.
 * @returns `out`, or its first `B * 3 * H * W` bytes where it is longer.
 * @throws {DataError} when an index is not one of the data set's, or `out` is too short.
 */
export function gatherBatch(dataset: ImageDataset, indices: ArrayLike<number>, out?: Uint8Array): Uint8Array {
  const bytes = imageBytes(dataset);
  const need = indices.length * bytes;
  const target = out ?? new Uint8Array(need);
  if (target.length < need) {
    throw new DataError(
      `A batch of ${indices.length} images needs ${need} bytes, but the block given has ${target.length}.`,
    );
  }
  for (let i = 0; i < indices.length; i++) {
    const from = checkedIndex(dataset, indices, i) * bytes;
    target.set(dataset.images.subarray(from, from + bytes), i * bytes);
  }
  return target.length === need ? target : target.subarray(0, need);
}

/**
 * The labels of a batch, `[B]`.
 *
 * @throws {DataError} when the data set has none, or an index is not one of its.
 */
export function gatherLabels(dataset: ImageDataset, indices: ArrayLike<number>): Int32Array {
  const { labels, name } = dataset;
  if (!labels) throw new DataError(`${name} has no labels; use a labelled data set, or a method that needs none.`);
  return Int32Array.from({ length: indices.length }, (_, i) => labels[checkedIndex(dataset, indices, i)]!);
}

function checkedIndex(dataset: ImageDataset, indices: ArrayLike<number>, i: number): number {
  const index = indices[i]!;
  if (index >= 0 && index < dataset.length && Number.isInteger(index)) return index;
  throw new DataError(`${dataset.name}: image ${index} was asked for, but there are only ${dataset.length}.`);
}
