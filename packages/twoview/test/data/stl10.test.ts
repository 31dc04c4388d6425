// STL-10: transposed as torchvision reads it, labels from 1, folds, and reads that touch only what is asked for.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset, readStl10, readStl10Folds, STL10_CLASSES } from '../../src/data/index.js';
import { REAL_DATA, temporaryFolder } from './folders.js';

const PIXELS = 3 * 96 * 96;

/** Pixels that differ between images, planes, rows and columns. */
function pixels(count: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(count * PIXELS);
  for (let i = 0, state = seed; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A small STL-10: 20 training, 12 test and 8 unlabelled images. */
function smallFolder(): string {
  const folder = path.join(temporaryFolder(), 'stl10_binary');
  mkdirSync(folder);
  const write = (file: string, bytes: Uint8Array | string) => writeFileSync(path.join(folder, file), bytes);
  write('train_X.bin', pixels(20, 1));
  write(
    'train_y.bin',
    Uint8Array.from({ length: 20 }, (_, i) => 1 + ((i * 3) % 10)),
  );
  write('test_X.bin', pixels(12, 2));
  write(
    'test_y.bin',
    Uint8Array.from({ length: 12 }, (_, i) => 1 + (i % 10)),
  );
  write('unlabeled_X.bin', pixels(8, 3));
  const folds = Array.from({ length: 10 }, (_, f) => `${[19 - f, f, 10].join(' ')} `);
  write('fold_indices.txt', `${folds.join('\n')}\n`);
  return folder;
}

const folder = smallFolder();
const small = { folder, allowPartial: true } as const;

/** What torchvision makes of a file, by its own reader. */
const READ_BY_TORCHVISION = `
import sys
from torchvision.datasets import STL10
reader = object.__new__(STL10)
reader.root = sys.argv[1]
images, labels = reader._STL10__loadfile('train_X.bin', 'train_y.bin')
sys.stdout.buffer.write(images.tobytes() + labels.astype('uint8').tobytes())
`;

function torchvisionReads(above: string): Uint8Array | null {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const options = { maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] };
      return execFileSync(python, ['-c', READ_BY_TORCHVISION, above], options);
    } catch {
      // This Python has no torchvision; try the next.
    }
  }
  return null;
}

