// Epoch order and batches: the same for the same seed and epoch, resumable, and copied faithfully.
import { describe, expect, it } from 'vitest';
import {
  batchesPerEpoch,
  createDataset,
  epochBatches,
  epochPermutation,
  gatherBatch,
  gatherLabels,
  orderedBatches,
} from '../../src/data/index.js';

const dataset = createDataset({
  name: 'toy',
  images: Uint8Array.from({ length: 5 * 12 }, (_, i) => i),
  height: 2,
  width: 2,
  labels: Int32Array.of(0, 1, 2, 0, 1),
  classes: ['a', 'b', 'c'],
});

describe('epochPermutation', () => {
  it('is the same permutation for the same seed and epoch on every machine', () => {
    expect([...epochPermutation(10, 3, 7)]).toEqual([6, 5, 0, 9, 8, 3, 4, 2, 7, 1]);
  });

  it('visits every image once', () => {
    expect([...epochPermutation(1000, 0, 0)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  });

  it('changes with the seed and with the epoch, and does not mistake one for the other', () => {
    const orders = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2 ** 40, 0],
    ].map(([seed, epoch]) => epochPermutation(50, seed!, epoch!).join());
    expect(new Set(orders).size).toBe(5);
  });

  it('is uniform: every image is equally likely at every place', () => {
    const counts = Array.from({ length: 6 }, () => Array<number>(6).fill(0));
    const epochs = 6000;
    for (let e = 0; e < epochs; e++) {
      for (const [place, image] of epochPermutation(6, 11, e).entries()) counts[place]![image]!++;
    }
    const chi2 = counts.flat().reduce((sum, n) => sum + (n - epochs / 6) ** 2 / (epochs / 6), 0);
    expect(chi2).toBeLessThan(60); // 25 degrees of freedom: 60 is exceeded once in 10,000
  });
});

describe('epochBatches', () => {
  it('yields the rest of an interrupted epoch when started in the middle', () => {
    const options = { batchSize: 4, seed: 1, epoch: 2 };
    const all = [...epochBatches(18, options)].map((batch) => [...batch]);
    expect(all).toHaveLength(4);
    expect([...epochBatches(18, { ...options, start: 2 })].map((batch) => [...batch])).toEqual(all.slice(2));
  });

  it('keeps a smaller last batch only when asked', () => {
    const sizes = [...epochBatches(10, { batchSize: 4, seed: 0, epoch: 0, dropLast: false })].map((b) => b.length);
    expect(sizes).toEqual([4, 4, 2]);
    expect(batchesPerEpoch(10, 4)).toBe(2);
    expect(batchesPerEpoch(10, 4, false)).toBe(3);
    expect([...orderedBatches(5, 2)].map((batch) => [...batch])).toEqual([[0, 1], [2, 3], [4]]);
  });
});

describe('gatherBatch', () => {
  it('copies images in the order of the indices', () => {
    const batch = gatherBatch(dataset, [4, 0]);
    expect([...batch]).toEqual([...dataset.images.slice(48, 60), ...dataset.images.slice(0, 12)]);
    expect([...gatherLabels(dataset, [4, 2])]).toEqual([1, 2]);
  });

  it('fills a block that is reused between steps', () => {
    const block = new Uint8Array(3 * 12);
    expect(gatherBatch(dataset, [1, 2, 3], block)).toBe(block);
    const part = gatherBatch(dataset, [1], block);
    expect(part.length).toBe(12);
    expect(part.buffer).toBe(block.buffer);
  });

  it('refuses indices outside the data set and blocks that are too short', () => {
    expect(() => gatherBatch(dataset, [5])).toThrow('toy: image 5 was asked for, but there are only 5');
    expect(() => gatherBatch(dataset, [-1])).toThrow('image -1');
    expect(() => gatherBatch(dataset, [0, 1], new Uint8Array(12))).toThrow('needs 24 bytes');
    expect(() => gatherLabels({ ...dataset, labels: null }, [0])).toThrow('toy has no labels');
  });
});
