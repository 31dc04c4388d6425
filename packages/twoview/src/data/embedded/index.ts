// The embedded set: 20,000 generated 32x32 images of textured shapes in ten classes, for trying things without a download.
import { createDataset, type ImageDataset } from '../dataset.js';
import { allocatePixels } from '../memory.js';
import { type OnProgress, ProgressMeter } from '../progress.js';
import { Random } from '../random.js';
import { EMBEDDED_CLASSES } from './classes.js';
import { EMBEDDED_SIZE, renderImage } from './render.js';

export { EMBEDDED_CLASSES, type EmbeddedClass } from './classes.js';
export { EMBEDDED_SIZE } from './render.js';
export type { ShapeName } from './shapes.js';
export type { PatternName } from './textures.js';

/** Images in each split. */
export const EMBEDDED_COUNTS = { train: 18_000, test: 2_000 } as const;

const SPLIT_STREAM = { train: 1, test: 2 } as const;
const LABELS = 0x6c61626c;
const PIXELS = 0x70697873;
const SLICE = 500;

/** Which part of the embedded set to generate. */
export interface EmbeddedOptions {
  split: 'train' | 'test';
  /** Another seed gives other images of the same classes. Default 0. */
  seed?: number;
  /** Generate only the first images; they are the same as in the whole set. Default: all. */
  limit?: number | null;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/**
 * Generates a split of the embedded set.
 *
 * A class is an outline with a pattern on it (`EMBEDDED_CLASSES`); colours, pose, background, clutter, light and noise are
 * drawn independently of the class, and every pattern has equal parts of its two tones, so colour does not tell classes apart.
 * Each block of ten images has one of each class, so every prefix is balanced. An image depends only on (seed, split, its
 * index): the bytes are the same on every machine.
 *
 * @returns images `[N, 3, 32, 32]`, N = 18,000 (train) or 2,000 (test).
 */
export async function generateEmbedded(options: EmbeddedOptions): Promise<ImageDataset> {
  const { split, seed = 0, limit = null, onProgress, signal } = options;
  const stream = SPLIT_STREAM[split];
  const count = Math.min(limit ?? Number.POSITIVE_INFINITY, EMBEDDED_COUNTS[split]);
  const labels = embeddedLabels(seed, stream, count);
  const bytes = 3 * EMBEDDED_SIZE * EMBEDDED_SIZE;
  const images = allocatePixels(count * bytes);
  const meter = new ProgressMeter(onProgress, 'generate', 'images', count);
  for (let first = 0; first < count; first += SLICE) {
    const end = Math.min(first + SLICE, count);
    for (let i = first; i < end; i++) {
      const random = new Random(PIXELS, seed, stream, i);
      renderImage(random, EMBEDDED_CLASSES[labels[i]!]!, images.subarray(i * bytes, (i + 1) * bytes));
    }
    meter.advance(end - first);
    // Let timers, signals and progress bars run between slices.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  meter.finish();
  const classes = EMBEDDED_CLASSES.map((kind) => kind.name);
  return createDataset({
    name: 'embedded',
    split,
    images,
    labels,
    classes,
    height: EMBEDDED_SIZE,
    width: EMBEDDED_SIZE,
  });
}

function embeddedLabels(seed: number, stream: number, count: number): Int32Array {
  const labels = new Int32Array(count);
  const classes = EMBEDDED_CLASSES.length;
  for (let first = 0; first < count; first += classes) {
    const block = new Random(LABELS, seed, stream, first).shuffle(Int32Array.from({ length: classes }, (_, c) => c));
    labels.set(block.subarray(0, Math.min(classes, count - first)), first);
  }
  return labels;
}
