// The exponent of a spectrum, on spectra that are power laws.
import * as torch from '@twoview/torch';
import { alphaReQ } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { double, gaussian } from './embeddings.js';

const powers = (alpha: number, count: number) => Float64Array.from({ length: count }, (_, i) => 7 * (i + 1) ** -alpha);

test('the exponent of an exact power law', () => {
  for (const alpha of [0, 0.5, 1, 2.5]) {
    const fit = alphaReQ(powers(alpha, 64));
    expect(fit.alpha).toBeCloseTo(alpha, 10);
    expect(fit.r2).toBeCloseTo(1, 10);
    expect(fit.range).toEqual([3, 64]);
  }
});

test('the first two ranks and those after 100 do not count, unless asked for', () => {
  const values = powers(1, 200);
  values[0] = 1e6;
  values.fill(1e-9, 100);
  expect(alphaReQ(values).alpha).toBeCloseTo(1, 10);
  expect(alphaReQ(values).range).toEqual([3, 100]);
  expect(alphaReQ(values, { range: [1, 50] }).alpha).toBeGreaterThan(1.5);
  expect(() => alphaReQ(values, { range: [5, 5] })).toThrow(/two ascending ranks from 1, not 5 to 5/);
});

test('zeros end the fit; few values are all fitted; one has no slope', () => {
  const values = new Float64Array(20);
  values.set(powers(1.5, 9));
  expect(alphaReQ(values)).toMatchObject({ range: [3, 9] });
  expect(alphaReQ(values).alpha).toBeCloseTo(1.5, 10);
  expect(alphaReQ(powers(1.5, 4))).toMatchObject({ range: [1, 4] });
  expect(alphaReQ(powers(1.5, 1)).alpha).toBeNaN();
  expect(alphaReQ(new Float64Array(5)).alpha).toBeNaN();
});

test('of embeddings it is that of their covariance, wherever their mean lies', () => {
  const scale = double([Array.from({ length: 24 }, (_, i) => (i + 1) ** -0.6)]);
  const z = gaussian(1, 20000, 24).mul(scale).add(3);
  expect(alphaReQ(z).alpha).toBeCloseTo(1.2, 1);
  expect(alphaReQ(torch.ones([5, 3])).alpha).toBeNaN();
});
