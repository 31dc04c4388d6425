// Alignment and uniformity: values in closed form, gradients against central differences, refusals.
import * as torch from '@twoview/torch';
import { alignmentLoss, alignmentUniformity, uniformityLoss } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError } from './gradients.js';

const axes = torch.tensor(
  [
    [2, 0, 0],
    [0, 3, 0],
    [0, 0, 0.1],
  ],
  { dtype: 'float64' },
);
const [a, b] = [gaussian(1, 6, 4), gaussian(2, 6, 4)];

describe('alignmentLoss', () => {
  test('orthogonal and opposite views, whatever their lengths', () => {
    const turned = axes.roll([1], [0]);
    expect(alignmentLoss(axes, turned).item()).toBeCloseTo(2, 14);
    expect(alignmentLoss(axes, turned, { alpha: 1 }).item()).toBeCloseTo(Math.SQRT2, 14);
    expect(alignmentLoss(axes, axes.neg(), { alpha: 3 }).item()).toBeCloseTo(8, 13);
    expect(alignmentLoss(axes, axes.mul(5)).item()).toBeCloseTo(0, 14);
  });

  test.each([0.5, 1, 2, 3])('views that agree have gradient zero and no NaN, alpha %s', (alpha) => {
    const z = axes.clone().requiresGrad_();
    const [gradient] = torch.grad(alignmentLoss(z, axes, { alpha }), [z]);
    expect(gradient!.abs().max().item()).toBe(0);
  });

  test.each([1, 2, 3.5])('gradients equal central differences, alpha %s', (alpha) => {
    expect(gradientError((x, y) => alignmentLoss(x!, y!, { alpha }), [a, b])).toBeLessThan(1e-9);
  });
});

describe('uniformityLoss', () => {
  test('a simplex, orthogonal points, a point and its opposite', () => {
    expect(uniformityLoss(axes).item()).toBeCloseTo(-4, 13);
    expect(uniformityLoss(axes, { t: 0.5 }).item()).toBeCloseTo(-1, 13);
    const simplex = axes.sign().sub(1 / 3);
    expect(uniformityLoss(simplex).item()).toBeCloseTo((-4 * 3) / 2, 12);
    const line = torch.tensor([[1], [-1]], { dtype: 'float64' });
    expect(uniformityLoss(line, { t: 3 }).item()).toBeCloseTo(-12, 12);
  });

  test('complete collapse costs 0, the most there is', () => {
    expect(uniformityLoss(torch.ones([5, 4], { dtype: 'float64' })).item()).toBeCloseTo(0, 13);
  });

  test.each([0.5, 2, 8])('gradients equal central differences, t %s', (t) => {
    expect(gradientError((z) => uniformityLoss(z!, { t }), [a])).toBeLessThan(1e-9);
  });
});

describe('alignmentUniformity', () => {
  test('adds the mean uniformity of the views', () => {
    const uniformity = (uniformityLoss(a, { t: 3 }).item() + uniformityLoss(b, { t: 3 }).item()) / 2;
    const expected = alignmentLoss(a, b, { alpha: 1 }).item() + 0.5 * uniformity;
    expect(alignmentUniformity(a, b, { alpha: 1, t: 3, uniformityWeight: 0.5 }).item()).toBeCloseTo(expected, 13);
    expect(alignmentUniformity(a, b).item()).toBeCloseTo(
      alignmentLoss(a, b).item() + (uniformityLoss(a).item() + uniformityLoss(b).item()) / 2,
      13,
    );
  });

  test('gradients equal central differences', () => {
    expect(gradientError((x, y) => alignmentUniformity(x!, y!), [a, b])).toBeLessThan(1e-9);
  });

  test('half precision is computed in float32', () => {
    const z = a.to({ dtype: 'bfloat16' });
    const other = b.to({ dtype: 'bfloat16' });
    const loss = alignmentUniformity(z, other);
    expect(loss.dtype).toBe('float32');
    expect(loss.item()).toBeCloseTo(alignmentUniformity(z.double(), other.double()).item(), 5);
  });
});

test('what they refuse', () => {
  const one = torch.ones([1, 3]);
  expect(() => alignmentLoss(a, axes)).toThrow(/alignmentLoss: z1 is \[6, 4\] and z2 is \[3, 3\]/);
  expect(() => alignmentLoss(a, b, { alpha: 0 })).toThrow(/alpha/);
  expect(() => uniformityLoss(torch.ones([3]))).toThrow(/matrix \[B, D\]/);
  expect(() => uniformityLoss(one)).toThrow(/at least two/);
  expect(() => uniformityLoss(a, { t: -1 })).toThrow(/uniformityLoss: t must/);
  expect(() => alignmentUniformity(one, one)).toThrow(RangeError);
  expect(() => alignmentUniformity(a, b, { uniformityWeight: -1 })).toThrow(/uniformityWeight/);
});
