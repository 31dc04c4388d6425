// Runs of scalar modes against golden values of an independent implementation, and against what the flow must keep.
import {
  fixedPoints,
  integrate,
  modeSystem,
  type ScalarParameters,
  toMode,
  toWeights,
  trajectories,
  trajectory,
  type VectorField,
} from 'twoview/theory/dynamics/scalar';
import { describe, expect, test } from 'vitest';

const noise = { sigma2: 0.1 };
const boundary = (parameters: ScalarParameters): number =>
  fixedPoints(parameters).find(({ name }) => name === 'boundary')!.p;

describe('one mode', () => {
  test('on the parabola grows above p- and dies below it, at the golden times', () => {
    const parameters = { ...noise, eta: 0.05 };
    const p = (factor: number) => {
      const p0 = factor * boundary(parameters);
      return trajectory(parameters, { p: p0, s: p0 * p0 }, [10, 20, 30, 40]).p;
    };
    const up = [0.1107838239, 0.2443850726, 0.836336272, 0.8559783862];
    p(1.5).forEach((value, i) => {
      expect(value).toBeCloseTo(up[i]!, 9);
    });
    expect(p(0.5)[0]).toBeCloseTo(0.0202186264, 9);
    expect(p(0.5)[3]).toBeCloseTo(0.0065309983, 9);
  });

  test('survives below the critical decay 1 / 4.4 and is gone by t = 300 above it', () => {
    const end = (eta: number) => {
      const { p, s } = trajectory({ ...noise, eta }, { p: 0.6, s: 0.36 }, [300]);
      return { p: p[0]!, s: s[0]! };
    };
    expect(end(0.2).p).toBeCloseTo(0.612, 4);
    expect(end(0.2).s).toBeCloseTo(0.3745, 4);
    expect(end(0.22).p).toBeCloseTo(0.5359, 4);
    for (const eta of [0.23, 0.24]) expect(end(eta).s).toBeLessThan(1e-20);
  });

  test('without decay remembers c, and forgets it with', () => {
    for (const [s0, s] of [
      [0.05, 0.866446],
      [0.3, 1.116446],
    ] as const) {
      const free = trajectory(noise, { p: 0.1, s: s0 }, [1000]);
      expect(free.s[0]).toBeCloseTo(s, 6);
      expect(free.p[0]).toBeCloseTo(1 / 1.1, 8);
      expect(trajectory({ ...noise, eta: 0.01 }, { p: 0.1, s: s0 }, [3000]).s[0]).toBeCloseTo(0.808162, 6);
    }
  });

  test('follows two different decays to s = etaP p^2 / (alphaP etaS)', () => {
    const end = (alphaP: number, etaP: number, etaS: number) => {
      const { p, s } = trajectory({ ...noise, alphaP, etaP, etaS }, { p: 0.6, s: 0.36 }, [3000]);
      return [p[0]!, s[0]!];
    };
    for (const [[alphaP, etaP, etaS], [p, s]] of [
      [
        [1, 0.08, 0.02],
        [0.88863, 3.15866],
      ],
      [
        [3, 0.03, 0.01],
        [0.89898, 0.80816],
      ],
      [
        [1, 0.05, 0.24],
        [0, 0],
      ],
    ] as const) {
      expect(end(alphaP, etaP, etaS)[0]).toBeCloseTo(p, 5);
      expect(end(alphaP, etaP, etaS)[1]).toBeCloseTo(s, 5);
    }
    // Without the encoder's decay p nears tau / a, and s grows at 2 etaP tau^2 / (alphaP a^2).
    const { p, s } = trajectory({ ...noise, alphaP: 2, etaP: 0.05, etaS: 0 }, { p: 0, s: 0.01 }, [2000, 3000]);
    expect(p[1]).toBeCloseTo(1 / 1.1, 2);
    expect((s[1]! - s[0]!) / 1000).toBeCloseTo((2 * 0.05) / (2 * 1.1 ** 2), 3);
  });

  test('has the same course of (p, alphaP s, tau) for every alphaP', () => {
    const times = [2, 5, 20];
    const course = (alphaP: number) =>
      trajectory(
        { ...noise, eta: 0.04, alphaP, target: { name: 'ema', beta: 0.4 } },
        { p: 0.3, s: 0.2 / alphaP },
        times,
      );
    const [one, five] = [course(1), course(5)];
    times.forEach((_, i) => {
      expect(five.p[i]).toBeCloseTo(one.p[i]!, 9);
      expect(5 * five.s[i]!).toBeCloseTo(one.s[i]!, 9);
      expect(five.tau[i]).toBeCloseTo(one.tau[i]!, 9);
    });
  });

  test('is drawn after by its moving average: to beta / (beta - eta) where it collapses, to 1 where it grows', () => {
    for (const [eta, lag] of [
      [0.04, 1.1111],
      [0.1, 1.3333],
    ] as const) {
      const parameters: ScalarParameters = { ...noise, eta, target: { name: 'ema', beta: 0.4 } };
      expect(trajectory(parameters, { p: 0.02, s: 4e-4 }, [250]).tau[0]).toBeCloseTo(lag, 4);
      const grown = trajectory(parameters, { p: 0.5, s: 0.25 }, [400]);
      expect(grown.tau[0]).toBeCloseTo(1, 6);
      expect(grown.p[0]).toBeCloseTo((1 + Math.sqrt(1 - 4.4 * eta)) / 2.2, 6);
    }
  });

  test('starts with wa = 0 under a moving average unless told otherwise', () => {
    const parameters: ScalarParameters = { target: { name: 'ema', beta: 1 } };
    expect(trajectory(parameters, { p: 1, s: 1 }, [0]).tau[0]).toBe(0);
    expect(trajectory(parameters, { p: 1, s: 1, tau: 0.5 }, [0]).tau[0]).toBe(0.5);
    expect(trajectory({ target: { name: 'stopGradient', tau: 0.7 } }, { p: 1, s: 1 }, [3]).tau[0]).toBe(0.7);
  });
});

