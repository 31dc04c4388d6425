// What whitening does to embeddings: the identities of Hua et al. 2021 and of each solver.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  batchStandardize,
  choleskyWhiten,
  groupWhiten,
  newtonSchulzWhiten,
  type Solver,
  slicedWhiten,
  whiten,
  zcaWhiten,
} from 'twoview/normalizers';
import { describe, expect, test } from 'vitest';
import { gaussian } from '../objectives/gradients.js';
import { allFinite, columnCorrelations, distance, geometric, indices, offWhite, withSpectrum } from './embeddings.js';

torch.setNumThreads(1);
const solvers: Solver[] = ['eigh', 'cholesky', 'newtonSchulz'];
const generator = (seed: number): torch.Generator => new torch.Generator({ seed });

describe('whitened embeddings', () => {
  test.each(solvers)('have the identity as covariance within every group, by %s', (solver) => {
    const x = withSpectrum(1, 64, geometric(16, 50));
    for (const [input, tolerance] of [
      [x, 1e-10],
      [x.float(), 1e-4],
    ] as const) {
      const z = groupWhiten(input, { groups: 2, solver });
      expect(z.dtype).toBe(input.dtype);
      for (const start of [0, 8]) expect(offWhite(z.narrow(1, start, 8))).toBeLessThan(tolerance);
      expect(z.mean([0]).abs().max().item()).toBeLessThan(tolerance);
    }
    // Between groups nothing is promised.
    expect(offWhite(groupWhiten(x, { groups: 2, solver }))).toBeGreaterThan(0.1);
  });

  test('are symmetric transforms by eigh and newtonSchulz, triangular ones by cholesky', () => {
    const x = withSpectrum(4, 40, geometric(6, 20));
    const transform = (z: Tensor): Tensor => {
      const centred = x.sub(x.mean([0], true));
      return torch.linalgLstsq(centred, z)[0];
    };
    for (const z of [zcaWhiten(x), newtonSchulzWhiten(x)]) {
      expect(distance(transform(z), transform(z).t())).toBeLessThan(1e-10);
    }
    expect(transform(choleskyWhiten(x)).tril(-1).abs().max().item()).toBeLessThan(1e-10);
  });

  test('agree between newtonSchulz and eigh at a condition number of 100', () => {
    const x = withSpectrum(7, 64, geometric(16, 100));
    expect(distance(newtonSchulzWhiten(x), zcaWhiten(x))).toBeLessThan(1e-6);
    expect(distance(newtonSchulzWhiten(x.float()), zcaWhiten(x))).toBeLessThan(1e-4);
    // Too few steps leave small eigenvalues behind.
    expect(offWhite(newtonSchulzWhiten(x, { iterations: 5 }))).toBeGreaterThan(0.1);
  });

  test('with as many groups as axes are batch standardised ones', () => {
    const x = gaussian(9, 20, 6).mul(3).add(2);
    for (const solver of solvers) {
      expect(distance(groupWhiten(x, { groups: 6, solver }), batchStandardize(x))).toBeLessThan(1e-12);
    }
  });

  test('follow a permutation of the columns of a group by eigh, and not by cholesky', () => {
    const x = withSpectrum(11, 48, geometric(8, 30));
    const order = indices([2, 0, 3, 1, 4, 7, 6, 5]);
    const moved = x.indexSelect(1, order);
    const difference = (solver: Solver): number =>
      distance(groupWhiten(moved, { groups: 2, solver }), groupWhiten(x, { groups: 2, solver }).indexSelect(1, order));
    expect(difference('eigh')).toBeLessThan(1e-10);
    expect(difference('newtonSchulz')).toBeLessThan(1e-10);
    expect(difference('cholesky')).toBeGreaterThan(0.1);
  });

  test.each(solvers)('do not depend on scale and offset of the input, by %s', (solver) => {
    const x = withSpectrum(13, 32, geometric(8, 10));
    for (const a of [1e-6, 1e6]) {
      expect(distance(whiten(x.mul(a).add(3 * a), { solver }), whiten(x, { solver }))).toBeLessThan(1e-8);
    }
    expect(distance(batchStandardize(x.mul(1e-6).add(0.1)), batchStandardize(x))).toBeLessThan(1e-8);
  });

  test('differ by 2 D minus twice the sum of correlations of the views', () => {
    const [a, b] = [gaussian(15, 64, 8), gaussian(16, 64, 8)];
    const mixed = a.mul(0.8).add(b);
    for (const normalize of [batchStandardize, zcaWhiten, choleskyWhiten]) {
      const [z1, z2] = [normalize(a), normalize(mixed)];
      const loss = z1.sub(z2).square().sum([1]).mean().item();
      const sum = columnCorrelations(z1, z2).reduce((total, c) => total + c, 0);
      expect(loss).toBeCloseTo(2 * 8 - 2 * sum, 10);
    }
  });

  test('of permuted groups stay at their axes, and each group is white', () => {
    const x = gaussian(17, 64, 12);
    const permutation = torch.randperm(12, { generator: generator(3) });
    const z = groupWhiten(x, { groups: 3, permutation });
    for (const correlation of columnCorrelations(x, z)) expect(correlation).toBeGreaterThan(0.5);
    const order = permutation.data() as BigInt64Array;
    for (let k = 0; k < 3; k++) {
      const group = z.indexSelect(1, torch.tensor(order.slice(4 * k, 4 * k + 4)));
      expect(offWhite(group)).toBeLessThan(1e-10);
    }
    expect(distance(z, groupWhiten(x, { groups: 3 }))).toBeGreaterThan(0.01);
    // Within one group the order of axes means nothing to a symmetric transform.
    expect(
      distance(
        groupWhiten(x, { groups: 1, permutation: indices([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]) }),
        zcaWhiten(x),
      ),
    ).toBeLessThan(1e-10);
  });

  test('shrink with epsilon, which is added to every eigenvalue', () => {
    const x = withSpectrum(19, 64, [4, 1, 0.25]);
    const [values] = torch.linalgEigh(
      zcaWhiten(x, { epsilon: 0.5 })
        .t()
        .mm(zcaWhiten(x, { epsilon: 0.5 }))
        .div(64),
    );
    const expected = [0.25 / 0.75, 1 / 1.5, 4 / 4.5];
    for (const [i, value] of expected.entries()) expect(values.select(0, i).item()).toBeCloseTo(value, 10);
  });
});

