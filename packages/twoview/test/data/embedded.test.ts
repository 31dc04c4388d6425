// The embedded set: the same bytes everywhere, balanced, and not to be told apart by colour.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SHAPES } from '../../src/data/embedded/shapes.js';
import { PATTERNS } from '../../src/data/embedded/textures.js';
import { EMBEDDED_CLASSES, EMBEDDED_COUNTS, generateEmbedded, type ImageDataset } from '../../src/data/index.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the embedded set', () => {
  it('has the same bytes on every machine', async () => {
    const train = await generateEmbedded({ split: 'train', limit: 200 });
    const test = await generateEmbedded({ split: 'test', limit: 50, seed: 7 });
    expect(sha256(train.images)).toBe('ad5a8988af3d8065277d101bfcd122eb0fc4a6829749d314a484b7ec9fbd35ae');
    expect(sha256(test.images)).toBe('4a16f2502769c6a46fd78ad9825ed6c2dc35858042d246641b2e86f0747f13d2');
    expect([...train.labels!.subarray(0, 10)]).toEqual([2, 7, 9, 6, 8, 5, 1, 3, 4, 0]);
  });

  it('has prefixes that do not depend on how much is generated, and other images for another seed or split', async () => {
    const few = await generateEmbedded({ split: 'test', limit: 23 });
    const more = await generateEmbedded({ split: 'test', limit: 60 });
    expect(few.images).toEqual(more.images.slice(0, few.images.length));
    expect(few.labels).toEqual(more.labels!.slice(0, 23));
    const digests = await Promise.all([
      generateEmbedded({ split: 'train', limit: 23 }),
      generateEmbedded({ split: 'test', limit: 23, seed: 1 }),
    ]).then((sets) => sets.map(({ images }) => sha256(images)));
    expect(new Set([sha256(few.images), ...digests]).size).toBe(3);
  });

  it('has one image of each class in every ten', async () => {
    const { labels, classes, length } = await generateEmbedded({ split: 'test', limit: 100 });
    for (let first = 0; first < length; first += 10) {
      expect([...labels!.subarray(first, first + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(classes).toHaveLength(10);
    expect(EMBEDDED_COUNTS.train + EMBEDDED_COUNTS.test).toBe(20_000);
  });

  it('gives each outline two patterns and each pattern two outlines', () => {
    for (const key of ['shape', 'pattern'] as const) {
      const counts = new Map<string, number>();
      for (const kind of EMBEDDED_CLASSES) counts.set(kind[key], (counts.get(kind[key]) ?? 0) + 1);
      expect([...counts.values()]).toEqual([2, 2, 2, 2, 2]);
    }
  });

  it('reports progress up to the last image, and can be stopped', async () => {
    const seen: number[] = [];
    await generateEmbedded({ split: 'test', limit: 30, onProgress: ({ done }) => seen.push(done) });
    expect(seen.at(-1)).toBe(30);
    await expect(generateEmbedded({ split: 'test', limit: 30, signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('cannot be told apart by colour: colour moments and histograms stay near chance', {
    timeout: 30_000,
  }, async () => {
    const train = await generateEmbedded({ split: 'train', limit: 2000 });
    const test = await generateEmbedded({ split: 'test', limit: 1000 });
    expect(nearestMeanAccuracy(train, test, meanColor)).toBeLessThan(0.16);
    expect(nearestMeanAccuracy(train, test, colorHistogram)).toBeLessThan(0.16);
  });
});

describe('outlines and patterns', () => {
  it.each(Object.entries(SHAPES))('%s has area 1', (_, outline) => {
    const steps = 600;
    let inside = 0;
    for (let y = 0; y < steps; y++) {
      for (let x = 0; x < steps; x++) {
        if (outline(((x + 0.5) / steps) * 2 - 1, ((y + 0.5) / steps) * 2 - 1) < 0) inside++;
      }
    }
    expect((inside * 4) / steps ** 2).toBeCloseTo(1, 2);
  });

  it.each(Object.entries(SHAPES))('%s measures distances: slopes near its border are 1', (_, outline) => {
    const step = 1e-5;
    for (let angle = 0.05; angle < 6.28; angle += 0.23) {
      // Walk out from the centre to the border, then compare the slope of the distance there.
      let radius = 0;
      while (outline(radius * Math.sin(angle), radius * Math.cos(angle)) < 0) radius += 1e-3;
      const [x, y] = [(radius + 0.004) * Math.sin(angle), (radius + 0.004) * Math.cos(angle)];
      const dx = (outline(x + step, y) - outline(x - step, y)) / (2 * step);
      const dy = (outline(x, y + step) - outline(x, y - step)) / (2 * step);
      expect(Math.hypot(dx, dy)).toBeCloseTo(1, 3);
    }
  });

  it.each(Object.entries(PATTERNS))('%s gives both tones the same area', (_, { border }) => {
    let first = 0;
    const steps = 400;
    for (let y = 0; y < steps; y++) {
      for (let x = 0; x < steps; x++) {
        // Wide enough that cut-off periods at the border hardly count.
        const [u, v] = [((x + 0.5) / steps - 0.5) * 232, ((y + 0.5) / steps - 0.5) * 232];
        if (border(u, v, 5, 0.13) < 0) first++;
      }
    }
    expect(Math.abs(first / steps ** 2 - 0.5)).toBeLessThan(0.02);
  });
});

function meanColor({ images }: ImageDataset, index: number): number[] {
  const sums = [0, 0, 0];
  for (let c = 0; c < 3; c++) for (let i = 0; i < 1024; i++) sums[c]! += images[index * 3072 + c * 1024 + i]! / 1024;
  return sums;
}

function colorHistogram({ images }: ImageDataset, index: number): number[] {
  const bins = Array<number>(64).fill(0);
  for (let i = 0, at = index * 3072; i < 1024; i++, at++) {
    bins[(images[at]! >> 6) * 16 + (images[at + 1024]! >> 6) * 4 + (images[at + 2048]! >> 6)]!++;
  }
  return bins;
}

function nearestMeanAccuracy(
  train: ImageDataset,
  test: ImageDataset,
  feature: (set: ImageDataset, i: number) => number[],
): number {
  const means = train.classes.map((_, k) => {
    const members = [...train.labels!.keys()].filter((i) => train.labels![i] === k).map((i) => feature(train, i));
    return members[0]!.map((_value, d) => members.reduce((sum, f) => sum + f[d]!, 0) / members.length);
  });
  let right = 0;
  for (let i = 0; i < test.length; i++) {
    const f = feature(test, i);
    const distances = means.map((mean) => mean.reduce((sum, m, d) => sum + (m - f[d]!) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === test.labels![i]) right++;
  }
  return right / test.length;
}
