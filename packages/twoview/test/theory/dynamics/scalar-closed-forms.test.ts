// Fixed points, times, rates and criteria against golden values, the integrated flow and central differences.
import {
  alignmentCriterion,
  alignmentWindow,
  balance,
  collapsingLag,
  criticalWeightDecay,
  directSetFeature,
  directSetSurvives,
  eigenvalues,
  featureAt,
  fixedPoints,
  modeJacobian,
  modeSystem,
  noPredictorRates,
  noStopGradientRate,
  parabolaFlow,
  parabolaTime,
  restingLines,
  type ScalarParameters,
  sufficientFeature,
  trajectory,
  weightJacobian,
} from 'twoview/theory/dynamics/scalar';
import { describe, expect, test } from 'vitest';

const noise = { sigma2: 0.1 };
const tight = { name: 'dormandPrince', relative: 1e-13, absolute: 1e-18 } as const;

describe('fixed points', () => {
  test('p-, p+ and their eigenvalues have the golden values', () => {
    const [collapse, minus, plus] = fixedPoints({ ...noise, eta: 0.05, alphaP: 2 });
    expect(minus).toMatchObject({ name: 'boundary', stable: false, tau: 1 });
    expect(plus).toMatchObject({ name: 'survival', stable: true });
    expect(collapse).toMatchObject({ name: 'collapse', p: 0, s: 0, stable: true });
    expect(minus!.p).toBeCloseTo(0.0531017788, 10);
    expect(plus!.p).toBeCloseTo(0.85598913029, 10);
    expect(plus!.s).toBeCloseTo(plus!.p ** 2 / 2, 14);
    const real = (point: typeof plus) => point!.eigenvalues.map(({ re }) => re);
    expect(real(plus)[0]).toBeCloseTo(-0.1, 12);
    expect(real(plus)[1]).toBeCloseTo(-0.75598913, 8);
    expect(real(minus)[0]).toBeCloseTo(0.04689822, 8);
    expect(real(minus)[1]).toBeCloseTo(-0.1, 12);
    expect(real(collapse)[0]).toBeCloseTo(-0.05, 12);
    expect(real(collapse)[1]).toBeCloseTo(-0.1, 12);
  });

  test.each<ScalarParameters>([
    { ...noise, eta: 0.05, target: { name: 'stopGradient', tau: 0.8 } },
    { ...noise, eta: 0.05, target: { name: 'ema', beta: 0.3 } },
    { lambdaS: 3, lambdaD: 2, etaP: 0.1, etaS: 0.2, alphaP: 1.5 },
    { ...noise, eta: 0.1, predictor: { name: 'directSet', exponent: 0.8, epsilon: 0.2, correlation: 'views' } },
    { ...noise, eta: 0.1, predictor: { name: 'directSet' }, target: { name: 'ema', beta: 0.3 } },
  ])('the flow is still at every one of them: %j', (parameters) => {
    const system = modeSystem(parameters);
    const points = fixedPoints(parameters);
    expect(points.map(({ name }) => name)).toEqual(['collapse', 'boundary', 'survival']);
    for (const { p, s, tau } of points) {
      const state = Float64Array.of(Math.sqrt(s), p, tau * Math.sqrt(s));
      const slope = new Float64Array(3);
      system.field(0, state, slope);
      for (const value of slope) expect(value).toBeCloseTo(0, 14);
    }
    expect(points.map(({ stable }) => stable)).toEqual([true, false, true]);
  });

  test('above the critical decay, and without predictor or stop-gradient, only collapse is left', () => {
    const names = (parameters: ScalarParameters) => fixedPoints(parameters).map(({ name }) => name);
    expect(names({ ...noise, eta: 0.228 })).toEqual(['collapse']);
    expect(names({ ...noise, eta: 0.01, predictor: { name: 'identity' } })).toEqual(['collapse']);
    expect(names({ ...noise, eta: 0.01, target: { name: 'online' } })).toEqual(['collapse']);
    expect(names({ ...noise, eta: 0.227 })).toHaveLength(3);
  });

  test('without decay there are lines: s = 0, and p = tau / a', () => {
    expect(restingLines({ ...noise })).toEqual([
      { name: 'collapse', fixed: 's', value: 0 },
      { name: 'survival', fixed: 'p', value: 1 / 1.1 },
    ]);
    expect(restingLines({ ...noise, etaS: 0.1 })).toEqual([{ name: 'collapse', fixed: 's', value: 0 }]);
    expect(restingLines({ ...noise, eta: 0.1 })).toEqual([]);
  });

  test('Jacobians are the derivatives of the flow', () => {
    const h = 1e-6;
    const slots: ScalarParameters[] = [
      { sigma2: 0.3, eta: 0.05, alphaP: 2, target: { name: 'ema', beta: 0.4 } },
      { sigma2: 0.3, eta: 0.05, alphaP: 2, target: { name: 'online' } },
      { sigma2: 0.3, eta: 0.05, predictor: { name: 'identity' }, target: { name: 'ema', beta: 0.4 } },
      {
        sigma2: 0.3,
        predictor: { name: 'directSet', exponent: 0.7, epsilon: 0.1 },
        target: { name: 'ema', beta: 0.4 },
      },
      { sigma2: 0.3, eta: 0.05, target: { name: 'stopGradient', tau: 0.7 } },
    ];
    for (const parameters of slots) {
      const system = modeSystem(parameters);
      const start = Float64Array.of(0.6, 0.4, 0.3);
      system.complete(start);
      const [w, wp, wa] = start as unknown as [number, number, number];
      const jacobian = weightJacobian(parameters, { w, wp, wa });
      const moving = [0, 1, 2].filter(
        (i) =>
          i === 0 ||
          (i === 1 && (parameters.predictor ?? { name: 'linear' }).name === 'linear') ||
          (i === 2 && parameters.target?.name === 'ema'),
      );
      const at = (i: number, shift: number): Float64Array => {
        const state = start.slice();
        state[i]! += shift;
        const slope = new Float64Array(3);
        system.field(0, state, slope);
        return slope;
      };
      expect(jacobian).toHaveLength(moving.length);
      moving.forEach((j, column) => {
        const [up, down] = [at(j, h), at(j, -h)];
        moving.forEach((i, row) => {
          expect(jacobian[row]![column]).toBeCloseTo((up[i]! - down[i]!) / (2 * h), 8);
        });
      });
    }
    // In (p, s): eqs. 11 and 12.
    const flow = (p: number, s: number) => [2 * s * (1 - 1.1 * p) - 0.05 * p, 2 * p * s * (1 - 1.1 * p) - 2 * 0.05 * s];
    const numeric = [0, 1].map((row) => [
      (flow(0.4 + h, 0.3)[row]! - flow(0.4 - h, 0.3)[row]!) / (2 * h),
      (flow(0.4, 0.3 + h)[row]! - flow(0.4, 0.3 - h)[row]!) / (2 * h),
    ]);
    modeJacobian({ ...noise, eta: 0.05, alphaP: 2 }, { p: 0.4, s: 0.3 }).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(numeric[i]![j]!, 8);
      });
    });
  });
});