test('the flow of the weights is the flow of (p, s, tau)', () => {
  // Eqs. 11 to 13 written down once more, at a state of no special kind.
  const { field } = modeSystem({ sigma2: 0.3, eta: 0.07, alphaP: 1.7, target: { name: 'ema', beta: 0.4 } });
  const [p, s, tau, a] = [0.4, 0.25, 0.8, 1.3];
  const { w, wp, wa } = toWeights({ p, s, tau });
  const dy = new Float64Array(3);
  field(0, Float64Array.of(w, wp, wa), dy);
  const [dw, dp, dwa] = dy as unknown as [number, number, number];
  const ds = 2 * w * dw;
  expect(dp).toBeCloseTo(1.7 * s * (tau - a * p) - 0.07 * p, 14);
  expect(ds).toBeCloseTo(2 * p * s * (tau - a * p) - 2 * 0.07 * s, 14);
  expect((dwa - tau * dw) / w).toBeCloseTo((0.4 * (1 - tau) * s - (tau * ds) / 2) / s, 14);
  expect(toMode({ w, wp, wa }).s).toBeCloseTo(s, 15);
});

describe('predictors that are set', () => {
  const survivors = (epsilon: number) => {
    const parameters: ScalarParameters = { ...noise, eta: 0.04, predictor: { name: 'directSet', epsilon } };
    const minus = boundary({ ...noise, eta: 0.04 });
    const s0 = [1e-6, 1e-5, 1e-4, 1e-3, (0.95 * minus) ** 2, (1.05 * minus) ** 2, 0.01, 0.5];
    return trajectories(
      parameters,
      s0.map((s) => ({ p: 0, s })),
      [2000],
    ).map(({ s }) => s[0]!);
  };

  test.each([
    [0, 3, 0.75196],
    [0.02, 5, 0.72696],
    [0.1, 8, 0.64436],
    [0.5, 8, 0.42716],
  ])('epsilon %d lets %d of eight modes survive, all at s = %d', (epsilon, count, s) => {
    survivors(epsilon).forEach((value, i) => {
      if (i >= 8 - count) expect(value).toBeCloseTo(s, 5);
      else expect(value).toBeLessThan(1e-10);
    });
  });

  test.each([
    [0.5, 0.9, [0.9472, 0.4999, 0.3137, 0.1571, 0.0905, 0.0689, 0, 0, 0]],
    [1, 0.6, [0.9732, 0.6389, 0.471, 0.3012, 0.2127, 0.1803, 0, 0, 0]],
  ])('exponent %d drops the directions of more variance than 1 / (4 eta) - 1', (exponent, start, norms) => {
    const variances = [0, 0.5, 1, 2, 3, 3.5, 4.5, 6, 8];
    const ends = trajectories(
      { eta: 0.05, predictor: { name: 'directSet', exponent, correlation: 'views' } },
      variances.map(() => ({ p: 0, s: start * start })),
      [3000],
      { data: variances.map((variance) => ({ lambdaS: 1 + variance, lambdaD: 1 })) },
    );
    ends.forEach(({ s }, j) => {
      expect(Math.sqrt(s[0]!)).toBeCloseTo(norms[j]!, 4);
    });
  });

  test('what is read is the predictor that the encoder determines', () => {
    const [mode, other] = trajectories(
      { ...noise, predictor: { name: 'directSet', epsilon: 0.2 } },
      [
        { p: 9, s: 0.04 },
        { p: 9, s: 0.25 },
      ],
      [0],
    );
    expect(mode!.p[0]).toBeCloseTo(0.2 + 0.2 * 0.25, 14);
    expect(other!.p[0]).toBeCloseTo(0.5 + 0.2 * 0.25, 14);
  });
});

