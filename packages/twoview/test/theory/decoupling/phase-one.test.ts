// Phase I: E[x+ x++^T] in closed form against samples, and growth against training.
import * as torch from '@twoview/torch';
import {
  covariance,
  createDictionary,
  crossCovariance,
  decouplingSettings,
  expectedGrowth,
  growthOf,
  growthRate,
  phaseOneRates,
  phaseOneSettings,
  SampleSource,
  sampleGrowth,
  type ViewKind,
  Views,
  viewCovariance,
} from 'twoview/theory/decoupling';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const data = { atoms: 3, dimension: 12, sparsity: 0.4, noise: 0.2 };
const dictionary = createDictionary(data, new torch.Generator({ seed: 0 }));
const samples = 100_000;

/** E[x+ x++^T] and E[x+ x+^T] from samples. */
function sampled(kind: ViewKind, keep: number): [torch.Tensor, torch.Tensor] {
  const x = new SampleSource(data, dictionary, samples, 'float64').draw(new torch.Generator({ seed: 1 }));
  const [a, b] = new Views({ kind, keep, noise: 0.5 }, [samples, 12]).make(x, new torch.Generator({ seed: 2 }));
  return [a.t().matmul(b).div(samples), a.t().matmul(a).div(samples)];
}

describe('covariances in closed form', () => {
  test.each<[ViewKind, number]>([
    ['complementary', 0.5],
    ['complementary', 0.25],
    ['independent', 0.5],
    ['noise', 0.5],
    ['none', 0.5],
  ])('%s, p = %d: as sampled', (kind, keep) => {
    const [cross, own] = sampled(kind, keep);
    const difference = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().max().item();
    expect(difference(cross, crossCovariance(dictionary, data, kind))).toBeLessThan(0.015);
    expect(difference(own, viewCovariance(dictionary, data, { kind, keep, noise: 0.5 }))).toBeLessThan(0.04);
  });

  test('complementary masks take the diagonal away and nothing else', () => {
    const k = crossCovariance(dictionary, data, 'complementary');
    expect(k.diagonal().abs().max().item()).toBeLessThan(1e-15);
    const removed = covariance(dictionary, data).sub(k);
    expect(removed.sub(removed.diagonal().diag()).abs().max().item()).toBe(0);
  });

  test.each(['complementary', 'none', 'independent', 'noise'] as const)(
    'growth to first order in d / d1: %s',
    (kind) => {
      const wide = { atoms: 20, dimension: 400, sparsity: 0.1, noise: 0.08 };
      const m = createDictionary(wide, new torch.Generator({ seed: 3 }));
      const exact = growthOf(crossCovariance(m, wide, kind), m);
      const first = expectedGrowth(wide, kind);
      expect(Math.abs(exact.signal - first.signal)).toBeLessThan(1e-3);
      expect(Math.abs(exact.noise - first.noise)).toBeLessThan(1e-4);
    },
  );

  test('the golden values: .095 and -.005 with masks, .180 and .080 without', () => {
    const defaults = decouplingSettings().data;
    const { signal, noise } = expectedGrowth(defaults, 'complementary');
    expect([signal, noise]).toEqual([expect.closeTo(0.095, 12), expect.closeTo(-0.005, 12)]);
    for (const kind of ['none', 'independent'] as const)
      expect(expectedGrowth(defaults, kind)).toEqual({ signal: expect.closeTo(0.18, 12), noise: 0.08 });
  });
});

describe('from samples and from training', () => {
  test('sampled growth is the closed form’s', () => {
    const settings = phaseOneSettings('complementary', 1);
    const { signal, noise } = sampleGrowth(settings, 10_000);
    expect(signal).toBeCloseTo(0.095, 2);
    expect(noise).toBeCloseTo(-0.005, 3);
    expect(() => sampleGrowth(settings, 10)).toThrow(RangeError);
  });

  test('a rate in closed form: ln(1 + eta (r / tau - lambda)) / eta', () => {
    const { training } = decouplingSettings({ training: { learningRate: 0.2, weightDecay: 0 } });
    expect(growthRate(0.095, training)).toBeCloseTo(0.0941, 4);
    expect(growthRate(0.18, training)).toBeCloseTo(0.1768, 4);
  });

  test.each(['complementary', 'none'] as const)('training without thresholds grows as predicted: %s', (kind) => {
    const settings = { ...phaseOneSettings(kind, 0) };
    const { measured, predicted, curve } = phaseOneRates(settings, 15);
    expect(curve).toHaveLength(16);
    expect(Math.abs(measured.signal - predicted.signal)).toBeLessThan(0.02);
    expect(Math.abs(measured.noise - predicted.noise)).toBeLessThan(0.01);
    expect(() => phaseOneRates(settings, 1)).toThrow(RangeError);
  });
});
