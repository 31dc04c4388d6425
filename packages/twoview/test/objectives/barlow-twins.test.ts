// Barlow Twins: values in closed form, gradients against central differences, refusals.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { barlowTwins, barlowTwinsTerms } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError } from './gradients.js';

/** Four rows whose columns have mean zero, variance one, and no correlation. */
const orthogonal = torch.tensor(
  [
    [1, 1, 1],
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ],
  { dtype: 'float64' },
);
const epsilon = 1e-12;
const values = (terms: { onDiagonal: Tensor; offDiagonal: Tensor }): number[] => [
  terms.onDiagonal.item(),
  terms.offDiagonal.item(),
];

describe('barlowTwins', () => {
  test('uncorrelated dimensions that both views share cost nothing', () => {
    expect(barlowTwins(orthogonal, orthogonal, { lambda: 0.005, epsilon }).item()).toBeCloseTo(0, 14);
  });

  test('means and scales of dimensions do not matter', () => {
    const other = orthogonal.mul(torch.tensor([3, 0.1, 20], { dtype: 'float64' })).add(7);
    expect(barlowTwins(orthogonal, other, { lambda: 0.005, epsilon }).item()).toBeCloseTo(0, 10);
  });

  test('dimensions that all repeat one: every correlation is 1', () => {
    const repeated = orthogonal.slice(1, 0, 1).expand([4, 3]).contiguous();
    const [on, off] = values(barlowTwinsTerms(repeated, repeated, { epsilon }));
    expect(on).toBeCloseTo(0, 12);
    expect(off).toBeCloseTo(6, 10);
  });

  test('opposite views cost 4 for each dimension, complete collapse costs 1', () => {
    expect(values(barlowTwinsTerms(orthogonal, orthogonal.neg(), { epsilon }))[0]).toBeCloseTo(12, 10);
    const point = torch.full([4, 3], 5, { dtype: 'float64' });
    expect(values(barlowTwinsTerms(point, point))).toEqual([3, 0]);
  });

  test('epsilon is added to the variance: correlations are 1 / (1 + epsilon)', () => {
    const [on] = values(barlowTwinsTerms(orthogonal, orthogonal, { epsilon: 0.25 }));
    expect(on).toBeCloseTo(3 * (1 - 1 / 1.25) ** 2, 12);
  });

  test('lambda weighs the second term, scale both', () => {
    const [a, b] = [gaussian(1, 6, 4), gaussian(2, 6, 4)];
    const [on, off] = values(barlowTwinsTerms(a, b)) as [number, number];
    expect(barlowTwins(a, b, { lambda: 0.3 }).item()).toBeCloseTo(on + 0.3 * off, 12);
    expect(barlowTwins(a, b, { lambda: 0.3, scale: 0.024 }).item()).toBeCloseTo(0.024 * (on + 0.3 * off), 12);
  });

  test('gradients equal central differences', () => {
    const inputs = [gaussian(3, 6, 4), gaussian(4, 6, 4)];
    expect(gradientError((a, b) => barlowTwins(a!, b!, { lambda: 0.005 }), inputs)).toBeLessThan(1e-9);
    expect(gradientError((a, b) => barlowTwins(a!, b!, { lambda: 2, scale: 0.024 }), inputs)).toBeLessThan(1e-9);
    expect(gradientError((a, b) => barlowTwinsTerms(a!, b!).offDiagonal, inputs)).toBeLessThan(1e-9);
  });

  test('collapsed embeddings have a finite gradient', () => {
    const point = torch.ones([4, 3], { requiresGrad: true });
    const [gradient] = torch.grad(barlowTwins(point, point, { lambda: 1 }), [point]);
    expect(gradient!.isfinite().all().item()).toBe(1);
  });

  test('half precision is computed in float32', () => {
    const z = gaussian(5, 8, 4).to({ dtype: 'bfloat16' });
    const loss = barlowTwins(z, z, { lambda: 0.005 });
    expect(loss.dtype).toBe('float32');
    expect(loss.item()).toBeCloseTo(barlowTwins(z.double(), z.double(), { lambda: 0.005 }).item(), 5);
  });

  test('what it refuses', () => {
    const a = torch.ones([2, 3]);
    expect(() => barlowTwins(a, torch.ones([2, 4]), { lambda: 1 })).toThrow(/barlowTwins: z1 is \[2, 3\] and z2/);
    expect(() => barlowTwins(torch.ones([1, 3]), torch.ones([1, 3]), { lambda: 1 })).toThrow(/at least two/);
    expect(() => barlowTwins(a, a, { lambda: -1 })).toThrow(/lambda/);
    expect(() => barlowTwins(a, a, { lambda: Number.NaN })).toThrow(RangeError);
    expect(() => barlowTwins(a, a, { lambda: 1, scale: 0 })).toThrow(/scale/);
    expect(() => barlowTwins(a, a, { lambda: 1, epsilon: 0 })).toThrow(/epsilon/);
  });
});
