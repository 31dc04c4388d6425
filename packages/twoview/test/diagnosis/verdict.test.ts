// Verdicts on embeddings with known answers.
import * as torch from '@twoview/torch';
import { judgeLayer, measureBatch, measureLayer, measurePairs } from 'twoview/diagnosis';
import { describe, expect, test } from 'vitest';
import { copies, gaussian, groups, point, subspace } from './embeddings.js';

const judgeZ = (z: torch.Tensor, step?: number) =>
  judgeLayer(measureLayer(z), { layer: 'z', ...(step !== undefined && { step }) });

describe('z', () => {
  test.each([
    ['an isotropic Gaussian', gaussian(1, 1000, 64), 'healthy', 60],
    ['eight directions of 64', subspace(1000, 64, 8), 'healthy', 8],
    ['one direction', subspace(1000, 64, 1), 'dimensional collapse', 1],
    ['copies of one number', copies(1000, 64), 'dimensional collapse', 1],
    ['32 groups of two axes', groups(1000, 32, 2), 'dimensional collapse', 2],
    ['one point and noise', point(1000, 64), 'complete collapse', 60],
    ['one point', torch.ones([100, 8]), 'complete collapse', 0],
    ['infinity', torch.full([100, 8], Number.POSITIVE_INFINITY), 'diverged', Number.NaN],
  ] as const)('%s', (_, z, verdict, dimension) => {
    const found = judgeZ(z);
    expect(found.verdict).toBe(verdict);
    if (!Number.isNaN(dimension))
      expect(Math.abs(found.effectiveDimension - dimension)).toBeLessThan(0.06 * dimension + 0.1);
    expect(found.summary).toMatch(new RegExp(`^z: ${verdict}\\. `));
    expect(found.evidence.length).toBeGreaterThan(5);
  });

  test('evidence names the lines that were crossed, and only those', () => {
    const crossed = judgeZ(copies(1000, 64)).evidence.filter(({ ok }) => !ok);
    expect(crossed.map(({ measure }) => measure)).toEqual(['participation ratio', 'correlation of dimensions']);
    expect(crossed[1]!.value).toBeGreaterThan(0.98);
    expect(judgeZ(gaussian(1, 1000, 64)).evidence.every(({ ok }) => ok)).toBe(true);
  });

  test('waits for the first steps, and for a young target with a narrow z alone', () => {
    expect(judgeZ(point(200, 16), 20).verdict).toBe('too early');
    expect(judgeZ(point(200, 16), 200).verdict).toBe('complete collapse');
    const narrow = measureLayer(copies(200, 16));
    expect(judgeLayer(narrow, { layer: 'z', step: 200, settled: 500 }).verdict).toBe('too early');
    expect(judgeLayer(narrow, { layer: 'z', step: 600, settled: 500 }).verdict).toBe('dimensional collapse');
    expect(judgeLayer(measureLayer(point(200, 16)), { layer: 'z', step: 200, settled: 500 }).verdict).toBe(
      'complete collapse',
    );
  });

  test('a history that falls is told', () => {
    const history = Array.from({ length: 20 }, (_, i) => ({
      step: 10 * i,
      varianceShare: Math.exp(-0.01 * 10 * i),
      participationRatio: 5,
    }));
    const { evidence } = judgeLayer(measureLayer(gaussian(1, 300, 8)), { layer: 'z', history });
    const trend = evidence.find(({ measure }) => /trend/.test(measure))!;
    expect(trend.value).toBeCloseTo(-10, 6);
    expect(trend.meaning).toMatch(/it falls/);
  });
});

describe('h', () => {
  const judgeH = (h: torch.Tensor) => judgeLayer(measureLayer(h), { layer: 'h' }).verdict;

  test('a large common mean, as a ReLU leaves it, is no collapse', () => {
    const h = gaussian(1, 800, 64).add(1).relu().add(4);
    expect(judgeH(h)).toBe('healthy');
    expect(judgeZ(h).evidence.find(({ measure }) => measure === 'effective rank')!.value).toBeLessThan(1.5);
  });

  test('few directions, and one point', () => {
    expect(judgeH(subspace(800, 64, 2).relu())).toBe('healthy');
    expect(judgeH(subspace(800, 64, 2))).toBe('dimensional collapse');
    expect(judgeH(point(800, 64, 1e-3))).toBe('complete collapse');
  });

  test('dead units are counted', () => {
    const h = torch.cat([gaussian(1, 300, 6).relu(), torch.zeros([300, 2])], 1);
    expect(measureLayer(h).dead).toEqual({ share: 0.25, alwaysZero: 0.25 });
  });
});

