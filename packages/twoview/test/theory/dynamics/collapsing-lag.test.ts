// How far a target lags behind a mode that collapses: what the analysis says, and what runs of the flow do.
import { analyse, dynamicsSchema } from 'twoview/theory/dynamics';
import { trajectory } from 'twoview/theory/dynamics/scalar';
import { describe, expect, test } from 'vitest';

const ema = { sigma2: 0.3, target: { name: 'ema', beta: 0.4 } } as const;
const said = (settings: object) => analyse(dynamicsSchema.parse({ ...ema, ...settings })).collapsingLag;

describe('the lag of a target behind a mode that collapses', () => {
  test('is read off modes far below the smallest weights that matter', () => {
    const lags = trajectory({ ...ema, etaP: 0.2, etaS: 0.1 }, { p: 0.02, s: 0.0004 }, [200, 400, 1000]).tau;
    for (const lag of lags) expect(lag).toBeCloseTo(said({ etaP: 0.2, etaS: 0.1 })!, 8);
  });

  test('is no number once nothing is left of the mode', () => {
    const { s, tau } = trajectory({ ...ema, eta: 0.2 }, { p: 0.02, s: 0.0004 }, [1000, 10_000]);
    expect([...tau]).toEqual([expect.closeTo(2, 8), Number.NaN]);
    expect(s[1]).toBe(0);
  });

  test('is that of the slowest rate without predictor, not of weight decay alone', () => {
    const parameters = { ...ema, eta: 0.05, predictor: { name: 'identity' } } as const;
    const [lag] = trajectory(parameters, { p: 1, s: 0.5 }, [60]).tau;
    expect(said({ eta: 0.05, predictor: { name: 'identity' } })).toBeCloseTo(lag!, 8);
    expect(said({ sigma2: 0, eta: 0, predictor: { name: 'identity' } })).toBeNull();
  });

  test('is not told where it depends on what p stays at', () => {
    const [lag] = trajectory({ ...ema, etaP: 0, etaS: 0.1 }, { p: 0.02, s: 0.0004 }, [400]).tau;
    expect(lag).not.toBeCloseTo(0.4 / 0.3, 1);
    expect(said({ etaP: 0, etaS: 0.1 })).toBeNull();
    const directSet = { eta: 0.04, predictor: { name: 'directSet', epsilon: 0.02 } };
    expect(said({ ...directSet, modes: [{ p: 1, s: 1e-8 }] })).toBeCloseTo(0.4 / 0.36, 12);
    expect(
      said({
        ...directSet,
        modes: [
          { p: 1, s: 1e-8 },
          { p: 1, s: 0.5 },
        ],
      }),
    ).toBeNull();
  });
});
