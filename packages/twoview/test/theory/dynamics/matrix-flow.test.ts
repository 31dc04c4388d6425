// The matrix flow: its gradient, its closed forms, and the scalar modes that it falls apart into.
import * as torch from '@twoview/torch';
import { matrix, scalar } from 'twoview/theory/dynamics';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const generator = (seed: number) => new torch.Generator({ seed });
const tensor = ({ rows, columns, values }: matrix.Matrix) => torch.tensor(values, { shape: [rows, columns] });

/** Random weights and moments of 6 inputs and 4 outputs. */
function problem(seed: number) {
  const g = generator(seed);
  const [inputs, outputs] = [6, 4];
  const x = matrix.randomMoment(inputs, g);
  const xPrime = matrix.randomMoment(inputs, g);
  const state = {
    w: matrix.normalMatrix(outputs, inputs, 0.4, g),
    wp: matrix.normalMatrix(outputs, outputs, 0.4, g),
    wa: matrix.normalMatrix(outputs, inputs, 0.4, g),
  };
  return { slots: { inputs, outputs, x, xPrime }, state };
}

const difference = (a: matrix.Matrix, b: matrix.Matrix): number => matrix.norm(matrix.subtract(a, b));

describe('the derivative', () => {
  const { slots, state } = problem(1);

  /** J by central differences in the entries of one matrix, with the target held or following. */
  function numericGradient(name: 'w' | 'wp', follows: boolean): matrix.Matrix {
    const loss = (changed: matrix.Matrix): number => {
      const now = { ...state, [name]: changed };
      return torch.scope(() =>
        matrix
          .populationLoss({
            w: tensor(now.w),
            wp: tensor(now.wp),
            wa: tensor(follows ? now.w : state.wa),
            x: tensor(slots.x),
            xPrime: tensor(slots.xPrime),
          })
          .item(),
      );
    };
    const base = state[name];
    const step = 1e-6;
    const values = base.values.map((_, i) => {
      const shifted = (by: number) => ({
        ...base,
        values: base.values.map((value, k) => (k === i ? value + by : value)),
      });
      return (loss(shifted(step)) - loss(shifted(-step))) / (2 * step);
    });
    return { ...base, values };
  }

  test('is minus the gradient of the loss, with weight decay and the predictor’s rate', () => {
    const parameters = matrix.resolveMatrixParameters({
      ...slots,
      alphaP: 3,
      etaP: 0.2,
      etaS: 0.1,
      target: { name: 'ema', beta: 0.5 },
    });
    const slope = matrix.derivative(parameters, state);
    const w = matrix.combine(-1, numericGradient('w', false), -0.1, state.w);
    const wp = matrix.combine(-3, numericGradient('wp', false), -0.2, state.wp);
    expect(difference(slope.w, w)).toBeLessThan(1e-8);
    expect(difference(slope.wp, wp)).toBeLessThan(1e-8);
    expect(difference(slope.wa, matrix.combine(0.5, state.w, -0.5, state.wa))).toBeLessThan(1e-14);
  });

  test('goes through both branches without stop-gradient', () => {
    const parameters = matrix.resolveMatrixParameters({ ...slots, target: { name: 'online' } });
    const slope = matrix.derivative(parameters, { ...state, wa: state.w });
    expect(difference(slope.w, matrix.scale(-1, numericGradient('w', true)))).toBeLessThan(1e-8);
  });

  test('of a symmetric predictor is the symmetric part', () => {
    const free = matrix.derivative(matrix.resolveMatrixParameters(slots), state);
    const symmetric = matrix.derivative(
      matrix.resolveMatrixParameters({ ...slots, predictor: { name: 'linear', symmetric: true } }),
      state,
    );
    expect(difference(symmetric.wp, matrix.symmetricPart(free.wp))).toBe(0);
    expect(difference(symmetric.w, free.w)).toBe(0);
    expect(difference(free.wp, matrix.transpose(free.wp))).toBeGreaterThan(0.01);
  });
});

