// Folders of image files: flat, or one sub-folder a class.
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { type BadImage, createDataset, type ImageDataset } from '../dataset.js';
import { DataError } from '../errors.js';
import { allocatePixels, checkMemory } from '../memory.js';
import { type OnProgress, ProgressMeter } from '../progress.js';
import { chooseSubset } from '../subset.js';
import { decodeImage } from './decode.js';
import { type FolderLayout, type FolderPlan, planFolder } from './plan.js';

export type { FolderLayout } from './plan.js';
export { IMAGE_EXTENSIONS } from './scan.js';

/** How a folder of images is read. */
export interface ImageFolderOptions {
  folder: string;
  /** `all` reads every image; see `planFolder` for what makes the other two. Default `all`. */
  split?: 'train' | 'test' | 'all';
  /** Default `auto`: labels when at least two sub-folders hold images and none lies beside them. */
  layout?: FolderLayout;
  /** Side of the views in pixels. */
  size: number;
  /** Side that images are stored at; larger than `size` keeps detail for random crops. Default `size`. */
  storageSize?: number | null;
  /** Share of the images held out as test split where the folder has no test folder. Default 0.1. */
  testFraction?: number;
  /** At most this many images: an equal number of each class where there are classes, else the first ones. */
  limit?: number | null;
  /** `skip` leaves files out that cannot be decoded and lists them in `badImages`; `error` stops at the first. Default `skip`. */
  onBadImage?: 'skip' | 'error';
  /** Files with more pixels count as bad (they may be made to exhaust memory). Default 100 million. */
  limitInputPixels?: number;
  /** Refuse more bytes of pixels than this; 80% of the machine's memory is refused anyhow. */
  memoryLimit?: number;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/** Threads in Node's own pool unless UV_THREADPOOL_SIZE says otherwise: so many files are decoded at a time. */
const POOL = 4;

/**
 * The classes of a folder of images, from its names alone; none where it is flat.
 *
 * @throws {DataError} as `readImageFolder` does for names
 */
export async function folderClasses(folder: string, layout: FolderLayout = 'auto'): Promise<readonly string[]> {
  return (await planFolder({ folder, split: 'train', layout, testFraction: 0 })).classes;
}

/**
 * Reads a folder of images: `[N, 3, side, side]`, in the order of their paths by code points.
 *
 * Decoding runs on sharp's threads; pixels are written straight into their final place.
 *
 * @throws {DataError} when the folder has no images, its layout does not fit, memory is too small, or an image is bad and the
 * policy is `error` (or every image is bad).
 */
export async function readImageFolder(options: ImageFolderOptions): Promise<ImageDataset> {
  const { folder, split = 'all', layout = 'auto', size, testFraction = 0.1, limit = null } = options;
  const side = options.storageSize ?? size;
  if (side < size)
    throw new DataError(
      `storageSize ${side} is smaller than size ${size}; views cannot be larger than the stored images.`,
    );
  const plan = limitPlan(await planFolder({ folder, split, layout, testFraction }), limit);
  const bytes = 3 * side * side;
  checkMemory(folder, plan.files.length, bytes, options.memoryLimit);
  const images = allocatePixels(plan.files.length * bytes);
  const reasons = await decodeAll(plan.files, images, bytes, side, options);
  const badImages = [...reasons]
    .sort(([a], [b]) => a - b)
    .map(([i, reason]): BadImage => ({ file: plan.files[i]!, reason }));
  if (badImages.length === plan.files.length) {
    const [first] = badImages;
    throw new DataError(
      `None of the ${badImages.length} images in ${folder} can be read; the first is ${first!.file}: ${first!.reason}.`,
    );
  }
  const kept = plan.files.flatMap((_, i) => (reasons.has(i) ? [] : [i]));
  return createDataset({
    name: 'folder',
    split,
    images: closeGaps(images, kept, bytes),
    labels: plan.labels && Int32Array.from(kept, (i) => plan.labels![i]!),
    classes: plan.classes,
    height: side,
    width: side,
    viewSize: size,
    fileNames: kept.map((i) => plan.files[i]!),
    badImages,
  });
}

function limitPlan(plan: FolderPlan, limit: number | null): FolderPlan {
  if (limit === null) return plan;
  const { files, labels, classes } = plan;
  const chosen = chooseSubset(labels, files.length, limit, classes.length);
  return { files: Array.from(chosen, (i) => files[i]!), labels: labels && chosen.map((i) => labels[i]!), classes };
}

/** Decodes every file into its place; returns why files failed, by index. */
async function decodeAll(
  files: readonly string[],
  images: Uint8Array,
  bytes: number,
  side: number,
  options: ImageFolderOptions,
): Promise<Map<number, string>> {
  const { folder, onBadImage = 'skip', limitInputPixels = 100e6, onProgress, signal } = options;
  const meter = new ProgressMeter(onProgress, 'decode', 'images', files.length, folder);
  const reasons = new Map<number, string>();
  let next = 0;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (next < files.length && !stopped) {
      signal?.throwIfAborted();
      const i = next++;
      const out = images.subarray(i * bytes, (i + 1) * bytes);
      try {
        await decodeImage(path.join(folder, files[i]!), out, { side, limitInputPixels });
      } catch (error) {
        reasons.set(i, (error as Error).message);
        stopped = onBadImage === 'error';
      }
      meter.advance(1);
    }
  };
  await withSharpThreads(() => Promise.all(Array.from({ length: 2 * POOL }, work)));
  if (stopped) {
    const first = Math.min(...reasons.keys());
    throw new DataError(
      `${path.join(folder, files[first]!)}: ${reasons.get(first)}; remove it, or use onBadImage: skip.`,
    );
  }
  meter.finish();
  return reasons;
}

/** The pool decodes several files at a time, so each needs few threads of its own. sharp's settings are global: put back. */
async function withSharpThreads<T>(run: () => Promise<T>): Promise<T> {
  const threads = sharp.concurrency();
  sharp.concurrency(Math.max(1, Math.floor(os.availableParallelism() / POOL)));
  try {
    return await run();
  } finally {
    sharp.concurrency(threads);
  }
}

/** Moves the images at `kept` (ascending) together at the front of the block. */
function closeGaps(images: Uint8Array, kept: readonly number[], bytes: number): Uint8Array {
  kept.forEach((from, to) => {
    if (from !== to) images.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
  });
  return images.subarray(0, kept.length * bytes);
}