describe('critical decay', () => {
  test('is tau^2 lambdaD^2 / (4 lambdaS), and of the encoder alone', () => {
    expect(criticalWeightDecay(noise)).toBeCloseTo(1 / 4.4, 12);
    expect(criticalWeightDecay({ ...noise, target: { name: 'stopGradient', tau: 0.5 } })).toBeCloseTo(0.25 / 4.4, 12);
    expect(criticalWeightDecay({ lambdaS: 3, lambdaD: 2 })).toBeCloseTo(1 / 3, 12);
    expect(criticalWeightDecay({ ...noise, predictor: { name: 'identity' } })).toBe(0);
    expect(fixedPoints({ ...noise, etaP: 5, etaS: 0.2 })).toHaveLength(3);
    expect(fixedPoints({ ...noise, etaP: 0.1, etaS: 0.3 })).toHaveLength(1);
  });
});

describe('on the parabola', () => {
  test('the time that p takes is known, for every decay and any fixed tau', () => {
    for (const eta of [0, 0.05, 0.3, 0.2272727]) {
      const parameters: ScalarParameters = { ...noise, eta, alphaP: 3, target: { name: 'stopGradient', tau: 0.9 } };
      for (const p0 of [0.02, 0.3, 1.2]) {
        if (eta === 0 && p0 > 0.9 / 1.1) continue;
        const { p } = trajectory(parameters, { p: p0, s: (p0 * p0) / 3 }, [1, 5], tight);
        expect(parabolaTime(parameters, p0, p[0]!)).toBeCloseTo(1, 8);
        expect(parabolaTime(parameters, p0, p[1]!)).toBeCloseTo(5, 8);
      }
    }
  });

  test('golden runs satisfy it to 1e-8', () => {
    const parameters = { ...noise, eta: 0.05 };
    const minus = fixedPoints(parameters)[1]!.p;
    for (const p0 of [0.5 * minus, 1.5 * minus]) {
      const times = [10, 20, 30, 40];
      trajectory(parameters, { p: p0, s: p0 * p0 }, times, tight).p.forEach((p, i) => {
        expect(Math.abs(parabolaTime(parameters, p0, p) - times[i]!)).toBeLessThan(1e-8);
      });
    }
  });

  test('there is no way past a fixed point or upstream', () => {
    const parameters = { ...noise, eta: 0.05 };
    expect(parabolaTime(parameters, 0.04, 0.2)).toBeNaN();
    expect(parabolaTime(parameters, 0.3, 0.2)).toBeNaN();
    expect(parabolaTime(parameters, 0.3, 0.9)).toBeNaN();
    expect(parabolaTime(parameters, 0.3, 0.3)).toBe(0);
    expect(parabolaFlow(parameters, 0.3)).toBeCloseTo(0.09 * (1 - 0.33) - 0.015, 14);
  });

  test('off it, c = s - p^2 / alphaP decays as e^{-2 eta t} whatever the target does', () => {
    const parameters: ScalarParameters = { ...noise, eta: 0.04, alphaP: 2, target: { name: 'ema', beta: 0.3 } };
    const start = { p: 0.4, s: 0.3 };
    const times = [1, 4, 20];
    const { p, s } = trajectory(parameters, start, times);
    times.forEach((t, i) => {
      expect(featureAt(parameters, p[i]!, balance(parameters, start), t)).toBeCloseTo(s[i]!, 9);
    });
  });

  test('what it is not known for is refused', () => {
    expect(() => parabolaTime({ target: { name: 'ema', beta: 1 } }, 0.1, 0.2)).toThrow(/fixed tau/);
    expect(() => balance({ etaP: 0.1, etaS: 0.2 }, { p: 0, s: 1 })).toThrow(/one weight decay/);
    expect(() => parabolaTime({}, 0, 0.2)).toThrow(RangeError);
  });
});

