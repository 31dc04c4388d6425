// Data sets made by hand, and limits on them: balanced where there are labels, and always the same images.
import { describe, expect, it } from 'vitest';
import { chooseSubset, createDataset, isLabeled, limitDataset, subset } from '../../src/data/index.js';

const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 2, 1, 0, 2);
const dataset = createDataset({
  name: 'toy',
  images: Uint8Array.from({ length: 30 }, (_, i) => i),
  height: 1,
  width: 1,
  labels,
  classes: ['a', 'b', 'c'],
  fileNames: [...'abcdefghij'],
  coarseLabels: Int32Array.from(labels, (l) => (l === 2 ? 1 : 0)),
  coarseClasses: ['ab', 'c'],
});

describe('chooseSubset', () => {
  it('takes equally many of each class, the first ones, in data set order', () => {
    expect([...chooseSubset(labels, 10, 6, 3)]).toEqual([0, 1, 4, 5, 6, 9]);
    expect([...chooseSubset(labels, 10, 4, 3)]).toEqual([0, 1, 4, 6]);
  });

  it('fills up from other classes where one has too few', () => {
    expect([...chooseSubset(labels, 10, 9, 3)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9]);
  });

  it('takes the first images where some or all have no label', () => {
    expect([...chooseSubset(null, 10, 3, 0)]).toEqual([0, 1, 2]);
    expect([...chooseSubset(Int32Array.of(1, -1, 0, 1), 4, 2, 2)]).toEqual([0, 1]);
    expect([...chooseSubset(labels, 10, 99, 3)]).toHaveLength(10);
  });
});

describe('limitDataset and subset', () => {
  it('carry pixels, labels, second labels and file names along', () => {
    const few = limitDataset(dataset, 3);
    expect([...few.images]).toEqual([0, 1, 2, 12, 13, 14, 18, 19, 20]);
    expect([...few.labels!]).toEqual([0, 1, 2]);
    expect([...few.coarseLabels!]).toEqual([0, 0, 1]);
    expect(few.fileNames).toEqual(['a', 'e', 'g']);
    expect(few.length).toBe(3);
  });

  it('return the data set itself where there is nothing to cut', () => {
    expect(limitDataset(dataset, null)).toBe(dataset);
    expect(limitDataset(dataset, 10)).toBe(dataset);
  });

  it('refuse what makes no sense', () => {
    expect(() => limitDataset(dataset, 0)).toThrow('A limit is a positive whole number, got 0');
    expect(() => subset(dataset, [10])).toThrow('toy: image 10 was asked for');
  });
});

describe('createDataset', () => {
  const parts = { name: 'toy', images: new Uint8Array(24), height: 2, width: 2 };

  it('counts images and knows whether all have labels', () => {
    const plain = createDataset(parts);
    expect(plain).toMatchObject({ length: 2, labels: null, classes: [], viewSize: 2 });
    expect(isLabeled(plain)).toBe(false);
    expect(isLabeled(dataset)).toBe(true);
    expect(isLabeled(createDataset({ ...parts, labels: Int32Array.of(0, -1), classes: ['a'] }))).toBe(false);
  });

  it('refuses parts that do not fit together', () => {
    expect(() => createDataset({ ...parts, images: new Uint8Array(25) })).toThrow('25 bytes are not a whole number');
    expect(() => createDataset({ ...parts, labels: Int32Array.of(0), classes: ['a'] })).toThrow(
      '2 images but 1 labels',
    );
    expect(() => createDataset({ ...parts, labels: Int32Array.of(0, 1), classes: ['a'] })).toThrow(
      'label 1 of image 1 is out of range',
    );
  });
});
