// Objectives: values in closed form, gradients against central differences, and refusals.

import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { cosine, infoNce, l2Normalize, mse, ntXent } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, largestDifference, numericGradients, valueAndGradients } from './gradients.js';

const double = (rows: number[][]): Tensor => torch.tensor(rows, { dtype: 'float64' });
const axes = double([
  [2, 0],
  [0, 3],
]);

describe('values', () => {
  test('cosine ignores lengths and averages over the batch', () => {
    const p = double([
      [3, 0],
      [1, 1],
    ]);
    const target = double([
      [5, 0],
      [0, 7],
    ]);
    const mean = (1 + Math.SQRT1_2) / 2;
    expect(cosine(p, target).item()).toBeCloseTo(-mean, 14);
    expect(cosine(p, target, { convention: 'byol' }).item()).toBeCloseTo(2 - 2 * mean, 14);
    expect(cosine(p, target, { convention: 'directpred' }).item()).toBeCloseTo(-2 * mean, 14);
  });

  test('a zero row costs what an orthogonal one does, and gives no NaN', () => {
    const zero = torch.zeros([1, 3], { dtype: 'float64' });
    expect(cosine(zero, double([[1, 2, 3]])).item()).toBe(-0);
    expect(l2Normalize(zero).tolist()).toEqual([[0, 0, 0]]);
  });

  test('mse averages over features or sums them', () => {
    const p = double([
      [1, 2],
      [3, 4],
    ]);
    const target = double([
      [0, 2],
      [3, 1],
    ]);
    expect(mse(p, target).item()).toBeCloseTo(10 / 4, 14);
    expect(mse(p, target, { features: 'sum' }).item()).toBeCloseTo(10 / 2, 14);
  });

  test('normalised mse summed over features is 2 - 2 cos', () => {
    const [p, target] = [gaussian(1, 7, 5), gaussian(2, 7, 5)];
    const byol = cosine(p, target, { convention: 'byol' }).item();
    expect(mse(p, target, { features: 'sum', normalize: true }).item()).toBeCloseTo(byol, 13);
  });

  test('NT-Xent of two orthogonal pairs: one positive at 1, two negatives at 0', () => {
    const temperature = 0.5;
    const expected = Math.log(Math.exp(2) + 2) - 2;
    expect(ntXent(axes, axes, { temperature }).item()).toBeCloseTo(expected, 14);
  });

  test('NT-Xent of collapsed embeddings is log(2B - 1)', () => {
    const same = torch.ones([6, 4], { dtype: 'float64' });
    expect(ntXent(same, same, { temperature: 0.1 }).item()).toBeCloseTo(Math.log(11), 12);
  });

  test('NT-Xent of a single pair has nothing to tell apart', () => {
    expect(ntXent(double([[1, 0]]), double([[0, 1]]), { temperature: 0.1 }).item()).toBeCloseTo(0, 12);
  });

  test('InfoNCE in the batch: orthonormal keys, and equal ones', () => {
    expect(infoNce(axes, axes, { temperature: 1 }).item()).toBeCloseTo(Math.log(Math.E + 1) - 1, 14);
    const same = torch.ones([5, 3], { dtype: 'float64' });
    expect(infoNce(same, same, { temperature: 0.2 }).item()).toBeCloseTo(Math.log(5), 13);
  });

  test('InfoNCE with a queue leaves the other keys of the batch out', () => {
    const queries = double([
      [1, 0],
      [4, 0],
    ]);
    const negatives = double([
      [0, 2],
      [-3, 0],
    ]);
    const expected = Math.log(Math.exp(5) + 1 + Math.exp(-5)) - 5;
    expect(infoNce(queries, queries, { temperature: 0.2, negatives }).item()).toBeCloseTo(expected, 13);
  });

  test('no gradient flows into a detached queue, nor is the queue asked for one', () => {
    const [queries, keys, queue] = [4, 5, 6].map((seed) => gaussian(seed, 4, 3).requiresGrad_());
    const loss = infoNce(queries!, keys!.detach(), { temperature: 0.2, negatives: queue!.detach() });
    const [toQueries, ...others] = torch.grad(loss, [queries!, keys!, queue!], { allowUnused: true });
    expect(toQueries!.abs().max().item()).toBeGreaterThan(0);
    expect(others).toEqual([null, null]);
  });

  test('a queue in half precision is computed in float32', () => {
    const [queries, keys, negatives] = [4, 5, 6].map((seed) => gaussian(seed, 4, 3).to({ dtype: 'bfloat16' }));
    const loss = infoNce(queries!, keys!, { temperature: 0.2, negatives: negatives! });
    expect(loss.dtype).toBe('float32');
    const wide = infoNce(queries!.double(), keys!.double(), { temperature: 0.2, negatives: negatives!.double() });
    expect(loss.item()).toBeCloseTo(wide.item(), 5);
  });

  test('large logits do not overflow in float32', () => {
    const z = torch.tensor([
      [1, 0],
      [0, 1],
    ]);
    expect(ntXent(z, z, { temperature: 0.005 }).item()).toBeCloseTo(0, 5);
  });

  test('bfloat16 embeddings are computed in float32', () => {
    const z = gaussian(3, 8, 16).to({ dtype: 'bfloat16' });
    const loss = ntXent(z, z, { temperature: 0.5 });
    expect(loss.dtype).toBe('float32');
    expect(loss.item()).toBeCloseTo(ntXent(z.double(), z.double(), { temperature: 0.5 }).item(), 5);
  });
});

