// STL-10 from its binary files: 96x96 images stored column by column (transposed here), labels 1 to 10 (0 to 9 here).
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { STL10_CLASSES } from './classes.js';
import { createDataset, type ImageDataset } from './dataset.js';
import { DataError } from './errors.js';
import { locate } from './locate.js';
import { allocatePixels, checkMemory } from './memory.js';
import { type OnProgress, ProgressMeter } from './progress.js';
import { countRecords, readFully, withFile } from './records.js';
import { chooseSubset } from './subset.js';

const SIDE = 96;
const PIXELS = 3 * SIDE * SIDE;
const IMAGES_AT_ONCE = 500;

/** `train+unlabeled` is what encoders without labels are trained on: 105,000 images. */
export type Stl10Split = 'train' | 'test' | 'unlabeled' | 'train+unlabeled';

/** Options of `readStl10`. */
export interface Stl10Options {
  /** The folder with the .bin files, or the one that holds `stl10_binary`. */
  folder: string;
  split: Stl10Split;
  /** One of the ten published folds of 1,000 training images (0 to 9); only with split `train`. */
  fold?: number | null;
  /** At most this many images: an equal number of each class where all have labels, else the first ones; null for all. */
  limit?: number | null;
  /** Accept files that hold fewer whole records. */
  allowPartial?: boolean;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

interface Part {
  images: string;
  labels: string | null;
  count: number;
}

const PARTS = {
  train: { images: 'train_X.bin', labels: 'train_y.bin', count: 5_000 },
  test: { images: 'test_X.bin', labels: 'test_y.bin', count: 8_000 },
  unlabeled: { images: 'unlabeled_X.bin', labels: null, count: 100_000 },
} as const satisfies Record<string, Part>;

const FOLDS_FILE = 'fold_indices.txt';

/**
 * Reads part of STL-10: `[N, 3, 96, 96]`; N is 5,000 (train), 8,000 (test), 100,000 (unlabeled, 2.6 GiB) or 105,000.
 *
 * The pixels are read straight into their final place and transposed there, so no second copy is ever held. Images without
 * a label have the label -1 where others have one (`train+unlabeled`).
 *
 * @throws {DataError} when files are missing, cut short, hold a label out of range, or memory is too small.
 */
export async function readStl10(options: Stl10Options): Promise<ImageDataset> {
  const { split, fold = null, limit = null, onProgress, signal } = options;
  if (fold !== null && split !== 'train')
    throw new DataError(`STL-10's folds are of the train split; got fold ${fold} with ${split}.`);
  const parts: Part[] = split === 'train+unlabeled' ? [PARTS.train, PARTS.unlabeled] : [PARTS[split]];
  const files = parts.flatMap((part) => [part.images, ...(part.labels ? [part.labels] : [])]);
  const folder = await locate({
    name: 'stl10',
    folder: options.folder,
    files: fold === null ? files : [...files, FOLDS_FILE],
  });
  const found = await Promise.all(parts.map((part) => readPart(folder, part, options.allowPartial ?? false)));
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const allLabels = Int32Array.from(
    found.flatMap(({ count, labels }) => (labels ? [...labels] : Array<number>(count).fill(-1))),
  );
  const pool = fold === null ? null : foldMembers(await readStl10Folds(folder), fold, total, folder);
  const wanted = choose(allLabels, pool, limit);
  checkMemory(`STL-10 ${split}`, wanted.length, PIXELS);
  const images = allocatePixels(wanted.length * PIXELS);
  const meter = new ProgressMeter(onProgress, 'read', 'images', wanted.length, folder);
  let offset = 0;
  let done = 0;
  for (const { file, count } of found) {
    const first = done;
    while (done < wanted.length && wanted[done]! < offset + count) done++;
    await readImages(
      file,
      wanted.subarray(first, done),
      offset,
      images.subarray(first * PIXELS, done * PIXELS),
      meter,
      signal,
    );
    offset += count;
  }
  meter.finish();
  const size = { height: SIDE, width: SIDE };
  if (split === 'unlabeled') return createDataset({ name: 'stl10', split, images, ...size });
  const labels = wanted.map((i) => allLabels[i]!);
  return createDataset({ name: 'stl10', split, images, labels, classes: STL10_CLASSES, ...size });
}

/**
 * The ten published folds: indices into the 5,000 training images, 1,000 each.
 *
 * @param folder the folder with `fold_indices.txt`.
 * @throws {DataError} when the file does not hold ten lines of indices.
 */
export async function readStl10Folds(folder: string): Promise<Int32Array[]> {
  const file = path.join(folder, FOLDS_FILE);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const folds = lines.map((line) => Int32Array.from(line.trim().split(/\s+/), Number));
  const whole = lines.every((line) => /^[\d\s]+$/.test(line));
  if (folds.length === 10 && whole && folds.every((fold) => fold.every((i) => i < PARTS.train.count))) return folds;
  throw new DataError(
    `${file}: expected ten lines of indices below ${PARTS.train.count}; download or unpack it again.`,
  );
}

function foldMembers(folds: readonly Int32Array[], fold: number, total: number, folder: string): Int32Array {
  const members = folds[fold];
  if (!members) throw new DataError(`STL-10 has folds 0 to 9, got ${fold}.`);
  const outside = members.find((index) => index >= total);
  if (outside === undefined) return members.toSorted();
  throw new DataError(`STL-10 in ${folder}: fold ${fold} needs image ${outside}, but train_X.bin holds only ${total}.`);
}

/** Ascending indices of the images to read. */
function choose(labels: Int32Array, pool: Int32Array | null, limit: number | null): Int32Array {
  const candidates = pool ?? Int32Array.from(labels, (_, i) => i);
  if (limit === null) return candidates;
  const kept = chooseSubset(
    candidates.map((i) => labels[i]!),
    candidates.length,
    limit,
    STL10_CLASSES.length,
  );
  return kept.map((i) => candidates[i]!);
}

async function readPart(folder: string, part: Part, allowPartial: boolean) {
  const file = path.join(folder, part.images);
  const count = await countRecords(file, { recordBytes: PIXELS, records: part.count, allowPartial });
  if (!part.labels) return { file, count, labels: null };
  const labelFile = path.join(folder, part.labels);
  const present = await countRecords(labelFile, { recordBytes: 1, records: part.count, allowPartial });
  if (present < count)
    throw new DataError(
      `${labelFile} has ${present} labels for the ${count} images of ${part.images}; unpack both again.`,
    );
  const bytes = (await readFile(labelFile)).subarray(0, count);
  const wrong = bytes.findIndex((label) => label < 1 || label > STL10_CLASSES.length);
  if (wrong >= 0) {
    throw new DataError(
      `${labelFile}: label ${bytes[wrong]} of image ${wrong} is out of range (1 to 10); download or unpack it again.`,
    );
  }
  return { file, count, labels: Int32Array.from(bytes, (label) => label - 1) };
}

/** Reads images by runs of neighbours, so that a limit or a fold reads only what it needs. */
async function readImages(
  file: string,
  wanted: Int32Array,
  offset: number,
  target: Uint8Array,
  meter: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (wanted.length === 0) return;
  await withFile(file, async (handle) => {
    for (let first = 0; first < wanted.length; ) {
      signal?.throwIfAborted();
      let end = first + 1;
      while (end < wanted.length && end - first < IMAGES_AT_ONCE && wanted[end] === wanted[end - 1]! + 1) end++;
      const run = target.subarray(first * PIXELS, end * PIXELS);
      await readFully(handle, run, (wanted[first]! - offset) * PIXELS, file);
      for (let at = 0; at < run.length; at += SIDE * SIDE) transposeSquare(run, at);
      meter.advance(end - first);
      first = end;
    }
  });
}

/** Transposes one 96x96 plane in place. */
function transposeSquare(bytes: Uint8Array, at: number): void {
  for (let row = 1; row < SIDE; row++) {
    for (let column = 0; column < row; column++) {
      const a = at + row * SIDE + column;
      const b = at + column * SIDE + row;
      const held = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = held;
    }
  }
}
