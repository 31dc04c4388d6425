// Predictor alignment on predictors whose eigenvectors are known.
import * as torch from '@twoview/torch';
import { correlationMatrix, predictorAlignment } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { double, gaussian } from './embeddings.js';

test('a predictor that is a power of F is aligned and symmetric', () => {
  const correlation = correlationMatrix(gaussian(1, 200, 6).mul(double([[1, 2, 3, 4, 5, 6]])));
  const result = predictorAlignment(correlation.mm(correlation), correlation, { top: 4 });
  expect(result.cosines).toHaveLength(4);
  for (const cosine of result.cosines) expect(cosine).toBeCloseTo(1, 10);
  result.predictorValues.forEach((p, j) => {
    expect(p).toBeCloseTo(result.eigenvalues[j]! ** 2, 8);
  });
  expect(result.eigenvalues).toEqual([...result.eigenvalues].sort((a, b) => b - a));
  expect(result.asymmetry).toBeLessThan(1e-14);
});

test('a rotation by 60 degrees in the leading plane', () => {
  const [c, s] = [Math.cos(Math.PI / 3), Math.sin(Math.PI / 3)];
  const rotation = double([
    [c, -s, 0],
    [s, c, 0],
    [0, 0, 1],
  ]);
  const correlation = double([
    [3, 0, 0],
    [0, 2, 0],
    [0, 0, 1],
  ]);
  const result = predictorAlignment(rotation, correlation);
  expect(result.cosines.map((x) => Number(x.toFixed(10)))).toEqual([0.5, 0.5, 1]);
  expect(result.mean).toBeCloseTo(2 / 3, 12);
  // Wp - Wp^T has two entries of size 2 sin 60; ||Wp||^2 is 3.
  expect(result.asymmetry).toBeCloseTo(Math.sqrt((2 * (2 * s) ** 2) / 3), 12);
});

test('a negative eigenvalue counts as opposite, a zero predictor as unrelated', () => {
  const correlation = double([
    [2, 0],
    [0, 1],
  ]);
  expect(
    predictorAlignment(
      double([
        [-1, 0],
        [0, 1],
      ]),
      correlation,
    ).cosines,
  ).toEqual([-1, 1]);
  const zero = predictorAlignment(torch.zeros([2, 2]), correlation);
  expect(zero.mean).toBe(0);
  expect(zero.asymmetry).toBe(0);
});

test('matrices of different sizes are refused', () => {
  expect(() => predictorAlignment(torch.zeros([2, 2]), torch.zeros([3, 3]))).toThrow(/correlation is \[3, 3\]/);
  expect(() => predictorAlignment(torch.zeros([2, 3]), torch.zeros([2, 2]))).toThrow(/predictor is \[2, 3\]/);
});