describe('alignment', () => {
  test('K is positive exactly where Delta is below its bound', () => {
    const parameters = { ...noise, eta: 0.03, alphaP: 2 };
    for (const [p, s] of [
      [0.2, 0.01],
      [0.5, 0.3],
      [0.1, 0.5],
    ] as const) {
      const { delta, bound, k } = alignmentCriterion(parameters, { p, s, tau: 1 });
      expect(k > 0).toBe(delta < bound);
      expect(k).toBeCloseTo(bound - delta, 14);
    }
  });

  test('above tau^2 / (9 a) K is positive everywhere on the parabola, below it is not', () => {
    const { above, most } = alignmentWindow(noise);
    expect([above, most]).toEqual([1 / 9.9, 1 / 4.4]);
    const least = (eta: number) =>
      Math.min(
        ...Array.from({ length: 1000 }, (_, i) => {
          const p = i / 1000;
          return alignmentCriterion({ ...noise, eta, alphaP: 4 }, { p, s: (p * p) / 4, tau: 1 }).k;
        }),
      );
    expect(least(above * 1.001)).toBeGreaterThan(0);
    expect(least(above * 0.99)).toBeLessThan(0);
  });

  test('enough s makes K positive for every p', () => {
    const parameters = { ...noise, eta: 0.05, alphaP: 2 };
    const enough = sufficientFeature(parameters);
    expect(enough).toBeCloseTo((1 / (2 * 1.21) - 0.15 / 1.1) / 2, 14);
    const least = (s: number) =>
      Math.min(...Array.from({ length: 1001 }, (_, i) => alignmentCriterion(parameters, { p: i / 1000, s, tau: 1 }).k));
    expect(least(enough * 1.001)).toBeGreaterThan(0);
    expect(least(enough * 0.99)).toBeLessThan(0);
    expect(sufficientFeature({ ...parameters, eta: 0.3 })).toBe(0);
    expect(() => alignmentWindow({ lambdaS: 3, lambdaD: 2 })).toThrow(/X = I/);
  });
});