describe('what cannot survive', () => {
  test('without predictor w decays as e^{-(sigma^2 + eta) t}', () => {
    const { s } = trajectory({ ...noise, eta: 0.03, predictor: { name: 'identity' } }, { p: 1, s: 0.7 }, [8]);
    expect(s[0]).toBeCloseTo(0.7 * Math.exp(-2 * 0.13 * 8), 9);
  });

  test('without stop-gradient s stays below s0 e^{-2 lambda0 t}, lambda0 = eta + sigma^2 (2 + sigma^2) / (1 + sigma^2)', () => {
    const rate = 0.03 + (0.1 * 2.1) / 1.1;
    for (const p of [0, 0.5, 1 / 1.1, 1.5]) {
      const times = [0.5, 1, 3, 10];
      const { s } = trajectory({ ...noise, eta: 0.03, target: { name: 'online' } }, { p, s: 0.5 }, times);
      times.forEach((t, i) => {
        expect(s[i]).toBeLessThanOrEqual(0.5 * Math.exp(-2 * rate * t) * (1 + 1e-9));
      });
    }
    // Attained where p is held at 1 / (1 + sigma^2).
    const dy = new Float64Array(3);
    modeSystem({ ...noise, eta: 0.03, target: { name: 'online' } }).field(0, Float64Array.of(1, 1 / 1.1, 1), dy);
    expect(dy[0]).toBeCloseTo(-rate, 14);
  });
});

