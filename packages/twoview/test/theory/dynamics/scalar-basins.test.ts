// What becomes of a mode, and boundaries of basins, against golden values of an independent implementation.
import {
  criticalFeature,
  escapeThreshold,
  fixedPoints,
  outcome,
  type Target,
  trajectory,
} from 'twoview/theory/dynamics/scalar';
import { describe, expect, test } from 'vitest';

const noise = { sigma2: 0.1 };
const targets: Target[] = [
  { name: 'stopGradient' },
  ...[4, 0.4, 0.1, 0.04].map((beta) => ({ name: 'ema' as const, beta })),
];

describe('the p0 from which a mode escapes', () => {
  // On a grid of 0.001, the first that does.
  test.each([
    [0.01, [0.011, 0.011, 0.011, 0.012, 0.013]],
    [0.04, [0.042, 0.043, 0.047, 0.058, 0.08]],
    [0.1, [0.115, 0.118, 0.146, 0.247, 0.671]],
    [0.2, [0.298, 0.32, 0.585, null, null]],
  ])('is larger for slower averages at eta = %d', (eta, expected) => {
    const thresholds = targets.map((target) => escapeThreshold({ ...noise, eta, target }, { tolerance: 1e-6 }));
    expect(thresholds.map((p) => (p === null ? null : Math.ceil(1000 * p) / 1000))).toEqual(expected);
  });

  test('is p- at fixed tau', () => {
    for (const tau of [1, 0.8]) {
      const parameters = { ...noise, eta: 0.04, alphaP: 3, target: { name: 'stopGradient', tau } as const };
      expect(escapeThreshold(parameters)).toBeCloseTo(fixedPoints(parameters)[1]!.p, 8);
    }
  });

  test('and the s0 are found where a large tau or a fast decay of the predictor puts them far out', () => {
    const large = { ...noise, eta: 1000, target: { name: 'stopGradient', tau: 100 } } as const;
    expect(escapeThreshold(large, { tolerance: 1e-6 })).toBeCloseTo(fixedPoints(large)[1]!.p, 3);
    expect(criticalFeature(large, 0, { tolerance: 1e-6 })).toBeGreaterThan(fixedPoints(large)[1]!.s);
    const fast = { ...noise, etaP: 100, etaS: 0.1 };
    expect(criticalFeature(fast, 0, { tolerance: 1e-3 })).toBeGreaterThan(10);
  });

  test('is 0 where all escape and null where none does', () => {
    expect(escapeThreshold({ ...noise, eta: 0 })).toBe(0);
    expect(escapeThreshold({ ...noise, eta: 0.23 })).toBeNull();
    expect(escapeThreshold({ ...noise, eta: 0.01, predictor: { name: 'identity' } })).toBeNull();
  });
});

describe('the s0 from which a mode escapes with p0 = 0', () => {
  test.each([
    [0.04, [4.2137e-3, 2.1069e-3, 8.4274e-4]],
    [0.1, [2.9658e-2, 1.4829e-2, 5.9316e-3]],
  ])('goes as 1 / alphaP at eta = %d', (eta, expected) => {
    const critical = [1, 2, 5].map((alphaP) => criticalFeature({ ...noise, eta, alphaP }));
    critical.forEach((s, i) => {
      expect(s! / expected[i]!).toBeCloseTo(1, 4);
      expect(s! * [1, 2, 5][i]!).toBeCloseTo(critical[0]!, 9);
    });
  });
});