describe('rates', () => {
  test('without stop-gradient: the least over p, at 1 / (1 + sigma^2)', () => {
    expect(noStopGradientRate(noise)).toBeCloseTo(0.190909, 6);
    const [x, noiseX] = [2, 0.7];
    const least = Math.min(
      ...Array.from({ length: 2001 }, (_, i) => {
        const p = i / 1000;
        return 0.05 + (p * p + 1) * noiseX + (p - 1) ** 2 * x;
      }),
    );
    expect(noStopGradientRate({ lambdaS: x + noiseX, lambdaD: x, eta: 0.05 })).toBeCloseTo(least, 6);
  });

  test('without predictor: those of the linear system, and the runs follow them', () => {
    const parameters: ScalarParameters = {
      ...noise,
      eta: 0.05,
      predictor: { name: 'identity' },
      target: { name: 'ema', beta: 0.4 },
    };
    const [fast, slow] = noPredictorRates(parameters) as [number, number];
    expect(fast + slow).toBeCloseTo(-(1.15 + 0.4), 12);
    expect(fast * slow).toBeCloseTo(0.4 * 0.15, 12);
    const { s } = trajectory(parameters, { p: 1, s: 1 }, [100, 110]);
    expect(Math.log(s[1]! / s[0]!) / 20).toBeCloseTo(slow, 8);
    expect(noPredictorRates({ ...parameters, target: { name: 'stopGradient' } })[0]).toBeCloseTo(-0.15, 12);
    const jacobian = weightJacobian(parameters, { w: 0, wp: 1, wa: 0 });
    expect(eigenvalues(jacobian).map(({ re }) => re)).toEqual([expect.closeTo(slow, 12), expect.closeTo(fast, 12)]);
  });

  test('a target lags behind a collapsing mode', () => {
    expect(collapsingLag(0.04, 0.4)).toBeCloseTo(1.1111, 4);
    expect(collapsingLag(0.1, 0.4)).toBeCloseTo(1.3333, 4);
    expect(collapsingLag(0.4, 0.1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('predictors that are set', () => {
  test('f^exponent + epsilon f = p at the feature, whatever the correlation is of', () => {
    for (const correlation of ['images', 'views'] as const) {
      const parameters: ScalarParameters = {
        lambdaS: 3,
        lambdaD: 2,
        predictor: { name: 'directSet', exponent: 0.7, epsilon: 0.3, correlation },
      };
      const f = (correlation === 'views' ? 3 : 2) * directSetFeature(parameters, 0.4);
      expect(f ** 0.7 + 0.3 * f).toBeCloseTo(0.4, 12);
    }
    const flat = (epsilon: number): ScalarParameters => ({
      predictor: { name: 'directSet', exponent: 1e-3, epsilon },
      target: { name: 'stopGradient', tau: 90 },
    });
    const f = directSetFeature(flat(1), 90);
    expect(f ** 1e-3 + f).toBeCloseTo(90, 10);
    expect(() => directSetFeature(flat(0), 90)).toThrow(/exponent 0.001 is too small/);
  });

  test('a mode survives above p-, to which the largest mode lends epsilon', () => {
    const parameters = (epsilon: number): ScalarParameters => ({
      ...noise,
      eta: 0.04,
      predictor: { name: 'directSet', epsilon },
    });
    const minus = fixedPoints({ ...noise, eta: 0.04 })[1]!.p;
    expect(directSetSurvives(parameters(0), (0.95 * minus) ** 2, 0.5)).toBe(false);
    expect(directSetSurvives(parameters(0), (1.05 * minus) ** 2, 0.5)).toBe(true);
    expect(directSetSurvives(parameters(0.1), 1e-6, 0.6)).toBe(true);
    expect(() => directSetSurvives(noise, 1)).toThrow(RangeError);
  });
});

describe('eigenvalues', () => {
  test('of rotations, defective and diagonal matrices of size 1 to 3', () => {
    expect(eigenvalues([[3]])).toEqual([{ re: 3, im: 0 }]);
    expect(
      eigenvalues([
        [0, -2],
        [2, 0],
      ]),
    ).toEqual([
      { re: 0, im: 2 },
      { re: 0, im: -2 },
    ]);
    const close = (matrix: number[][], expected: [number, number][]) => {
      eigenvalues(matrix).forEach(({ re, im }, i) => {
        expect(re).toBeCloseTo(expected[i]![0], 7);
        expect(im).toBeCloseTo(expected[i]![1], 7);
      });
    };
    close(
      [
        [1, 0, 0],
        [0, 5, 0],
        [0, 0, -2],
      ],
      [
        [5, 0],
        [1, 0],
        [-2, 0],
      ],
    );
    // Companion matrix of (x - 2)(x^2 + 2 x + 5).
    close(
      [
        [0, -1, 10],
        [1, 0, 0],
        [0, 1, 0],
      ],
      [
        [2, 0],
        [-1, 2],
        [-1, -2],
      ],
    );
    expect(() => eigenvalues([[1, 2]])).toThrow(RangeError);
  });

  test.each([
    [[1, 1e-8, 1e8]],
    [[-1e3, -1, -1e-6]],
    [[-1e-6, 1e-3, -1e3]],
    [[5, 0, 0]],
    [[-7, 2, 0]],
    [[0, 0, 0]],
    [[1e150, 2e150, 3e150]],
    [[1e-120, 3e-120, 2e-120]],
  ])('keep their digits however far they lie apart, and end whatever their size: %j', (roots) => {
    const [a, b, c] = roots as [number, number, number];
    const found = eigenvalues([
      [a, a / 3, b / 5],
      [0, b, c / 7],
      [0, 0, c],
    ]);
    const expected = [...roots].sort((x, y) => y - x);
    found.forEach(({ re, im }, i) => {
      expect(Math.abs(re - expected[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[i]!));
      expect(im).toBe(0);
    });
  });

  test('of a rotation beside a zero', () => {
    const found = eigenvalues([
      [0, -1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
    expect(found.map(({ im }) => im).sort()).toEqual([-1, 0, 1]);
  });
});
