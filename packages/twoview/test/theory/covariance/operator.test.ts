// Operators by their factors beside the matrices that they stand for, and estimates from samples beside the truth.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  averagedConnection,
  betweenCore,
  ConnectionOperator,
  connection,
  connectionGram,
  contrastiveUpdate,
  covarianceOperator,
  createReluNetwork,
  gramEigenvalues,
  gramNorm,
  pairsCore,
  weightedCore,
  withinCore,
  withinViewOperator,
} from 'twoview/theory/covariance';
import { describe, expect, test } from 'vitest';
import { absolute, layersOf, points, relative, small, views } from './setup.js';

const at = small(2);

/** [N, P, D] to the covariance of its columns over N, [P, P]. */
function covarianceOf(k: Tensor): Tensor {
  const centred = k
    .sub(k.mean([0], true))
    .permute([1, 0, 2])
    .flatten(1);
  return centred.matmul(centred.t()).div(k.shape[0]!);
}

/** E_x V_{x'|x}[K]. */
function withinOf(layer: number): Tensor {
  const every = connection(at.network, at.data.flatten(0, 1), layer).reshape([points, views, -1, 4]);
  const all = Array.from({ length: points }, (_, i) => covarianceOf(every.narrow(0, i, 1).squeeze(0)));
  return torch.stack(all).mean([0]);
}

test('V and Va are the covariances of the connections, written out', () => {
  for (const on of layersOf(at)) {
    const between = covarianceOf(averagedConnection(at.network, at.data, on.layer));
    expect(relative(covarianceOperator(on).dense(), between)).toBeLessThan(1e-13);
    expect(relative(withinViewOperator(on).dense(), withinOf(on.layer))).toBeLessThan(1e-13);
  }
});

test('product, trace, norm, quadratic form and spectrum are those of the matrix, for a definite and an indefinite operator', () => {
  for (const on of layersOf(at)) {
    for (const operator of [covarianceOperator(on), contrastiveUpdate(on, { beta: 0.7 })]) {
      const dense = operator.dense();
      expect(absolute(dense, dense.t())).toBeLessThan(1e-16);
      const product = dense.matmul(on.weight.flatten()).reshape(on.weight.shape);
      expect(relative(operator.apply(on.weight), product)).toBeLessThan(1e-12);
      expect(operator.quadraticForm(on.weight)).toBeCloseTo(product.mul(on.weight).sum().item(), 14);
      expect(operator.trace()).toBeCloseTo(dense.trace().item(), 14);
      expect(operator.norm()).toBeCloseTo(dense.linalgVectorNorm().item(), 14);
      const expected = (torch.linalgEigvalsh(dense).data() as Float64Array).reverse();
      const gram = gramEigenvalues(connectionGram(operator.connections), operator.core);
      const own = operator.eigenvalues();
      expect(own.length).toBe(on.weight.numel);
      for (const spectrum of [gram, own]) {
        expect(spectrum[0]).toBeCloseTo(expected[0]!, 14);
        expect(spectrum[3]).toBeCloseTo(expected[3]!, 14);
        expect(Math.min(...spectrum, 0)).toBeCloseTo(Math.min(...expected, 0), 14);
        expect(spectrum.reduce((a, b) => a + b)).toBeCloseTo(dense.trace().item(), 13);
      }
    }
  }
});

test('V is positive semi-definite, of rank (N - 1) n_L at most; V - beta Va is not', () => {
  for (const on of layersOf(at)) {
    const spectrum = covarianceOperator(on).eigenvalues();
    expect(Math.min(...spectrum)).toBeGreaterThan(-1e-12);
    expect(spectrum.filter((value) => value > 1e-12).length).toBeLessThanOrEqual((points - 1) * 4);
    expect(Math.min(...contrastiveUpdate(on, { beta: 0.7 }).eigenvalues())).toBeLessThan(-1e-3);
  }
});

