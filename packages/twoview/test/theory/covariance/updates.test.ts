// Every predicted direction beside autograd's, on populations that are written out.
import * as torch from '@twoview/torch';
import { simpleContrastiveOf } from 'twoview/objectives';
import {
  type Branches,
  byolPopulationLoss,
  byolUpdate,
  type ContrastiveLoss,
  contrastiveLossOf,
  contrastivePopulationLoss,
  contrastiveUpdate,
  covarianceOperator,
  enumerateDraws,
  perDrawUpdate,
  steepestDescent,
  weightedPopulationLoss,
  weightedUpdate,
  withinViewOperator,
} from 'twoview/theory/covariance';
import { describe, expect, test } from 'vitest';
import { absolute, layersOf, points, relative, small, views } from './setup.js';

const at = small(3);
const draws = enumerateDraws(points, views);
const branches: Branches[] = ['both', 'anchor'];

describe('draws', () => {
  test('are every anchor with every view of its point and every negative, once', () => {
    const { anchor, positive, negatives } = enumerateDraws(3, 2, 2);
    expect(anchor.shape).toEqual([3 * 2 * 2 * 36]);
    const rows = torch
      .stack([anchor, positive, negatives.select(1, 0), negatives.select(1, 1)], 1)
      .tolist() as number[][];
    expect(new Set(rows.map(String)).size).toBe(rows.length);
    for (const [a, p] of rows) expect(Math.floor(a! / 2)).toBe(Math.floor(p! / 2));
  });

  test('too many, or counts that are none, are refused', () => {
    expect(() => enumerateDraws(100, 10, 3)).toThrow(/more than 4000000/);
    expect(() => enumerateDraws(0, 1)).toThrow(RangeError);
    expect(() => enumerateDraws(2, 2, 1.5)).toThrow(RangeError);
  });
});

describe('contrastive losses', () => {
  test.each([0, 0.3, -0.3, 2])('(1 + beta) r+ - r- with beta %d, through both branches and through one', (beta) => {
    for (const branch of branches) {
      const loss = contrastivePopulationLoss((r) => simpleContrastiveOf(r, { beta }), draws, branch);
      const descent = steepestDescent(at.network, at.data, loss);
      for (const on of layersOf(at)) {
        const predicted = contrastiveUpdate(on, { beta, branches: branch }).apply(on.weight);
        expect(relative(predicted, descent[on.layer - 1]!)).toBeLessThan(1e-12);
      }
    }
  });

  test('the simple loss’s operator is 2 V, and 2 (V - beta Va) with beta', () => {
    for (const on of layersOf(at)) {
      const [v, va] = [covarianceOperator(on).dense(), withinViewOperator(on).dense()];
      expect(relative(contrastiveUpdate(on).dense(), v.mul(2))).toBeLessThan(1e-14);
      expect(relative(contrastiveUpdate(on, { beta: 0.4 }).dense(), v.sub(va, { alpha: 0.4 }).mul(2))).toBeLessThan(
        1e-13,
      );
      expect(relative(contrastiveUpdate(on, { branches: 'anchor' }).dense(), v)).toBeLessThan(1e-14);
    }
  });

  test('without augmentation nothing is left of Va, and beta makes no difference', () => {
    const still = small(4, 0);
    for (const on of layersOf(still)) {
      expect(withinViewOperator(on).norm()).toBeLessThan(1e-14);
      expect(relative(contrastiveUpdate(on, { beta: 0.9 }).dense(), contrastiveUpdate(on).dense())).toBeLessThan(1e-12);
    }
  });

  test('weights of pairs, with signs too, through both branches and through one', () => {
    for (const shift of [0, -1]) {
      const random = torch.rand([points, points], { generator: at.generator, dtype: 'float64' });
      const xi = random.add(random.t()).add(shift);
      for (const branch of branches) {
        const descent = steepestDescent(at.network, at.data, weightedPopulationLoss(xi, draws, branch));
        for (const on of layersOf(at)) {
          const predicted = weightedUpdate(on, xi, branch).apply(on.weight);
          expect(relative(predicted, descent[on.layer - 1]!)).toBeLessThan(1e-12);
        }
      }
    }
  });

  test('weights of pairs that are not negative give a positive semi-definite operator', () => {
    const random = torch.rand([points, points], { generator: at.generator, dtype: 'float64' });
    for (const on of layersOf(at)) {
      expect(Math.min(...weightedUpdate(on, random.add(random.t())).eigenvalues())).toBeGreaterThan(-1e-12);
    }
  });
});