describe('integrators', () => {
  // y'' = -y: the circle.
  const circle: VectorField = (_t, y, dy) => {
    dy[0] = y[1]!;
    dy[1] = -y[0]!;
  };
  const error = (name: 'euler' | 'rk4', step: number) => {
    const [end] = integrate(circle, Float64Array.of(1, 0), [3], { name, step });
    return Math.hypot(end![0]! - Math.cos(3), end![1]! + Math.sin(3));
  };

  test('Euler is of order 1 and Runge-Kutta of order 4', () => {
    expect(error('euler', 0.002) / error('euler', 0.001)).toBeCloseTo(2, 1);
    expect(error('rk4', 0.02) / error('rk4', 0.01)).toBeCloseTo(16, 0);
  });

  test('Euler is gradient descent: one step is y + h f(y)', () => {
    const [end] = integrate(circle, Float64Array.of(1, 0), [0.25], { name: 'euler', step: 0.25 });
    expect([...end!]).toEqual([1, -0.25]);
  });

  test('Dormand-Prince keeps its tolerance at every time that is asked for', () => {
    const times = Array.from({ length: 50 }, (_, i) => 0.37 * i);
    const loose = integrate(circle, Float64Array.of(1, 0), times, { name: 'dormandPrince', relative: 1e-6 });
    const tight = integrate(circle, Float64Array.of(1, 0), times, { name: 'dormandPrince', relative: 1e-12 });
    const worst = (states: Float64Array[]) => Math.max(...states.map(([x], i) => Math.abs(x! - Math.cos(times[i]!))));
    expect(worst(tight)).toBeLessThan(1e-10);
    expect(worst(loose)).toBeLessThan(1e-4);
    expect(worst(loose)).toBeGreaterThan(1e-10);
  });

  test('depends on time where the field does', () => {
    const [end] = integrate(
      (t, _y, dy) => {
        dy[0] = Math.cos(t);
      },
      Float64Array.of(0),
      [2],
    );
    expect(end![0]).toBeCloseTo(Math.sin(2), 10);
  });

  test('refuses what has no answer: a flow that ends, times out of order, endless steps', () => {
    const explosion: VectorField = (_t, y, dy) => {
      dy[0] = y[0]! ** 2;
    };
    expect(() => integrate(explosion, Float64Array.of(1), [2])).toThrow(/not finite near t = 0\.9999|more than/);
    expect(() => integrate(explosion, Float64Array.of(1), [2, 30], { name: 'euler', step: 0.1 })).toThrow(
      /not finite at t/,
    );
    expect(() => integrate(circle, Float64Array.of(1, 0), [2, 1])).toThrow(RangeError);
    expect(() => integrate(circle, Float64Array.of(Number.NaN, 0), [1])).toThrow(RangeError);
    expect(() => integrate(circle, Float64Array.of(1, 0), [1e9], { name: 'rk4', step: 1e-3 })).toThrow(/too many/);
    expect(() => integrate(circle, Float64Array.of(1, 0), [1], { name: 'rk4', step: -1 })).toThrow(RangeError);
    expect(() => integrate(circle, Float64Array.of(1, 0), [1e6], { name: 'dormandPrince', maxSteps: 100 })).toThrow(
      /more than 100 steps to t = 1000000/,
    );
  });
});

test.each<[string, ScalarParameters]>([
  ['eta', { eta: -1 }],
  ['alphaP', { alphaP: 0 }],
  ['alphaP', { alphaP: Number.NaN }],
  ['sigma2', { sigma2: -0.1 }],
  ['lambdaS', { lambdaS: 0.5, lambdaD: 1 }],
  ['together', { lambdaS: 2 }],
  ['sigma2', { sigma2: 0.1, lambdaS: 2, lambdaD: 1 }],
  ['target.beta', { target: { name: 'ema', beta: 0 } }],
  ['target.tau', { target: { name: 'stopGradient', tau: Number.POSITIVE_INFINITY } }],
  ['predictor.exponent', { predictor: { name: 'directSet', exponent: 0 } }],
  ['predictor.epsilon', { predictor: { name: 'directSet', epsilon: -1 } }],
])('%s out of range is refused by name: %j', (name, parameters) => {
  expect(() => trajectory(parameters, { p: 1, s: 1 }, [1])).toThrow(RangeError);
  expect(() => trajectory(parameters, { p: 1, s: 1 }, [1])).toThrow(name);
});

test('states that are none are refused', () => {
  expect(() => trajectory({}, { p: 1, s: -1 }, [1])).toThrow(/s is a square/);
  expect(() => trajectory({}, { p: Number.NaN, s: 1 }, [1])).toThrow(RangeError);
  expect(() => trajectories({}, [{ p: 1, s: 1 }], [1], { data: [] })).toThrow(RangeError);
});