test('a layer of 20,000 weights has a norm, a spectrum and a product, and no matrix', () => {
  const generator = new torch.Generator({ seed: 5 });
  const network = createReluNetwork({ sizes: [200, 100, 3], generator });
  const data = torch.randn([6, 3, 200], { generator, dtype: 'float64' });
  const operator = covarianceOperator({ network, data, layer: 1 });
  const spectrum = operator.eigenvalues();
  expect(spectrum.length).toBe(15);
  expect(spectrum.reduce((a, b) => a + b)).toBeCloseTo(operator.trace(), 10);
  expect(Math.sqrt(spectrum.reduce((a, b) => a + b * b, 0))).toBeCloseTo(operator.norm(), 10);
  // The power method finds the same largest eigenvalue.
  let v = torch.randn([100, 200], { generator, dtype: 'float64' });
  let value = 0;
  for (let i = 0; i < 40; i++) {
    v = operator.apply(v);
    value = v.linalgVectorNorm().item();
    v = v.div(value);
  }
  expect(value).toBeLessThanOrEqual(spectrum[0]! * (1 + 1e-9));
  expect(value).toBeGreaterThan(0.98 * spectrum[0]!);
  expect(() => operator.dense()).toThrow(/too large to write out/);
});

test('weighted pairs: weights of one give twice the covariance', () => {
  const one = weightedCore(torch.ones([points, points], { dtype: 'float64' }), views);
  expect(absolute(one, betweenCore(points, views).mul(2))).toBeLessThan(1e-16);
});

describe('from a sample of points and views', () => {
  const [all, perPoint, n, a] = [3, 3, 2, 2];

  /** What a core of n points with a views stands for on average, over all equally likely samples of a population of 3 x 3. */
  function expectation(core: Tensor): Tensor {
    const weights = core.tolist() as number[][];
    const rows = all * perPoint;
    const sum = Array.from({ length: rows }, () => new Array<number>(rows).fill(0));
    const choices = all * perPoint ** a;
    const viewsOf = (choice: number): number[] => {
      const point = choice % all;
      const [first, second] = [Math.floor(choice / all) % perPoint, Math.floor(choice / all / perPoint)];
      return [point * perPoint + first, point * perPoint + second];
    };
    for (let sample = 0; sample < choices ** n; sample++) {
      const drawn = [...viewsOf(sample % choices), ...viewsOf(Math.floor(sample / choices))];
      drawn.forEach((row, r) => {
        drawn.forEach((column, s) => {
          sum[row]![column]! += weights[r]![s]! / choices ** n;
        });
      });
    }
    return torch.tensor(sum.flat(), { shape: [rows, rows], dtype: 'float64' });
  }

  test('V and Va are estimated without bias from any number of points and views', () => {
    expect(absolute(expectation(betweenCore(n, a, 'sample')), betweenCore(all, perPoint))).toBeLessThan(1e-14);
    expect(absolute(expectation(withinCore(n, a, 'sample')), withinCore(all, perPoint))).toBeLessThan(1e-14);
  });

  test('plain averages add Va / A to V, and lose as they have few points', () => {
    const [v, va] = [betweenCore(all, perPoint), withinCore(all, perPoint)];
    const plain = expectation(betweenCore(n, a));
    expect(absolute(plain, v.add(va, { alpha: 1 / a }).mul(1 - 1 / n))).toBeLessThan(1e-14);
    expect(absolute(expectation(withinCore(n, a)), va.mul(1 - 1 / a))).toBeLessThan(1e-14);
  });

  test('too few points or views for an estimate are refused', () => {
    expect(() => betweenCore(1, 4, 'sample')).toThrow(/unbiased estimate/);
    expect(() => betweenCore(4, 1, 'sample')).toThrow(RangeError);
    expect(() => withinCore(4, 1, 'sample')).toThrow(RangeError);
    expect(() => betweenCore(0, 1)).toThrow(RangeError);
  });
});

test('shapes and weights that do not fit are refused', () => {
  const [on] = layersOf(at);
  const operator = covarianceOperator(on!);
  expect(() => operator.apply(torch.ones([2, 2], { dtype: 'float64' }))).toThrow(/acts on \[7, 6\]/);
  expect(() => new ConnectionOperator(operator.connections, betweenCore(2, 2))).toThrow(/20 connections/);
  expect(() => gramNorm(torch.ones([5, 5]), betweenCore(2, 1))).toThrow(/\[R m, R m\]/);
  expect(() => pairsCore(torch.ones([2, 3]))).toThrow(RangeError);
  const lopsided = torch.tensor([0, 1, 0, 0], { shape: [2, 2], dtype: 'float64' });
  expect(() => weightedCore(lopsided, 2)).toThrow(/symmetric/);
});