describe('BYOL with the same weights on both sides', () => {
  test.each([0.6, 1, 1.4])('predictor %d, with and without zero mean', (predictor) => {
    for (const zeroMean of [false, true]) {
      const loss = byolPopulationLoss(draws, { predictor, zeroMean });
      const descent = steepestDescent(at.network, at.data, loss);
      for (const on of layersOf(at)) {
        const predicted = byolUpdate(on, { predictor, zeroMean }).apply(on.weight);
        expect(relative(predicted, descent[on.layer - 1]!)).toBeLessThan(1e-12);
      }
    }
  });

  test('without a predictor weights only shrink, by Va', () => {
    for (const on of layersOf(at)) {
      const alone = byolUpdate(on, { predictor: 1, zeroMean: true });
      expect(relative(alone.dense(), withinViewOperator(on).dense().neg())).toBeLessThan(1e-13);
      expect(alone.quadraticForm(on.weight)).toBeLessThan(0);
    }
  });

  test('without zero mean the constant direction grows too', () => {
    const [on] = layersOf(at);
    const plain = byolUpdate(on!, { predictor: 0.5, zeroMean: false });
    const centred = byolUpdate(on!, { predictor: 0.5, zeroMean: true });
    expect(Math.max(...plain.eigenvalues())).toBeGreaterThan(1.5 * Math.max(...centred.eigenvalues()));
  });
});

describe('losses of the family, draw by draw', () => {
  const losses: [ContrastiveLoss, number][] = [
    [{ name: 'simple' }, 1],
    [{ name: 'softTriplet', temperature: 0.3, margin: 0.1 }, 1],
    [{ name: 'infoNce', temperature: 0.1 }, 1],
    [{ name: 'infoNce', temperature: 0.3 }, 2],
    [{ name: 'exactCovariance', temperature: 0.3 }, 2],
  ];
  const few = small(5);
  const data = few.data.narrow(1, 0, 2).contiguous();

  test.each(losses)('%o with %d negatives', (loss, negatives) => {
    const all = enumerateDraws(points, 2, negatives);
    const descent = steepestDescent(
      few.network,
      data,
      contrastivePopulationLoss((r) => contrastiveLossOf(loss, r), all),
    );
    for (const on of layersOf({ ...few, data })) {
      const update = perDrawUpdate(on, loss, negatives);
      expect(relative(update.total.apply(on.weight), descent[on.layer - 1]!)).toBeLessThan(1e-11);
      const parts = update.covariance.apply(on.weight).add(update.residue.apply(on.weight));
      expect(relative(parts, descent[on.layer - 1]!)).toBeLessThan(1e-11);
      expect(Math.min(...update.covariance.eigenvalues())).toBeGreaterThan(-1e-12);
    }
  });

  test('the simple loss has weights of one and no residue', () => {
    for (const on of layersOf(few)) {
      const update = perDrawUpdate(on, { name: 'simple' });
      expect(absolute(update.pairWeights, torch.ones([points, points], { dtype: 'float64' }))).toBeLessThan(1e-13);
      expect(update.residue.norm() / update.total.norm()).toBeLessThan(1e-7);
    }
  });

  test('the residue goes to zero with the variance of views, faster than Va', () => {
    const share = (scatter: number): number[] =>
      layersOf(small(6, scatter)).map((on) => {
        const { residue, total } = perDrawUpdate(on, { name: 'infoNce', temperature: 0.1 });
        return residue.norm() / total.norm();
      });
    const [wide, middle, narrow] = [share(0.3), share(0.03), share(0.003)];
    wide.forEach((value, i) => {
      expect(value).toBeGreaterThan(1e-3);
      expect(middle[i]! / value).toBeLessThan(0.2);
      expect(narrow[i]! / middle[i]!).toBeLessThan(0.2);
    });
  });
});

test('settings that make no sense are refused', () => {
  const [on] = layersOf(at);
  expect(() => contrastiveUpdate(on!, { beta: -2 })).toThrow(/beta must be a number of at least -1/);
  expect(() => byolUpdate(on!, { predictor: Number.NaN, zeroMean: true })).toThrow(RangeError);
  expect(() => weightedUpdate(on!, torch.ones([2, 2], { dtype: 'float64' }))).toThrow(/\[5, 5\]/);
  expect(() => weightedPopulationLoss(torch.ones([2, 2]), draws)).toThrow(RangeError);
  expect(() => contrastiveUpdate(on!, { branches: 'one' as 'both' })).toThrow(/branches must be both or anchor/);
  expect(() => covarianceOperator({ ...on!, layer: 9 })).toThrow(/no layer 9/);
  expect(() => perDrawUpdate(on!, { name: 'infoNce', temperature: 0 })).toThrow(/temperature/);
});
