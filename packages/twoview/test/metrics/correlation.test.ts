// Correlation between dimensions: copies, groups, rotations, and dimensions that do not vary.
import * as torch from '@twoview/torch';
import {
  correlationCoefficients,
  correlationSpectrum,
  deadDimensions,
  dimensionsFor,
  offDiagonalCorrelation,
  participationRatio,
} from 'twoview/metrics';
import { expect, test } from 'vitest';
import { axes, double, gaussian } from './embeddings.js';

test('copies of one number, at any scale, shift and sign, correlate fully', () => {
  const scalar = gaussian(1, 500, 1);
  const z = scalar.mul(double([[1, -2, 300, 0.01]])).add(double([[0, 5, -7, 1]]));
  expect(offDiagonalCorrelation(z)).toEqual({ mean: expect.closeTo(1, 10), constant: 0 });
  const [first, ...others] = correlationSpectrum(z);
  expect(first).toBeCloseTo(4, 10);
  for (const value of others) expect(value).toBeLessThan(1e-9);
});

test('orthogonal dimensions do not correlate, and their spectrum is flat whatever their scales', () => {
  const z = axes(6).mul(double([[1, 2, 3, 4, 5, 6]]));
  expect(offDiagonalCorrelation(z).mean).toBeCloseTo(0, 12);
  for (const value of correlationSpectrum(z)) expect(value).toBeCloseTo(1, 12);
});

test('whitened groups that copy each other: rank and correlation as predicted', () => {
  // G groups of g axes, each a rotation of the same g white directions (Hua et al. 2021, collapse between groups).
  const [count, groups, g] = [4000, 16, 4];
  const white = gaussian(2, count, g);
  const rotations = Array.from({ length: groups }, (_, i) => torch.linalgQr(gaussian(10 + i, g, g))[0]);
  const z = torch.cat(
    rotations.map((rotation) => white.mm(rotation)),
    1,
  );
  const d = groups * g;
  expect(participationRatio(z)).toBeCloseTo(g, 1);
  // Gamma(2) / (sqrt(pi) Gamma(2.5)) between groups, none within.
  const expected = (((groups - 1) * g) / (d - 1)) * (1 / (Math.sqrt(Math.PI) * 1.329340388179137));
  expect(Math.abs(offDiagonalCorrelation(z).mean / expected - 1)).toBeLessThan(0.1);
});

test('dimensions that do not vary are left out and counted', () => {
  const z = torch.cat([gaussian(3, 50, 2), torch.full([50, 3], 0.1, { dtype: 'float64' })], 1).float();
  const all = correlationCoefficients(z);
  expect(all).toMatchObject({ dimension: 5, constant: 3 });
  expect(Array.from(all.matrix.subarray(10))).toEqual(Array(15).fill(0));
  const two = offDiagonalCorrelation(z.narrow(1, 0, 2));
  expect(offDiagonalCorrelation(all)).toEqual({ mean: two.mean, constant: 3 });
  expect(correlationSpectrum(all).reduce((a, b) => a + b)).toBeCloseTo(2, 6);
  expect(offDiagonalCorrelation(torch.ones([4, 3]))).toEqual({ mean: Number.NaN, constant: 3 });
  expect(correlationSpectrum(torch.full([4, 3], Number.NaN)).every(Number.isNaN)).toBe(true);
});

test('dead dimensions: those that hardly vary, and those always zero', () => {
  const z = axes(4).mul(double([[1, 1, 0.01, 0]]));
  expect(deadDimensions(z)).toEqual({ share: 0.5, alwaysZero: 0.25 });
  expect(deadDimensions(z, { fraction: 0.001 })).toEqual({ share: 0.25, alwaysZero: 0.25 });
  // Constant, but not zero.
  expect(deadDimensions(z.add(1))).toEqual({ share: 0.5, alwaysZero: 0 });
  expect(deadDimensions(torch.zeros([4, 3]))).toEqual({ share: 1, alwaysZero: 1 });
});

test('dimensionsFor counts the components that carry a share of the variance', () => {
  const values = Float64Array.from([90, 9, 0.9, 0.1]);
  expect([0.5, 0.9, 0.91, 0.99, 0.995, 1].map((share) => dimensionsFor(values, share))).toEqual([1, 1, 2, 2, 3, 4]);
  expect(dimensionsFor(axes(7), 0.99)).toBe(7);
  expect(dimensionsFor(axes(10), 0.9)).toBe(9);
  expect(dimensionsFor(torch.ones([5, 3]), 0.9)).toBe(0);
  expect(dimensionsFor(Float64Array.of(Number.NaN, 1), 0.9)).toBeNaN();
  expect(() => dimensionsFor(values, 0)).toThrow(/must be in \(0, 1\], not 0/);
});

test('measuring leaves no tensor behind', () => {
  const z = gaussian(4, 50, 8);
  const before = torch.memory().handles;
  offDiagonalCorrelation(z);
  correlationSpectrum(z);
  deadDimensions(z);
  expect(torch.memory().handles).toBe(before);
});
