import { describe, expect, test } from 'vitest';
import { PARAM, PARAM_COUNT } from '../../src/augment/params.js';
import { policies } from '../../src/augment/policies.js';
import { policySchema } from '../../src/augment/policy.js';
import { sampleParameters } from '../../src/augment/sampling.js';

const policy = policies['byol-view2'];
const key = { seed: 7, step: 11, view: 1 };
const column = (params: Float32Array, index: number) =>
  Array.from({ length: params.length / PARAM_COUNT }, (_, i) => params[i * PARAM_COUNT + index]!);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('the key', () => {
  test('alone decides the parameters', () => {
    expect(sampleParameters(policy, 8, 32, 32, key)).toEqual(sampleParameters(policy, 8, 32, 32, { ...key }));
  });

  test('gives other parameters for another seed, step or view, also beyond 32 bits', () => {
    const keys = [
      key,
      { ...key, seed: 8 },
      { ...key, seed: 7 + 2 ** 32 },
      { ...key, step: 12 },
      { ...key, step: 11 + 2 ** 32 },
      { ...key, view: 2 },
    ];
    const drawn = new Set(keys.map((k) => sampleParameters(policy, 4, 32, 32, k).join()));
    expect(drawn.size).toBe(keys.length);
  });

  test('with an offset continues the same global batch', () => {
    const whole = sampleParameters(policy, 8, 32, 32, key);
    const second = sampleParameters(policy, 4, 32, 32, { ...key, offset: 4 });
    expect(second).toEqual(whole.subarray(4 * PARAM_COUNT));
  });

  test('out of range is refused by name', () => {
    expect(() => sampleParameters(policy, 1, 32, 32, { ...key, view: 2048 })).toThrow(/view must be a whole number/);
    expect(() => sampleParameters(policy, 1, 32, 32, { ...key, step: -1 })).toThrow(/step/);
    expect(() => sampleParameters(policy, 1, 32, 32, { ...key, seed: Number.NaN })).toThrow(/seed/);
    expect(() => sampleParameters(policy, 1, 0, 32, key)).toThrow(/height/);
  });
});

test('taking one ingredient away leaves every other draw as it was', () => {
  const without = policySchema.parse({ ...policy, colorJitter: { ...policy.colorJitter, probability: 0 } });
  const a = sampleParameters(policy, 64, 40, 32, key);
  const b = sampleParameters(without, 64, 40, 32, key);
  for (const name of ['top', 'left', 'height', 'width', 'flip', 'grayscale', 'sigma', 'solarize'] as const) {
    expect(column(b, PARAM[name])).toEqual(column(a, PARAM[name]));
  }
  expect(column(b, PARAM.order).every((order) => order === -1)).toBe(true);
});

describe('the distribution', () => {
  const count = 20_000;
  const params = sampleParameters(policy, count, 96, 96, key);
  const jittered = column(params, PARAM.order).map((order) => order >= 0);
  const among = (index: number) => column(params, index).filter((_, i) => jittered[i]);

  test('of crops is that of torchvision: inside the image, area and ratio within their ranges', () => {
    const [top, left, height, width] = [PARAM.top, PARAM.left, PARAM.height, PARAM.width].map((c) =>
      column(params, c),
    ) as [number[], number[], number[], number[]];
    const isInside = (i: number) =>
      top[i]! >= 0 && left[i]! >= 0 && top[i]! + height[i]! <= 96 && left[i]! + width[i]! <= 96;
    // A side is rounded to whole pixels: the smallest, about 24, moves the ratio by a twentieth at most.
    const hasRatio = (i: number) => width[i]! / height[i]! > (3 / 4) * 0.95 && width[i]! / height[i]! < (4 / 3) * 1.05;
    expect(height.findIndex((_, i) => !isInside(i) || !hasRatio(i))).toBe(-1);
    const areas = height.map((h, i) => (h * width[i]!) / 96 ** 2);
    expect(Math.min(...areas)).toBeGreaterThan(0.075);
    // Measured on 60,000 draws of torchvision 0.14's RandomResizedCrop.get_params at 96 pixels: large crops are tried
    // again when they do not fit, so their areas are not uniform.
    const below = (limit: number) => mean(areas.map((area) => Number(area < limit)));
    expect(Math.abs(mean(areas) - 0.4813)).toBeLessThan(0.008);
    expect(Math.abs(below(0.25) - 0.2133)).toBeLessThan(0.014);
    expect(Math.abs(below(0.5) - 0.5273)).toBeLessThan(0.017);
    expect(Math.abs(below(0.75) - 0.8412)).toBeLessThan(0.013);
  });

  test('of switches matches their probabilities', () => {
    const within = (values: readonly boolean[], p: number) =>
      expect(Math.abs(mean(values.map(Number)) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / values.length));
    within(jittered, 0.8);
    within(column(params, PARAM.flip).map(Boolean), 0.5);
    within(column(params, PARAM.grayscale).map(Boolean), 0.2);
    within(column(params, PARAM.solarize).map(Boolean), 0.2);
    within(
      column(params, PARAM.sigma).map((sigma) => sigma > 0),
      0.1,
    );
  });

  test('of factors is uniform in its range', () => {
    const uniform = (values: readonly number[], low: number, high: number) => {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low - 1e-6);
      expect(Math.max(...values)).toBeLessThanOrEqual(high + 1e-6);
      const deviation = (high - low) / Math.sqrt(12 * values.length);
      expect(Math.abs(mean(values) - (low + high) / 2)).toBeLessThan(4 * deviation);
    };
    uniform(among(PARAM.brightness), 0.6, 1.4);
    uniform(among(PARAM.contrast), 0.6, 1.4);
    uniform(among(PARAM.saturation), 0.8, 1.2);
    uniform(among(PARAM.hue), -0.1, 0.1);
    uniform(
      column(params, PARAM.sigma).filter((sigma) => sigma > 0),
      0.1,
      2,
    );
    expect(new Set(among(PARAM.order)).size).toBe(24);
  });
});

test('a ratio that no crop can have falls back to the largest centred box', () => {
  const tall = policySchema.parse({ crop: { kind: 'randomResized', scale: [1, 1], ratio: [2, 2] } });
  const row = sampleParameters(tall, 1, 64, 64, key);
  expect([...row.subarray(0, 4)]).toEqual([16, 0, 32, 64]);
});

test('a padded crop moves by up to twice the padding', () => {
  const params = sampleParameters(policies['pad-crop-flip'], 2000, 32, 32, key);
  expect(Math.min(...column(params, PARAM.top))).toBe(0);
  expect(Math.max(...column(params, PARAM.top))).toBe(8);
  expect(new Set(column(params, PARAM.width))).toEqual(new Set([32]));
});