describe('degenerate embeddings', () => {
  const x = gaussian(21, 32, 4);
  const cases: Record<string, Tensor> = {
    'two equal axes': torch.cat([x, x.narrow(1, 0, 1)], 1),
    'a constant axis': torch.cat([x, torch.ones([32, 1], { dtype: 'float64' })], 1),
    'one direction alone': x.narrow(1, 0, 1).mm(gaussian(22, 1, 5)),
    'all samples equal': torch.ones([32, 5], { dtype: 'float64' }).mul(0.3),
    'all zero': torch.zeros([32, 5], { dtype: 'float64' }),
  };
  const ways: Record<string, (input: Tensor) => Tensor> = {
    ...Object.fromEntries(solvers.map((solver) => [solver, (input: Tensor) => whiten(input, { solver })])),
    bn: (input) => batchStandardize(input),
    slices: (input) => slicedWhiten([input], { size: 16 }, generator(1))[0]!,
  };
  for (const dtype of ['float32', 'float64'] as const) {
    for (const [way, normalize] of Object.entries(ways)) {
      test.each(Object.keys(cases))(`${dtype}, ${way}: finite output and gradient for %s`, (name) => {
        torch.scope(() => {
          const input = cases[name]!.to({ dtype }).requiresGrad_();
          const z = normalize(input);
          const target = gaussian(23, 32, 5).to({ dtype });
          const [gradient] = torch.grad(z.sub(target).square().sum(), [input]);
          expect(allFinite(z.detach())).toBe(true);
          expect(allFinite(gradient!)).toBe(true);
        });
      });
    }
  }

  test('full directions beside a missing one are still white', () => {
    const z = zcaWhiten(torch.cat([x, x.narrow(1, 0, 1)], 1));
    const values = Array.from(torch.linalgEigvalsh(z.t().mm(z).div(32)).data() as Float64Array);
    expect(values[0]).toBeLessThan(1e-5);
    for (const value of values.slice(1)) expect(value).toBeCloseTo(1, 8);
  });

  test.each([...solvers, 'bn'])('NaN comes out where NaN went in, by %s', (way) => {
    const poisoned = x.clone();
    poisoned.select(0, 0).fill_(Number.NaN);
    expect(ways[way]!(poisoned).sum().item()).toBeNaN();
  });

  test('float32 stays white to 1e-3 up to a condition number of 1e8', () => {
    const ill = withSpectrum(25, 64, geometric(16, 1e8)).float();
    expect(offWhite(zcaWhiten(ill))).toBeLessThan(1e-3);
    expect(offWhite(choleskyWhiten(ill))).toBeLessThan(1e-3);
  });
});

describe('refusals', () => {
  test('too few samples for so many axes', () => {
    expect(() => whiten(gaussian(1, 8, 8))).toThrow(/8 axes whitened together need at least 9 samples/);
    expect(() => groupWhiten(gaussian(1, 8, 8), { groups: 2 })).not.toThrow();
    expect(() => batchStandardize(gaussian(1, 1, 8))).toThrow(/at least 2 samples/);
    expect(() => slicedWhiten([gaussian(1, 12, 4)], { size: 4 }, generator(1))).toThrow(/at least 5 samples/);
  });

  test('groups that do not divide the axes, with those that do', () => {
    expect(() => groupWhiten(gaussian(1, 64, 12), { groups: 5 })).toThrow(
      '12 axes do not divide into 5 groups; choose 1, 2, 3, 4, 6, 12',
    );
    for (const groups of [0, 1.5, -1, 13]) {
      expect(() => groupWhiten(gaussian(1, 64, 12), { groups })).toThrow(RangeError);
    }
  });

  test('what is no matrix, and a permutation of other axes', () => {
    expect(() => whiten(torch.zeros([4]))).toThrow(/must be a matrix \[N, D\], not of shape \[4\]/);
    expect(() => batchStandardize(torch.zeros([0, 3]))).toThrow(RangeError);
    const short = torch.randperm(4, { generator: generator(1) });
    expect(() => groupWhiten(gaussian(1, 64, 12), { groups: 3, permutation: short })).toThrow(
      /permutation must be int64 \[12\]/,
    );
  });
});

test('half precision is computed in float32', () => {
  const x = withSpectrum(27, 32, geometric(8, 4)).to({ dtype: 'bfloat16' });
  expect(distance(zcaWhiten(x), zcaWhiten(x.float()))).toBe(0);
  expect(zcaWhiten(x).dtype).toBe('float32');
  expect(batchStandardize(x).dtype).toBe('float32');
});