describe('readStl10', () => {
  // Starting Python with torchvision takes seconds on a busy machine.
  it('agrees with torchvision, byte for byte', { timeout: 300_000 }, async ({ skip }) => {
    const expected = torchvisionReads(path.dirname(folder));
    if (expected === null) return skip('no Python with torchvision here');
    const train = await readStl10({ ...small, split: 'train' });
    expect(Buffer.compare(train.images, expected.subarray(0, 20 * PIXELS))).toBe(0);
    expect([...train.labels!]).toEqual([...expected.subarray(20 * PIXELS)]);
  });

  it('turns column-major planes into rows, and labels 1 to 10 into 0 to 9', async () => {
    const test = await readStl10({ ...small, split: 'test' });
    expect(test).toMatchObject({ name: 'stl10', length: 12, height: 96, width: 96, classes: STL10_CLASSES });
    const raw = pixels(12, 2);
    const at = (image: number, plane: number) => image * PIXELS + plane * 96 * 96;
    for (const [image, plane, row, column] of [
      [0, 0, 0, 5],
      [3, 1, 17, 80],
      [11, 2, 95, 1],
    ] as const) {
      expect(test.images[at(image, plane) + row * 96 + column]).toBe(raw[at(image, plane) + column * 96 + row]);
    }
    expect([...test.labels!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  });

  it('joins labelled and unlabelled images, with -1 for no label', async () => {
    const all = await readStl10({ ...small, split: 'train+unlabeled' });
    const [train, unlabeled] = await Promise.all([
      readStl10({ ...small, split: 'train' }),
      readStl10({ ...small, split: 'unlabeled' }),
    ]);
    expect(Buffer.compare(all.images, Buffer.concat([train.images, unlabeled.images]))).toBe(0);
    expect([...all.labels!]).toEqual([...train.labels!, ...Array(8).fill(-1)]);
    expect(unlabeled).toMatchObject({ labels: null, classes: [], length: 8 });
    const few = await readStl10({ ...small, split: 'train+unlabeled', limit: 22 });
    expect(Buffer.compare(few.images, all.images.subarray(0, 22 * PIXELS))).toBe(0);
  });

  it('reads one of the published folds', async () => {
    const fold = await readStl10({ ...small, split: 'train', fold: 2 });
    const train = await readStl10({ ...small, split: 'train' });
    expect([...fold.labels!]).toEqual([2, 10, 17].map((i) => train.labels![i]));
    expect(Buffer.compare(fold.images.subarray(2 * PIXELS), train.images.subarray(17 * PIXELS, 18 * PIXELS))).toBe(0);
    expect(await readStl10Folds(folder)).toHaveLength(10);
    await expect(readStl10({ ...small, split: 'test', fold: 1 })).rejects.toThrow('folds are of the train split');
    await expect(readStl10({ ...small, split: 'train', fold: 10 })).rejects.toThrow('STL-10 has folds 0 to 9, got 10');
  });

  it('limits to equally many of each class', async () => {
    const few = await readStl10({ ...small, split: 'train', limit: 10 });
    expect([...few.labels!].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('reads far into a file of 2.6 GiB without reading the rest', async () => {
    // Sparse files of the published sizes: only the few records that are written take space.
    const full = smallFolder();
    truncateSync(path.join(full, 'train_X.bin'), 5_000 * PIXELS);
    truncateSync(path.join(full, 'unlabeled_X.bin'), 100_000 * PIXELS);
    writeFileSync(path.join(full, 'train_y.bin'), new Uint8Array(5_000).fill(4));
    const last = pixels(1, 9);
    const handle = await open(path.join(full, 'train_X.bin'), 'r+');
    await handle.write(last, 0, PIXELS, 4_999 * PIXELS);
    await handle.close();
    writeFileSync(path.join(full, 'fold_indices.txt'), Array(10).fill('4999').join('\n'));
    const fold = await readStl10({ folder: full, split: 'train', fold: 0 });
    expect(fold.images[96]).toBe(last[1]);
    expect([...fold.labels!]).toEqual([3]);
    expect(await readStl10({ folder: full, split: 'unlabeled', limit: 3 })).toMatchObject({ length: 3 });
  });

  it('refuses files that are cut short or hold other labels', async () => {
    await expect(readStl10({ folder, split: 'test' })).rejects.toThrow(
      `${path.join(folder, 'test_X.bin')}: expected 221,184,000 bytes, found 331,776; it was cut short`,
    );
    const broken = smallFolder();
    writeFileSync(path.join(broken, 'train_y.bin'), new Uint8Array(20));
    await expect(readStl10({ ...small, folder: broken, split: 'train' })).rejects.toThrow(
      'label 0 of image 0 is out of range (1 to 10)',
    );
    writeFileSync(path.join(broken, 'train_y.bin'), new Uint8Array(5).fill(1));
    await expect(readStl10({ ...small, folder: broken, split: 'train' })).rejects.toThrow(
      'has 5 labels for the 20 images',
    );
    writeFileSync(path.join(broken, 'fold_indices.txt'), '1 2 x\n');
    await expect(readStl10Folds(broken)).rejects.toThrow('expected ten lines of indices below 5000');
  });
});

describe('openDataset on STL-10', () => {
  const config = { name: 'stl10', ...small } as const;

  it('trains on all images and evaluates on the labelled ones, or a fold of them', async () => {
    const lengths = async (extra: object): Promise<number[]> =>
      Promise.all(
        (['train', 'labeled', 'test'] as const).map((split) =>
          openDataset({ ...config, ...extra }, { split }).then((d) => d.length),
        ),
      );
    expect(await lengths({})).toEqual([28, 20, 12]);
    expect(await lengths({ fold: 0, trainSplit: 'unlabeled' })).toEqual([8, 3, 12]);
  });
});

const realStl10 = REAL_DATA !== undefined && existsSync(path.join(REAL_DATA, 'stl10_binary', 'test_X.bin'));

describe.skipIf(!realStl10)('the real STL-10 (set TWOVIEW_DATA to the folder that has stl10_binary)', () => {
  it('has 8,000 test images, 800 of each class', async () => {
    const test = await readStl10({ folder: REAL_DATA!, split: 'test' });
    expect(test.classes.map((_, k) => test.labels!.filter((label) => label === k).length)).toEqual(Array(10).fill(800));
  });
});
