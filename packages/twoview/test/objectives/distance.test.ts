// Powers of norms of differences: values in closed form, gradients against central differences, refusals.
import * as torch from '@twoview/torch';
import { cosine, type DistanceOptions, distance, mse } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError } from './gradients.js';

const p = torch.tensor(
  [
    [3, 0],
    [1, 1],
  ],
  { dtype: 'float64' },
);
const target = torch.tensor(
  [
    [0, -4],
    [1, 1],
  ],
  { dtype: 'float64' },
);
const [a, b] = [gaussian(1, 6, 4), gaussian(2, 6, 4)];

describe('distance', () => {
  const cases: [DistanceOptions, number][] = [
    [{}, 25],
    [{ power: 1 }, 5],
    [{ order: 3 }, 27 + 64],
    [{ order: 4 }, 81 + 256],
    [{ order: 1 }, 7],
    [{ order: 3, power: 1 }, Math.cbrt(91)],
  ];
  test.each(cases)('%o of a difference (3, 4), and of none', (options, expected) => {
    expect(distance(p, target, options).item()).toBeCloseTo(expected / 2, 12);
  });

  test('by default it is mse summed over features, normalised 2 - 2 cos', () => {
    expect(distance(a, b).item()).toBeCloseTo(mse(a, b, { features: 'sum' }).item(), 13);
    expect(distance(a, b, { normalize: true }).item()).toBeCloseTo(cosine(a, b, { convention: 'byol' }).item(), 13);
  });

  const options: DistanceOptions[] = [
    {},
    { power: 1 },
    { order: 3 },
    { order: 4 },
    { order: 3, power: 2 },
    { power: 0.5 },
    { power: 1, normalize: true },
  ];
  test.each(options)('gradients equal central differences, %o', (option) => {
    expect(gradientError((x, y) => distance(x!, y!, option), [a, b])).toBeLessThan(1e-9);
  });

  test.each(options)('pairs that agree have gradient zero and no NaN, %o', (option) => {
    const z = a.clone().requiresGrad_();
    const [gradient] = torch.grad(distance(z, a, option), [z]);
    expect(gradient!.abs().max().item()).toBe(0);
  });

  test('half precision is computed in float32', () => {
    const z = a.to({ dtype: 'bfloat16' });
    expect(distance(z, b.to({ dtype: 'bfloat16' }), { order: 4 }).dtype).toBe('float32');
  });

  test('what it refuses', () => {
    expect(() => distance(p, a)).toThrow(/distance: p is \[2, 2\] and target is \[6, 4\]/);
    expect(() => distance(a, b, { order: 0.5 })).toThrow(/order/);
    expect(() => distance(a, b, { power: 0 })).toThrow(/power/);
  });
});