describe('modes', () => {
  const targets: scalar.Target[] = [
    { name: 'online' },
    { name: 'stopGradient' },
    { name: 'stopGradient', tau: 0.7 },
    { name: 'ema', beta: 0.3 },
  ];
  const predictors: scalar.Predictor[] = [
    { name: 'identity' },
    { name: 'linear' },
    { name: 'directSet', exponent: 0.5, epsilon: 0.1 },
    { name: 'directSet', exponent: 1, epsilon: 0, correlation: 'views' },
  ];
  const cases = targets.flatMap((target) => predictors.map((predictor) => ({ target, predictor })));

  test.each(cases)('of commuting matrices are scalar ones: $predictor.name, $target.name', ({ target, predictor }) => {
    const data = [
      { lambdaS: 1.2, lambdaD: 1 },
      { lambdaS: 2, lambdaD: 1.5 },
      { lambdaS: 0.9, lambdaD: 0.5 },
    ];
    const starts = [
      { p: 0.3, s: 0.2 },
      { p: 0.5, s: 0.6 },
      { p: 0.1, s: 0.4 },
    ];
    const rates = { alphaP: 2, etaP: 0.06, etaS: 0.04, target, predictor };
    const times = [0.5, 3];
    const expected = scalar.trajectories({ ...rates, lambdaS: 1, lambdaD: 1 }, starts, times, { data });
    // The same rotation on both sides of every matrix.
    const q = matrix.orthogonalMatrix(3, generator(3));
    const rotate = (entries: number[]): matrix.Matrix =>
      matrix.multiply(matrix.multiply(q, matrix.diagonal(entries)), matrix.transpose(q));
    const states = matrix.matrixTrajectory(
      {
        inputs: 3,
        outputs: 3,
        x: rotate(data.map(({ lambdaD }) => lambdaD)),
        xPrime: rotate(data.map(({ lambdaS, lambdaD }) => lambdaS - lambdaD)),
        ...rates,
      },
      {
        w: rotate(starts.map(({ s }) => Math.sqrt(s))),
        ...(predictor.name === 'linear' ? { wp: rotate(starts.map(({ p }) => p)) } : {}),
      },
      times,
      { name: 'rk4', step: 0.02 },
    );
    states.forEach((state, i) => {
      const gram = rotate(expected.map(({ s }) => s[i]!));
      expect(difference(matrix.gram(state.w), gram)).toBeLessThan(1e-6);
      expect(difference(state.wp, rotate(expected.map(({ p }) => p[i]!)))).toBeLessThan(1e-6);
    });
  });

  test('are read off whatever the basis', () => {
    const q = matrix.orthogonalMatrix(3, generator(4));
    const rotate = (entries: number[]): matrix.Matrix =>
      matrix.multiply(matrix.multiply(q, matrix.diagonal(entries)), matrix.transpose(q));
    const { s, p, cosine } = matrix.modesOf(rotate([0.2, 0.9, 0.5]), rotate([1, -3, 2]));
    const rounded = (values: Float64Array) => [...values].map((value) => Number(value.toFixed(12)));
    expect(rounded(s)).toEqual([0.9, 0.5, 0.2]);
    expect(rounded(p)).toEqual([-3, 2, 1]);
    expect(rounded(cosine)).toEqual([-1, 1, 1]);
    const state = { w: q, wp: rotate([1, 2, 3]), wa: matrix.scale(-2, q) };
    expect(matrix.commutatorNorm(state)).toBeLessThan(1e-13);
    expect(matrix.asymmetry(state)).toBeLessThan(1e-13);
    expect(matrix.targetCosine(state)).toBeCloseTo(-1, 12);
  });
});

