// The spectrum and the ranks made of it, on embeddings whose spectrum is known.
import * as torch from '@twoview/torch';
import {
  correlationEigenvalues,
  correlationMatrix,
  covarianceEigenvalues,
  effectiveRank,
  participationRatio,
  rankMe,
  spectrum,
} from 'twoview/metrics';
import { describe, expect, test } from 'vitest';
import { axes, double, gaussian } from './embeddings.js';

describe('known spectra', () => {
  test('an even spread over 6 axes has rank 6 by every definition', () => {
    const { eigenvalues, topShare, ...ranks } = spectrum(axes(6));
    for (const rank of [ranks.effectiveRank, ranks.rankMe, ranks.participationRatio]) expect(rank).toBeCloseTo(6, 10);
    for (const value of eigenvalues) expect(value).toBeCloseTo(1 / 6, 12);
    expect(topShare).toBeCloseTo(1 / 6, 12);
  });

  test('one direction with two signs has rank 1', () => {
    const z = double([[3], [-1], [2], [-4]]).mm(double([[1, 2, 2, 0]]));
    const result = spectrum(z);
    expect(result.effectiveRank).toBeCloseTo(1, 10);
    expect(result.rankMe).toBeCloseTo(1, 6);
    expect(result.participationRatio).toBeCloseTo(1, 10);
    expect(Array.from(result.eigenvalues.subarray(1))).toEqual([0, 0, 0]);
    expect(result.eigenvalues[0]).toBeCloseTo((9 * (9 + 1 + 4 + 16)) / 4, 10);
  });

  test('axes with lengths 1, 2 and 3: the entropy of 1 : 4 : 9, and of 1 : 2 : 3 for singular values', () => {
    const z = axes(3).mul(double([[1, 2, 3]]));
    const entropy = (weights: number[]) => {
      const sum = weights.reduce((a, b) => a + b);
      return Math.exp(-weights.reduce((h, w) => h + (w / sum) * Math.log(w / sum), 0));
    };
    expect(effectiveRank(z)).toBeCloseTo(entropy([1, 4, 9]), 12);
    expect(rankMe(z)).toBeCloseTo(entropy([1, 2, 3]), 12);
    expect(participationRatio(z)).toBeCloseTo(14 ** 2 / (1 + 16 + 81), 12);
    expect(Array.from(correlationEigenvalues(z), (v) => Math.round(v * 3e9) / 1e9)).toEqual([9, 4, 1]);
  });

  test('a shared mean counts in effectiveRank, which is uncentred, and not in the others', () => {
    const moved = axes(6).add(double([[50, 0, 0, 0, 0, 0]]));
    expect(effectiveRank(moved)).toBeLessThan(1.02);
    expect(rankMe(moved)).toBeCloseTo(6, 6);
    expect(participationRatio(moved)).toBeCloseTo(6, 6);
  });

  test('an isotropic Gaussian comes close to full rank', () => {
    expect(effectiveRank(gaussian(1, 20000, 16))).toBeGreaterThan(15.95);
  });
});

test('fewer embeddings than dimensions give the same values by their inner products', () => {
  const z = gaussian(2, 5, 12);
  const values = correlationEigenvalues(z);
  const full = torch.linalgEigvalsh(correlationMatrix(z)).data() as Float64Array;
  expect(values.length).toBe(12);
  for (let i = 0; i < 5; i++) expect(values[i]).toBeCloseTo(full[11 - i]!, 12);
  expect(Array.from(values.subarray(5))).toEqual(Array(7).fill(0));
});

test('more rows than one chunk are all counted', () => {
  const z = gaussian(3, 20000, 3);
  const expected = z.t().mm(z).div(20000).tolist() as number[][];
  const found = correlationMatrix(z).tolist() as number[][];
  expected.flat().forEach((value, i) => {
    expect(found.flat()[i]).toBeCloseTo(value, 12);
  });
});

test('float32 and bfloat16 embeddings are measured in float64', () => {
  expect(correlationMatrix(axes(4).float()).dtype).toBe('float64');
  expect(effectiveRank(axes(4).to({ dtype: 'bfloat16' }))).toBeCloseTo(4, 10);
});

test('constant, zero and diverged embeddings', () => {
  const constant = spectrum(
    double([
      [1, 2],
      [1, 2],
      [1, 2],
    ]),
  );
  expect(constant.effectiveRank).toBeCloseTo(1, 12);
  expect(constant.rankMe).toBe(0);
  expect(constant.participationRatio).toBe(0);
  expect(effectiveRank(torch.zeros([4, 3]))).toBe(0);
  expect(
    spectrum(
      double([
        [1, Number.NaN],
        [0, 1],
      ]),
    ).effectiveRank,
  ).toBeNaN();
  expect(
    rankMe(
      double([
        [1, Number.POSITIVE_INFINITY],
        [0, 1],
      ]),
    ),
  ).toBeNaN();
});

test('measuring leaves no tensor behind, and refuses what is no matrix', () => {
  const z = gaussian(4, 50, 8);
  const before = torch.memory().handles;
  spectrum(z);
  covarianceEigenvalues(z);
  expect(torch.memory().handles).toBe(before);
  expect(() => spectrum(torch.zeros([3]))).toThrow(/matrix \[N, D\], not of shape \[3\]/);
});