describe('the fate of a mode', () => {
  const fate = (...given: Parameters<typeof outcome>) => outcome(...given).fate;

  test('is certain on both sides of the boundary, as near as one likes', () => {
    const minus = fixedPoints({ ...noise, eta: 0.05 })[1]!.p;
    for (const [factor, expected] of [
      [1 - 1e-9, 'collapsed'],
      [1 + 1e-9, 'escaped'],
    ] as const) {
      const p = factor * minus;
      expect(fate({ ...noise, eta: 0.05 }, { p, s: p * p })).toBe(expected);
    }
  });

  test('without any decay depends on c alone: a mode above the parabola escapes, one far below ends at s = 0', () => {
    expect(fate(noise, { p: 0.1, s: 0.05 })).toBe('escaped');
    expect(fate(noise, { p: 2, s: 0.01 })).toBe('collapsed');
    expect(fate(noise, { p: -0.5, s: 0.01 })).toBe('collapsed');
    expect(fate(noise, { p: -0.1, s: 0.5 })).toBe('escaped');
  });

  test('with a decay of the predictor alone is to escape, with one of the encoder alone to collapse', () => {
    expect(fate({ ...noise, etaP: 0.05, etaS: 0 }, { p: 0, s: 1e-3 })).toBe('escaped');
    expect(fate({ ...noise, etaP: 0, etaS: 0.05 }, { p: 0.8, s: 2 })).toBe('collapsed');
    expect(fate({ ...noise, alphaP: 1, etaP: 0.08, etaS: 0.02 }, { p: 0.6, s: 0.36 })).toBe('escaped');
    expect(fate({ ...noise, alphaP: 1, etaP: 0.05, etaS: 0.24 }, { p: 0.6, s: 0.36 })).toBe('collapsed');
  });

  test('without predictor or stop-gradient is to collapse', () => {
    expect(fate({ ...noise, predictor: { name: 'identity' } }, { p: 1, s: 1 })).toBe('collapsed');
    expect(fate({ ...noise, target: { name: 'online' } }, { p: 1, s: 1 })).toBe('collapsed');
    expect(
      fate({ ...noise, predictor: { name: 'identity' }, target: { name: 'ema', beta: 0.1 } }, { p: 1, s: 1 }),
    ).toBe('collapsed');
  });

  test('a set predictor lets modes above p- escape, under a moving average too', () => {
    const parameters = { ...noise, eta: 0.04, predictor: { name: 'directSet' } as const };
    const minus = fixedPoints(parameters)[1]!.p;
    expect(fate(parameters, { p: 0, s: (1.01 * minus) ** 2 })).toBe('escaped');
    expect(fate(parameters, { p: 0, s: (0.99 * minus) ** 2 })).toBe('collapsed');
    expect(fate({ ...parameters, target: { name: 'ema', beta: 0.4 } }, { p: 0, s: 0.25 })).toBe('escaped');
  });

  test('of a mode on or above the parabola and beyond p- is to escape, however slow the decay', () => {
    for (const [p, s] of [
      [0.2, 0.04],
      [0.06, 5],
      [3, 9],
    ] as const) {
      expect(outcome({ ...noise, eta: 0.04 }, { p, s })).toMatchObject({ fate: 'escaped', t: 0 });
      // And it does: the run arrives.
      expect(trajectory({ ...noise, eta: 0.04 }, { p, s }, [1000]).s[0]).toBeCloseTo(0.75196, 5);
    }
    expect(criticalFeature({ ...noise, eta: 1e-6, alphaP: 1e-3 })).toBeGreaterThan(0);
  });

  test('without predictor, of a target that outgrows the encoder, is to grow', () => {
    const target = { name: 'stopGradient', tau: 2 } as const;
    expect(fate({ ...noise, predictor: { name: 'identity' }, target }, { p: 1, s: 1 })).toBe('escaped');
    expect(() => trajectory({ predictor: { name: 'identity' }, target }, { p: 1, s: 1 }, [5000])).toThrow(/not finite/);
  });

  test('is undecided while a mode is under way', () => {
    expect(
      outcome({ ...noise, eta: 0.04, target: { name: 'ema', beta: 0.4 } }, { p: 0.5, s: 0.25 }, { horizon: 1 }),
    ).toMatchObject({ fate: 'undecided', t: 1 });
    expect(() => outcome(noise, { p: 1, s: 1 }, { horizon: 0 })).toThrow(RangeError);
    expect(() => escapeThreshold(noise, { lower: 2, upper: 1 })).toThrow(RangeError);
  });
});