describe('theorems', () => {
  test('1: the balance decays at twice the weight decay, whatever the target', () => {
    const { slots, state } = problem(2);
    const start = { w: state.w, wp: state.wp };
    for (const target of [
      { name: 'ema', beta: 0.4 },
      { name: 'stopGradient', tau: 0.5 },
    ] as const) {
      const [end] = matrix.matrixTrajectory({ ...slots, alphaP: 2, eta: 0.05, target }, start, [8]);
      expect(matrix.balanceError(start, end!, { alphaP: 2, eta: 0.05, time: 8 })).toBeLessThan(1e-6);
      expect(matrix.largestEntry(matrix.balance(start, 2))).toBeGreaterThan(0.1);
    }
  });

  test('1 does not hold as a matrix identity for a predictor kept symmetric', () => {
    const { slots, state } = problem(2);
    const start = { w: state.w, wp: matrix.symmetricPart(state.wp) };
    const predictor = { name: 'linear', symmetric: true } as const;
    const [end] = matrix.matrixTrajectory({ ...slots, eta: 0.05, predictor }, start, [8]);
    expect(matrix.balanceError(start, end!, { alphaP: 1, eta: 0.05, time: 8 })).toBeGreaterThan(1e-3);
  });

  test('2: without stop-gradient vec(W) moves by -H, and falls at the rate of its least eigenvalue', () => {
    const { slots, state } = problem(5);
    const parameters = matrix.resolveMatrixParameters({ ...slots, eta: 0.03, target: { name: 'online' } });
    const h = matrix.collapseMatrix(parameters, state.wp);
    const vector = { rows: 24, columns: 1, values: matrix.transpose(state.w).values };
    const slope = matrix.derivative(parameters, { ...state, wa: state.w }).w;
    const expected = matrix.scale(-1, matrix.multiply(h, vector));
    expect(difference({ ...expected, values: matrix.transpose(slope).values }, expected)).toBeLessThan(1e-12);
    expect(matrix.collapseRate(parameters, state.wp)).toBeCloseTo(matrix.symmetricEigenvalues(h).at(-1)!, 10);
  });

  test('2: of isotropic data the rate needs no matrix of all entries', () => {
    const wp = matrix.normalMatrix(4, 4, 0.5, generator(6));
    const short = matrix.resolveMatrixParameters({ inputs: 3, outputs: 4, xPrime: 0.2, eta: 0.1 });
    const long = matrix.resolveMatrixParameters({
      inputs: 3,
      outputs: 4,
      x: matrix.scaledIdentity(3),
      xPrime: matrix.scaledIdentity(3, 0.2),
      eta: 0.1,
    });
    expect(matrix.collapseRate(short, wp)).toBeCloseTo(matrix.collapseRate(long, wp), 12);
  });

  test('2: refuses an H that is too large, and a predictor of another size', () => {
    const large = matrix.resolveMatrixParameters({ inputs: 100, outputs: 50, xPrime: matrix.scaledIdentity(100) });
    expect(() => matrix.collapseRate(large, matrix.scaledIdentity(50))).toThrow('5000 rows');
    expect(() => matrix.collapseRate(large, matrix.scaledIdentity(49))).toThrow('50 x 50');
  });

  test('2′: without predictor W = W0 exp(-(X′ + eta) t)', () => {
    const g = generator(7);
    const w = matrix.normalMatrix(3, 2, 1, g);
    const parameters = {
      inputs: 2,
      outputs: 3,
      x: matrix.randomMoment(2, g),
      xPrime: matrix.diagonal([0.1, 0.6]),
      eta: 0.05,
      predictor: { name: 'identity' },
    } as const;
    const [end] = matrix.matrixTrajectory(parameters, { w }, [3]);
    const decay = matrix.diagonal([Math.exp(-0.15 * 3), Math.exp(-0.65 * 3)]);
    expect(difference(end!.w, matrix.multiply(w, decay))).toBeLessThan(1e-7);
  });

  test('3: a commutator that is on its way obeys -LK - KL, and K names its rate', () => {
    const parameters = matrix.resolveMatrixParameters({ inputs: 1, outputs: 1, xPrime: 0.1, eta: 0.06, alphaP: 2 });
    const state = {
      w: matrix.matrix(1, 1, [0.6]),
      wp: matrix.matrix(1, 1, [0.4]),
      wa: matrix.matrix(1, 1, [0.6]),
    };
    const { k } = scalar.alignmentCriterion({ sigma2: 0.1, eta: 0.06, alphaP: 2 }, { p: 0.4, s: 0.36, tau: 1 });
    expect(matrix.alignmentRate(parameters, state)).toBeCloseTo(k, 14);
    const skew = matrix.resolveMatrixParameters({ inputs: 1, outputs: 1, etaP: 0.1, etaS: 0.2 });
    expect(() => matrix.alignmentRate(skew, state)).toThrow('one weight decay');
  });
});

