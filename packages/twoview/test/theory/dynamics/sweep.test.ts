// Sweeps: many scalar modes at once are each the single mode, in plain loops and on the engine alike.
import { fixedPoints, outcome, type ScalarParameters, trajectory } from 'twoview/theory/dynamics/scalar';
import { phaseDiagram, type SweepInput, spaced, sweep, sweepFates } from 'twoview/theory/dynamics/sweep';
import { describe, expect, test } from 'vitest';

const ways = ['plain', 'engine'] as const;

describe.each(ways)('by %s', (by) => {
  test('each run is that of the single mode with the same steps, at fixed tau', () => {
    const p0 = Float64Array.of(0.1, 0.5, 1.4, 0.02);
    const s0 = Float64Array.of(0.2, 0.01, 0.3, 0.4);
    const alphaP = Float64Array.of(1, 5, 0.3, 2);
    const tau = Float64Array.of(1, 0.9, 0.8, 1);
    const { p, s, tau: end } = sweep({ p0, s0, alphaP, tau, eta: 0.04, sigma2: 0.1 }, { time: 7, step: 0.05, by });
    p0.forEach((_, i) => {
      const parameters: ScalarParameters = {
        alphaP: alphaP[i]!,
        eta: 0.04,
        sigma2: 0.1,
        target: { name: 'stopGradient', tau: tau[i]! },
      };
      const alone = trajectory(parameters, { p: p0[i]!, s: s0[i]! }, [7], { name: 'rk4', step: 0.05 });
      expect(p[i]).toBeCloseTo(alone.p[0]!, 12);
      expect(s[i]).toBeCloseTo(alone.s[0]!, 12);
      expect(end[i]).toBe(tau[i]);
    });
  });

  test('and under a moving average, with decays and data of its own', () => {
    const beta = Float64Array.of(0.1, 2, 0.4);
    const etaS = Float64Array.of(0.02, 0.1, 0);
    const lambdaS = Float64Array.of(3, 1.5, 2);
    const { p, s, tau } = sweep(
      { p0: 0.6, s0: 0.4, alphaP: 2, etaP: 0.05, etaS, lambdaS, lambdaD: 1.2, beta, tau0: 0.3 },
      { time: 9, step: 0.05, by },
    );
    beta.forEach((_, i) => {
      const parameters: ScalarParameters = {
        alphaP: 2,
        etaP: 0.05,
        etaS: etaS[i]!,
        lambdaS: lambdaS[i]!,
        lambdaD: 1.2,
        target: { name: 'ema', beta: beta[i]! },
      };
      const alone = trajectory(parameters, { p: 0.6, s: 0.4, tau: 0.3 }, [9], { name: 'rk4', step: 0.05 });
      expect(p[i]).toBeCloseTo(alone.p[0]!, 12);
      expect(s[i]).toBeCloseTo(alone.s[0]!, 12);
      expect(tau[i]).toBeCloseTo(alone.tau[0]!, 12);
    });
  });
});

test('both ways end at the same numbers on a whole diagram', () => {
  for (const rest of [{}, { beta: 0.4 }]) {
    const [plain, engine] = ways.map((by) =>
      phaseDiagram(
        { name: 'p0', values: spaced(0.01, 1.2, 70) },
        { name: 'eta', values: spaced(0, 0.25, 65) },
        { sigma2: 0.1, ...rest },
        { time: 20, by },
      ),
    );
    for (const name of ['p', 's'] as const) {
      const worst = plain![name].reduce((most, value, i) => Math.max(most, Math.abs(value - engine![name][i]!)), 0);
      expect(worst).toBeLessThan(1e-13);
    }
    expect(plain!.fate).toEqual(engine!.fate);
  }
});

test('the fate at the end is that of the single mode, and the boundary is p-', () => {
  const p0 = spaced(0.005, 1, 40);
  const eta = [0, 0.02, 0.1, 0.2, 0.24];
  const { fate, s } = phaseDiagram(
    { name: 'p0', values: p0 },
    { name: 'eta', values: eta },
    { sigma2: 0.1 },
    { time: 2000 },
  );
  eta.forEach((decay, i) => {
    const parameters = { sigma2: 0.1, eta: decay };
    const points = fixedPoints(parameters);
    const minus = points.find(({ name }) => name === 'boundary')?.p ?? (decay === 0 ? 0 : Number.POSITIVE_INFINITY);
    p0.forEach((p, j) => {
      const at = i * p0.length + j;
      const word = sweepFates[fate[at]!];
      expect(word).toBe(outcome(parameters, { p, s: p * p }).fate);
      expect(word).toBe(p > minus ? 'escaped' : 'collapsed');
      if (word === 'escaped' && decay > 0) expect(s[at]).toBeCloseTo(points[2]!.s, 4);
    });
  });
});

test('a run that has not arrived is undecided', () => {
  expect([...sweep({ p0: 0.3, eta: 0.05, sigma2: 0.1 }, { time: 0.1 }).fate]).toEqual([0]);
});

test('bad columns and options are refused by name', () => {
  const time = 1;
  const column = Float64Array.of(0.1, 0.2);
  expect(() => sweep({ p0: column, eta: Float64Array.of(1) }, { time })).toThrow(/one length/);
  expect(() => sweep({ p0: column, eta: Float64Array.of(0.1, -1) }, { time })).toThrow(
    /eta must be finite and at least 0/,
  );
  expect(() => sweep({ p0: Number.NaN }, { time })).toThrow(/p0 must be finite/);
  expect(() => sweep({ p0: 1, sigma: 0.1 } as object as SweepInput, { time })).toThrow(/has no sigma; it has p0/);
  expect(() => sweep({ p0: [0.1, 0.2] } as object as SweepInput, { time })).toThrow(/p0 must be a number or/);
  expect(() => sweep({ p0: 1 }, { time, by: 'loops' as 'plain' })).toThrow(/by must be plain or engine/);
  expect(() => spaced(1, -2, 3, 'log')).toThrow(/to must be above 0/);
  expect(() => spaced(1, 2, 2.5)).toThrow(/n must be/);
  expect(() => sweep({ p0: 1, alphaP: 0 }, { time })).toThrow(/alphaP must be positive/);
  expect(() => sweep({ p0: 1, beta: 1, tau: 1 }, { time })).toThrow(/not both/);
  expect(() => sweep({ p0: 1, tau0: 1 }, { time })).toThrow(/give beta/);
  expect(() => sweep({ p0: 1, lambdaS: 1, lambdaD: 2 }, { time })).toThrow(/at least lambdaD/);
  expect(() => sweep({ p0: 1 }, { time: 1e9, step: 1e-3 })).toThrow(/too many/);
  expect(() => sweep({ p0: 1, s0: 1e6 }, { time: 100, step: 1 })).toThrow(/shorter ones/);
  // s grows for ever where the encoder has no decay: the step is too long in the end.
  expect(() => sweep({ p0: 0.5, etaP: 0.05, etaS: 0 }, { time: 2000 })).toThrow(/shorter ones/);
  expect(() => sweep({ p0: 1 }, { time, by: 'plain', device: 'cuda:0' })).toThrow(RangeError);
  expect(() => phaseDiagram({ name: 'eta', values: [] }, { name: 'p0', values: [1] }, {}, { time })).toThrow(
    RangeError,
  );
  expect(() => phaseDiagram({ name: 'eta', values: [1] }, { name: 'beta', values: [1] }, {}, { time })).toThrow(/p0/);
});
