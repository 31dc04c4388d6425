// Spread on the sphere: values in closed form.
import * as torch from '@twoview/torch';
import { alignment, normalizedStd, uniformity, varianceShare } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { axes, double, gaussian } from './embeddings.js';

test('normalizedStd is 1 for an even spread and 0 for a constant, whatever the lengths', () => {
  expect(normalizedStd(axes(5))).toBeCloseTo(1, 12);
  expect(normalizedStd(gaussian(1, 5000, 32))).toBeGreaterThan(0.99);
  expect(
    normalizedStd(
      double([
        [1, 2],
        [3, 6],
        [0.1, 0.2],
      ]),
    ),
  ).toBeCloseTo(0, 7);
  expect(normalizedStd(torch.zeros([4, 3]))).toBe(0);
});

test('normalizedStd of points at 0 and 90 degrees', () => {
  // Each coordinate is 1 or 0: std 1/2, times sqrt(2).
  expect(
    normalizedStd(
      double([
        [2, 0],
        [0, 7],
      ]),
    ),
  ).toBeCloseTo(Math.SQRT2 / 2, 12);
});

test('normalizedStd counts every chunk', () => {
  const z = torch.cat([torch.ones([9000, 1]), torch.ones([9000, 1]).neg()], 0);
  expect(normalizedStd(z)).toBeCloseTo(1, 12);
});

test('varianceShare is what the mean direction leaves', () => {
  expect(varianceShare(axes(5).mul(3))).toBeCloseTo(1, 12);
  expect(
    varianceShare(
      double([
        [1, 2],
        [3, 6],
      ]),
    ),
  ).toBeCloseTo(0, 12);
  // Directions at 0 and 90 degrees: the mean has length 1 / sqrt(2).
  expect(
    varianceShare(
      double([
        [2, 0],
        [0, 7],
      ]),
    ),
  ).toBeCloseTo(0.5, 12);
  const z = gaussian(3, 300, 8)
    .mul(double([[1, 2, 3, 4, 0.1, 0.1, 1, 1]]))
    .add(1);
  expect(normalizedStd(z) ** 2).toBeLessThan(varianceShare(z));
});

test('alignment is the mean power of the distance between views', () => {
  const z1 = double([
    [1, 0],
    [0, 3],
  ]);
  const z2 = double([
    [0, 5],
    [0, 1],
  ]);
  expect(alignment(z1, z2)).toBeCloseTo((2 + 0) / 2, 12);
  expect(alignment(z1, z2, { alpha: 1 })).toBeCloseTo(Math.SQRT2 / 2, 12);
  expect(() => alignment(z1, double([[1, 0]]))).toThrow(/must pair/);
});

test('uniformity averages over pairs, in any chunks', () => {
  // Of four points at right angles every point has two neighbours at squared distance 2 and one at 4.
  const expected = Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3);
  for (const chunk of [1, 3, 100]) expect(uniformity(axes(2), { chunk })).toBeCloseTo(expected, 10);
  expect(uniformity(torch.ones([6, 3]))).toBeCloseTo(0, 12);
  expect(() => uniformity(torch.ones([1, 3]))).toThrow(/at least two/);
});
