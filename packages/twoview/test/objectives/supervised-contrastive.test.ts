// SupCon: agreement with NT-Xent, closed forms, masks, gradients against central differences, refusals.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { ntXent, supervisedContrastive } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError, valueAndGradients } from './gradients.js';

const variants = ['out', 'in'] as const;
const [a, b, c] = [gaussian(1, 5, 4), gaussian(2, 5, 4), gaussian(3, 5, 4)];
const distinct = Int32Array.of(0, 1, 2, 3, 4);
const shared = Int32Array.of(0, 1, 0, 2, 1);
const temperature = 0.3;

/** A bool matrix from a rule on rows and columns. */
const mask = (count: number, rule: (i: number, j: number) => boolean): Tensor =>
  torch
    .tensor(Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => Number(rule(i, j)))))
    .to({ dtype: 'bool' });

describe.each(variants)('supervisedContrastive, %s', (variant) => {
  test('two views with distinct labels are NT-Xent', () => {
    const loss = supervisedContrastive([a, b], distinct, { temperature, variant });
    expect(loss.item()).toBeCloseTo(ntXent(a, b, { temperature }).item(), 13);
  });

  test('collapsed embeddings cost log(V B - 1)', () => {
    const point = torch.ones([5, 4], { dtype: 'float64' });
    const loss = supervisedContrastive([point, point, point], shared, { temperature, variant });
    expect(loss.item()).toBeCloseTo(Math.log(14), 12);
  });

  test('classes on orthogonal axes: positives at 1, negatives at 0', () => {
    const z = torch.tensor([[2, 0], [0, 1], [3, 0], [0, 4]], { dtype: 'float64' }); // biome-ignore format: a matrix
    const loss = supervisedContrastive([z, z], Int32Array.of(0, 1, 0, 1), { temperature: 0.5, variant });
    expect(loss.item()).toBeCloseTo(Math.log(3 * Math.exp(2) + 4) - 2, 13);
  });

  test('the base temperature is a factor', () => {
    const options = { temperature, variant };
    const loss = supervisedContrastive([a, b], shared, options).item();
    const based = supervisedContrastive([a, b], shared, { ...options, baseTemperature: 0.07 }).item();
    expect(based).toBeCloseTo((loss * temperature) / 0.07, 11);
  });

  test('an anchor without positives costs nothing, repels others, and counts in the mean', () => {
    const z = torch.tensor(
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      { dtype: 'float64' },
    );
    const labels = Int32Array.of(0, 0, 7);
    const loss = supervisedContrastive([z], labels, { temperature: 1, variant });
    expect(loss.item()).toBeCloseTo((2 / 3) * (Math.log(Math.E + 1) - 1), 14);
    const { gradients } = valueAndGradients(
      (x) => supervisedContrastive([x!], labels, { temperature, variant }),
      [gaussian(4, 3, 2)],
    );
    expect(gradients[0]!.every(Number.isFinite)).toBe(true);
    expect(Math.abs(gradients[0]![4]!)).toBeGreaterThan(1e-3);
  });

  test('without any positive the loss and its gradient are zero', () => {
    const { value, gradients } = valueAndGradients(
      (x) => supervisedContrastive([x!], distinct, { temperature, variant }),
      [a],
    );
    expect(value).toBe(0);
    expect(gradients[0]!.every((g) => g === 0)).toBe(true);
  });

  test('gradients equal central differences', () => {
    const losses: ((...views: Tensor[]) => Tensor)[] = [
      (...views) => supervisedContrastive(views, distinct, { temperature, variant }),
      (...views) => supervisedContrastive(views, shared, { temperature, variant, baseTemperature: 0.07 }),
    ];
    for (const loss of losses) {
      expect(gradientError(loss, [a, b])).toBeLessThan(1e-9);
      expect(gradientError(loss, [a, b, c])).toBeLessThan(1e-9);
    }
    const lonely = (x: Tensor): Tensor => supervisedContrastive([x], shared, { temperature, variant });
    expect(gradientError((x) => lonely(x!), [a])).toBeLessThan(1e-9);
  });

  test('gradients through masks equal central differences', () => {
    const positives = mask(10, (i, j) => (i + j) % 3 === 0 && i !== 4);
    const negatives = mask(10, (i, j) => (i + 2 * j) % 4 === 1 && i !== 4);
    const loss = (...views: Tensor[]): Tensor =>
      supervisedContrastive(views, shared, { temperature, variant, positives, negatives });
    expect(gradientError(loss, [a, b])).toBeLessThan(1e-9);
  });

  test('half precision is computed in float32', () => {
    const z = a.to({ dtype: 'bfloat16' });
    const loss = supervisedContrastive([z, z], shared, { temperature, variant });
    expect(loss.dtype).toBe('float32');
    const wide = supervisedContrastive([z.double(), z.double()], shared, { temperature, variant }).item();
    expect(loss.item()).toBeCloseTo(wide, 5);
  });
});