describe('gradients equal central differences', () => {
  const [a, b, queue] = [gaussian(11, 5, 4), gaussian(12, 5, 4), gaussian(13, 7, 4)];
  const cases: [string, (...inputs: Tensor[]) => Tensor, Tensor[]][] = [
    ['cosine', (p, t) => cosine(p!, t!), [a, b]],
    ['cosine, byol', (p, t) => cosine(p!, t!, { convention: 'byol' }), [a, b]],
    ['cosine, directpred', (p, t) => cosine(p!, t!, { convention: 'directpred' }), [a, b]],
    ['mse', (p, t) => mse(p!, t!), [a, b]],
    ['mse, normalised and summed', (p, t) => mse(p!, t!, { normalize: true, features: 'sum' }), [a, b]],
    ['ntXent', (p, t) => ntXent(p!, t!, { temperature: 0.3 }), [a, b]],
    ['infoNce in the batch', (p, t) => infoNce(p!, t!, { temperature: 0.3 }), [a, b]],
    ['infoNce with a queue', (p, t, n) => infoNce(p!, t!, { temperature: 0.3, negatives: n! }), [a, b, queue]],
  ];
  test.each(cases)('%s', (_, loss, inputs) => {
    const { gradients } = valueAndGradients(loss, inputs);
    expect(largestDifference(gradients, numericGradients(loss, inputs))).toBeLessThan(1e-9);
    expect(Math.max(...gradients.flat().map(Math.abs))).toBeGreaterThan(1e-3);
  });

  test('the gradient of cosine is orthogonal to its input: lengths do not matter', () => {
    const { gradients } = valueAndGradients((p, t) => cosine(p!, t!), [a, b]);
    const rows = a.data() as Float64Array;
    for (let i = 0; i < 5; i++) {
      const along = [0, 1, 2, 3].reduce((sum, j) => sum + rows[4 * i + j]! * gradients[0]![4 * i + j]!, 0);
      expect(Math.abs(along)).toBeLessThan(1e-15);
    }
  });
});

describe('refusals', () => {
  const [a, b] = [torch.ones([2, 3]), torch.ones([3, 3])];
  test('shapes that do not pair', () => {
    expect(() => cosine(a, b)).toThrow(/cosine: p is \[2, 3\] and target is \[3, 3\]/);
    expect(() => mse(a, torch.ones([2, 4]))).toThrow(RangeError);
    expect(() => ntXent(torch.ones([2]), torch.ones([2]), { temperature: 1 })).toThrow(/matrix \[B, D\]/);
    expect(() => infoNce(a, a, { temperature: 1, negatives: torch.ones([2, 4]) })).toThrow(/4 dimensions/);
  });
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('temperature %s', (temperature) => {
    expect(() => ntXent(a, a, { temperature })).toThrow(/temperature/);
    expect(() => infoNce(a, a, { temperature })).toThrow(/temperature/);
  });
});