test('pairs: views that agree, that share half their variance, and that share nothing', () => {
  const [images, views, d] = [300, 4, 32];
  const content = gaussian(1, images, d)
    .unsqueeze(1)
    .expand([images, views, d])
    .reshape([images * views, d]);
  const noise = gaussian(2, images * views, d);
  const same = measurePairs(content, { views });
  expect(same.alignment).toBeLessThan(1e-10);
  expect(same.viewDistance).toBeLessThan(1e-10);
  const half = measurePairs(content.add(noise), { views });
  expect(half.augmentationVariance).toBeGreaterThan(0.9);
  expect(half.augmentationVariance).toBeLessThan(1.1);
  expect(half.viewDistance).toBeGreaterThan(0.45);
  expect(half.viewDistance).toBeLessThan(0.55);
  expect(half.lidar).toBeGreaterThan(0.85 * d);
  const nothing = measurePairs(noise, { views, lidar: false });
  expect(nothing.viewDistance).toBeGreaterThan(0.98);
  expect(nothing.lidar).toBeNull();
  expect(() => measurePairs(noise, { views: 7 })).toThrow(/two or more images of 7 views/);
});

test('a batch tells the same as many images, within its bounds, and leaves nothing behind', () => {
  const z = copies(128, 512);
  const before = torch.memory().handles;
  const batch = measureBatch(z);
  expect(torch.memory().handles).toBe(before);
  expect(batch.participationRatio).toBeLessThan(1.05);
  expect(batch.offDiagonalCorrelation).toBeGreaterThan(0.98);
  expect(batch.varianceShare).toBeGreaterThan(0.9);
  expect(batch.norm).toBeCloseTo(Math.sqrt(z.square().sum([1]).mean().item()), 3);
  const healthy = measureBatch(gaussian(3, 128, 512));
  expect(healthy.participationRatio).toBeGreaterThan(90);
  expect(healthy.participationRatio).toBeLessThan(128);
  expect(healthy.offDiagonalCorrelation).toBeCloseTo(Math.sqrt(2 / (Math.PI * 128)), 1);
  expect(healthy.spectrumTail).toBeGreaterThan(0.1);
  expect(batch.spectrumTail).toBeLessThan(1e-3);
  expect(measureBatch(torch.ones([4, 3]))).toMatchObject({ varianceShare: 0, participationRatio: 0, spectrumTail: 0 });
});

describe('a narrow layer on its way out', () => {
  const narrow = measureLayer(copies(400, 16));
  const history = (share: (t: number) => number, ratio: (t: number) => number) =>
    Array.from({ length: 21 }, (_, i) => ({
      step: 10 * i,
      varianceShare: share(i / 20),
      participationRatio: ratio(i / 20),
    }));

  test.each([
    [
      'the variance share of nearly equal embeddings grows',
      history(
        (t) => 0.05 * 4 ** (t ** 2),
        () => 1.04,
      ),
      'too early',
    ],
    [
      'the number of directions grows',
      history(
        () => 0.8,
        (t) => 1 + t,
      ),
      'too early',
    ],
    [
      'it stays narrow',
      history(
        () => 0.02,
        () => 1.02,
      ),
      'dimensional collapse',
    ],
    [
      'it gets narrower',
      history(
        () => 0.8,
        (t) => 2 - t,
      ),
      'dimensional collapse',
    ],
    [
      'its share grows and is large already',
      history(
        (t) => 0.3 + 0.6 * t,
        () => 1,
      ),
      'dimensional collapse',
    ],
  ])('%s', (_, points, verdict) => {
    expect(judgeLayer(narrow, { layer: 'z', step: 200, history: points }).verdict).toBe(verdict);
  });
});