test('averages outside the logarithm exceed those inside where an anchor has several positives', () => {
  const views = [a, b, c];
  const [out, inside] = variants.map((variant) =>
    supervisedContrastive(views, shared, { temperature, variant }).item(),
  );
  expect(out!).toBeGreaterThan(inside! + 0.01);
});

test('labels may be int64, int32 or an Int32Array', () => {
  const values = [torch.tensor([0, 1, 0, 2, 1], { dtype: 'int64' }), torch.fromTypedArray(shared), shared].map(
    (labels) => supervisedContrastive([a, b], labels, { temperature }).item(),
  );
  expect(new Set(values).size).toBe(1);
});

describe('masks', () => {
  test('the default masks, given', () => {
    const all = [...shared, ...shared];
    const positives = mask(10, (i, j) => all[i] === all[j]);
    const negatives = mask(10, (i, j) => all[i] !== all[j]);
    const expected = supervisedContrastive([a, b], shared, { temperature }).item();
    expect(supervisedContrastive([a, b], distinct, { temperature, positives, negatives }).item()).toBe(expected);
    expect(supervisedContrastive([a, b], distinct, { temperature, positives }).item()).toBe(expected);
  });

  // 12 latents sin(1 + 3 i + k) with true and predicted classes: what the authors' program of adversarial supervised
  // contrastive learning gives for each of its ways to select pairs.
  const latents = torch.tensor(
    Array.from({ length: 12 }, (_, i) => Array.from({ length: 4 }, (_, k) => Math.sin(1 + 3 * i + k))),
    { dtype: 'float64' },
  );
  const y = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
  const predicted = [0, 1, 2, 0, 2, 2, 0, 2, 2, 1, 1, 0];
  const same = (i: number, j: number): boolean => y[i] === y[j];
  const samePrediction = (i: number, j: number): boolean => predicted[i] === predicted[j];
  const confused = (i: number, j: number): boolean => y[i] === predicted[j];
  const strategies: [string, typeof same, typeof same, number][] = [
    ['all', same, (i, j) => !same(i, j), 12.863773],
    ['hard', same, (i, j) => !same(i, j) && confused(i, j), 9.962952],
    ['soft', same, (i, j) => !same(i, j) && samePrediction(i, j), 9.763188],
    ['merged', same, (i, j) => !same(i, j) && (confused(i, j) || samePrediction(i, j)), 10.397754],
    ['leaking', (i, j) => same(i, j) && samePrediction(i, j), (i, j) => !same(i, j) && samePrediction(i, j), 8.710782],
  ];
  test.each(strategies)('selection of pairs, %s', (_, positive, negative, expected) => {
    const options = { temperature: 0.1, positives: mask(12, positive), negatives: mask(12, negative) };
    expect(supervisedContrastive([latents], Int32Array.from(y), options).item()).toBeCloseTo(expected, 6);
  });

  test('the base temperature of the authors program', () => {
    const options = { temperature: 0.1, baseTemperature: 0.07 };
    expect(supervisedContrastive([latents], Int32Array.from(y), options).item()).toBeCloseTo(18.376819, 5);
  });
});

test('what it refuses', () => {
  const options = { temperature };
  expect(() => supervisedContrastive([], shared, options)).toThrow(/no views/);
  expect(() => supervisedContrastive([torch.ones([5])], shared, options)).toThrow(/views\[0\] must be a matrix/);
  expect(() => supervisedContrastive([a, torch.ones([5, 3])], shared, options)).toThrow(/views\[1\] is \[5, 3\]/);
  expect(() => supervisedContrastive([a, b], Int32Array.of(0, 1), options)).toThrow(/labels must be .* \[5\]/);
  expect(() => supervisedContrastive([a, b], torch.zeros([5]), options)).toThrow(/not float32 \[5\]/);
  expect(() => supervisedContrastive([a, b], shared, { temperature: 0 })).toThrow(/temperature/);
  expect(() => supervisedContrastive([a, b], shared, { temperature, baseTemperature: -1 })).toThrow(/temperature/);
  const five = mask(5, () => true);
  expect(() => supervisedContrastive([a, b], shared, { temperature, positives: five })).toThrow(/positives must be/);
  const numbers = torch.ones([10, 10]);
  expect(() => supervisedContrastive([a, b], shared, { temperature, negatives: numbers })).toThrow(/negatives must be/);
});