describe('a run', () => {
  const { slots, state } = problem(8);
  const start = { w: state.w, wp: state.wp };

  test('ends where the observer says', () => {
    const flow = matrix.matrixFlow(slots);
    const seen: number[] = [];
    const end = matrix.followMatrix(
      flow,
      start,
      5,
      (time) => {
        seen.push(time);
        return time >= 1;
      },
      { name: 'euler', step: 0.25 },
    );
    expect(seen).toEqual([0, 0.25, 0.5, 0.75, 1]);
    const [same] = matrix.matrixTrajectory(slots, start, [1], { name: 'euler', step: 0.25 });
    expect(difference(end.w, same!.w)).toBeLessThan(1e-15);
  });

  test('of a moving average starts at 0 unless told otherwise', () => {
    const ema = { ...slots, target: { name: 'ema', beta: 0.5 } } as const;
    expect(matrix.norm(matrix.matrixTrajectory(ema, start, [0])[0]!.wa)).toBe(0);
    expect(matrix.matrixTrajectory(ema, { ...start, wa: state.wa }, [0])[0]!.wa.values).toEqual(state.wa.values);
  });

  test.each<[string, Partial<matrix.MatrixParameters>, Partial<matrix.MatrixStart>, string]>([
    ['a negative decay', { eta: -0.1 }, {}, 'eta'],
    ['a predictor’s rate of 0', { alphaP: 0 }, {}, 'alphaP'],
    ['half an input', { inputs: 2.5 }, {}, 'inputs'],
    ['a moment of another size', { x: matrix.scaledIdentity(3) }, {}, '6 x 6'],
    ['a moment that is no moment', { xPrime: matrix.scaledIdentity(6, -1) }, {}, 'positive semidefinite'],
    ['a negative variance', { xPrime: -1 }, {}, 'xPrime'],
    ['an average that runs backwards', { target: { name: 'ema', beta: -1 } }, {}, 'beta'],
    ['no predictor to start from', {}, { wp: undefined }, 'wp is missing'],
    ['a predictor that is set', { predictor: { name: 'identity' } }, {}, 'leave it out'],
    ['a target that follows', {}, { wa: state.wa }, 'leave it out'],
    ['weights of another size', {}, { w: matrix.zeros(4, 5) }, '4 x 6'],
    ['weights that are not finite', {}, { w: matrix.scale(Number.NaN, state.w) }, 'not a finite number'],
    ['a skew predictor', { predictor: { name: 'linear', symmetric: true } }, {}, 'symmetric'],
  ])('refuses %s', (_, parameters, changed, message) => {
    const run = () => matrix.matrixTrajectory({ ...slots, ...parameters }, { ...start, ...changed }, [1]);
    expect(run).toThrow(RangeError);
    expect(run).toThrow(message);
  });

  test('refuses times out of order, and says so when it needs too many steps', () => {
    expect(() => matrix.matrixTrajectory(slots, start, [2, 1])).toThrow(RangeError);
    expect(() => matrix.followMatrix(matrix.matrixFlow(slots), start, Number.NaN, () => false)).toThrow('until');
    const coarse = { name: 'euler', step: 20 } as const;
    expect(() => matrix.followMatrix(matrix.matrixFlow(slots), start, 2000, () => false, coarse)).toThrow('not finite');
    const wild = { w: matrix.scale(1e120, state.w), wp: state.wp };
    const few = { name: 'dormandPrince', maxSteps: 100 } as const;
    expect(() => matrix.matrixTrajectory(slots, wild, [1], few)).toThrow('more than 100 steps');
  });
});
