// CIFAR-10 and CIFAR-100: records as published, limits that read little, and clear words for damaged files.
// Tests on the real files need TWOVIEW_DATA=<folder with cifar-10-batches-bin>; they are skipped where it is not set.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CIFAR10_CLASSES,
  CIFAR100_CLASSES,
  CIFAR100_COARSE_CLASSES,
  readCifar10,
  readCifar100,
} from '../../src/data/index.js';
import { REAL_DATA, temporaryFolder } from './folders.js';

/** Records of `head` label bytes and pixels that tell record, plane and place apart. */
function records(count: number, head: (i: number) => number[], offset = 0): Uint8Array {
  const labels = head(0).length;
  const bytes = new Uint8Array(count * (labels + 3072));
  for (let i = 0; i < count; i++) {
    const at = i * (labels + 3072);
    bytes.set(head(i), at);
    for (let p = 0; p < 3072; p++) bytes[at + labels + p] = (p + 7 * (i + offset)) % 251;
  }
  return bytes;
}

const pixelsOf = (i: number): Uint8Array => records(1, () => [0], i).slice(1);

function cifar10Folder(): string {
  const folder = temporaryFolder();
  const inner = path.join(folder, 'cifar-10-batches-bin');
  mkdirSync(inner);
  for (let b = 0; b < 2; b++)
    writeFileSync(
      path.join(inner, `data_batch_${b + 1}.bin`),
      records(30, (i) => [i % 10], 30 * b),
    );
  writeFileSync(
    path.join(inner, 'test_batch.bin'),
    records(12, (i) => [(i * 3) % 10]),
  );
  return folder;
}

describe('readCifar10', () => {
  const folder = cifar10Folder();
  const partial = { folder, allowPartial: true };

  it('reads records in file order, from the folder above or the folder itself', async () => {
    const train = await readCifar10({ ...partial, split: 'train' });
    expect(train).toMatchObject({
      name: 'cifar10',
      length: 60,
      height: 32,
      width: 32,
      viewSize: 32,
      classes: CIFAR10_CLASSES,
    });
    expect(train.images.slice(31 * 3072, 32 * 3072)).toEqual(pixelsOf(31));
    expect([...train.labels!.subarray(30, 33)]).toEqual([0, 1, 2]);
    const test = await readCifar10({
      folder: path.join(folder, 'cifar-10-batches-bin'),
      allowPartial: true,
      split: 'test',
    });
    expect([...test.labels!]).toEqual([0, 3, 6, 9, 2, 5, 8, 1, 4, 7, 0, 3]);
  });

  it('limits to the first images of each class', async () => {
    const few = await readCifar10({ ...partial, split: 'train', limit: 12 });
    expect([...few.labels!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(few.images.slice(11 * 3072)).toEqual(pixelsOf(11));
  });

  it('says how large a cut file is and should be, and what to do', async () => {
    const file = path.join(folder, 'cifar-10-batches-bin', 'test_batch.bin');
    await expect(readCifar10({ folder, split: 'test' })).rejects.toThrow(
      `${file}: expected 30,730,000 bytes, found 36,876; it was cut short: delete it and download or unpack it again; ` +
        'it holds 12 whole records, which allowPartial: true would accept.',
    );
    const broken = cifar10Folder();
    writeFileSync(path.join(broken, 'cifar-10-batches-bin', 'test_batch.bin'), records(2, () => [0]).subarray(1));
    await expect(readCifar10({ folder: broken, split: 'test', allowPartial: true })).rejects.toThrow('found 6,145');
  });

  it('names the file and record of a label out of range', async () => {
    const broken = cifar10Folder();
    writeFileSync(
      path.join(broken, 'cifar-10-batches-bin', 'test_batch.bin'),
      records(5, (i) => [i === 3 ? 10 : 0]),
    );
    for (const limit of [null, 5, 4]) {
      await expect(readCifar10({ folder: broken, split: 'test', allowPartial: true, limit })).rejects.toThrow(
        /test_batch\.bin: label 10 of record 3 is out of range \(0 to 9\)/,
      );
    }
  });

  it('says which files are missing and where it looked', async () => {
    await expect(readCifar10({ folder, split: 'train' })).rejects.toThrow(
      `CIFAR-10 in ${path.join(folder, 'cifar-10-batches-bin')} is incomplete: data_batch_3.bin, data_batch_4.bin, data_batch_5.bin missing`,
    );
    const empty = temporaryFolder();
    await expect(readCifar10({ folder: empty, split: 'test' })).rejects.toThrow(
      `CIFAR-10 is not in ${empty} (looked for test_batch.bin there and in its cifar-10-batches-bin folder); allow downloads`,
    );
    writeFileSync(path.join(empty, 'cifar-10-binary.tar.gz'), 'x');
    await expect(readCifar10({ folder: empty, split: 'test' })).rejects.toThrow('is there but not unpacked');
  });

  it('keeps pixels in shared memory, so that workers need no copy', async () => {
    const { images } = await readCifar10({ ...partial, split: 'test' });
    expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('readCifar100', () => {
  const folder = temporaryFolder();
  writeFileSync(
    path.join(folder, 'train.bin'),
    records(200, (i) => [i % 20, (i * 7) % 100]),
  );

  it('reads both labellings: coarse byte first, fine byte second', async () => {
    const fine = await readCifar100({ folder, split: 'train', allowPartial: true });
    expect([...fine.labels!.subarray(0, 3)]).toEqual([0, 7, 14]);
    expect([...fine.coarseLabels!.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect(fine.classes).toBe(CIFAR100_CLASSES);
    expect(fine.images.slice(3072, 6144)).toEqual(pixelsOf(1));
    const coarse = await readCifar100({ folder, split: 'train', allowPartial: true, labels: 'coarse', limit: 40 });
    expect(coarse.classes).toBe(CIFAR100_COARSE_CLASSES);
    expect([...coarse.labels!].filter((label) => label === 19)).toHaveLength(2);
    expect(coarse.coarseLabels).toBeUndefined();
  });

  it('has 100 and 20 class names', () => {
    expect(new Set(CIFAR100_CLASSES).size).toBe(100);
    expect(new Set(CIFAR100_COARSE_CLASSES).size).toBe(20);
  });
});

const realCifar10 =
  REAL_DATA !== undefined && existsSync(path.join(REAL_DATA, 'cifar-10-batches-bin', 'test_batch.bin'));

describe.skipIf(!realCifar10)(
  'the real CIFAR-10 (set TWOVIEW_DATA to the folder that has cifar-10-batches-bin)',
  () => {
    it('has the published pixels and labels', async () => {
      const test = await readCifar10({ folder: REAL_DATA!, split: 'test' });
      expect(createHash('sha256').update(test.images).digest('hex')).toBe(
        '177777c33ba79825320efa646ad04a94bdc3c80e4ebe3bd21724f8cdfd4b9d56',
      );
      expect([...test.labels!.subarray(0, 10)].map((label) => test.classes[label])).toEqual([
        'cat',
        'ship',
        'ship',
        'airplane',
        'frog',
        'frog',
        'automobile',
        'frog',
        'cat',
        'automobile',
      ]);
      const train = await readCifar10({ folder: REAL_DATA!, split: 'train', limit: 500 });
      expect(train.classes.map((_, k) => train.labels!.filter((label) => label === k).length)).toEqual(
        Array(10).fill(50),
      );
    });
  },
);
