// What can be known of the root: belief propagation against counting all states, and the published closed forms' values.
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';
import { generator, irregular, numbers, pearson, signRows } from './helpers.js';

beforeAll(() => torch.setNumThreads(1));

/** E[root | leaves] by Bayes' rule over all states, for each state. */
function counted(tree: hltm.LatentTree): { root: number[]; posterior: number[]; p: number[]; leaves: torch.Tensor } {
  const { levels, probabilities } = hltm.enumerateTree(tree);
  const rows = signRows(levels);
  const p = numbers(probabilities);
  const root = rows[0]![0]!;
  const key = (s: number): string =>
    rows
      .at(-1)!
      .map((leaf) => leaf[s])
      .join();
  const sums = new Map<string, [number, number]>();
  p.forEach((value, s) => {
    const [total, signed] = sums.get(key(s)) ?? [0, 0];
    sums.set(key(s), [total + value, signed + value * root[s]!]);
  });
  const posterior = p.map((_, s) => sums.get(key(s))![1] / sums.get(key(s))![0]);
  return { root, posterior, p, leaves: hltm.signs(levels.at(-1)!) };
}

describe.each([0, 0.35])('with a root bias of %d', (bias) => {
  const trees = [
    irregular(2, bias),
    hltm.drawTree({ depth: 3, children: 2, polarity: { low: 0.4, high: 0.95 }, rootBias: bias }, generator(2)),
  ];

  test.each(trees)('belief propagation is Bayes’ rule (%#)', (tree) => {
    const { leaves, posterior } = counted(tree);
    const found = numbers(hltm.posteriorMean(tree, leaves));
    found.forEach((value, s) => {
      expect(Math.abs(value - posterior[s]!)).toBeLessThan(1e-12);
    });
  });

  test.each(trees)('the bound is the posterior’s correlation with the root, exactly and by sampling (%#)', (tree) => {
    const { posterior, root, p } = counted(tree);
    const exact = hltm.exactRootBound(tree);
    expect(exact).toBeCloseTo(pearson(root, posterior, p), 10);
    expect(Math.abs(hltm.sampledRootBound(tree, 60_000, generator(3)) - exact)).toBeLessThan(0.006);
  });

  test.each(trees)('the sum of leaves correlates as all states say, and below the bound (%#)', (tree) => {
    const { leaves, root, p } = counted(tree);
    const paths = hltm.pathPolarities(tree).at(-1)!;
    const signs = torch.tensor(Array.from(paths, Math.sign), { dtype: 'float64' });
    const sum = numbers(signs.unsqueeze(0).matmul(leaves));
    const found = hltm.leafSumCorrelation(tree);
    expect(found).toBeCloseTo(pearson(root, sum, p), 10);
    expect(found).toBeLessThan(hltm.exactRootBound(tree));
  });
});

describe('equal polarities at depth 5', () => {
  test.each([
    [0.6, 0.308, 0.311],
    [0.7, 0.519, 0.534],
    [0.8, 0.723, 0.756],
    [0.85, 0.81, 0.846],
    [0.9, 0.884, 0.916],
    [0.95, 0.947, 0.967],
  ])('%d: sum of leaves %d, bound %d', (rho, linear, bayes) => {
    const shape = { depth: 5, children: 2 };
    const tree = hltm.uniformTree(shape, rho);
    expect(Math.abs(hltm.leafSumCorrelation(tree) - linear)).toBeLessThan(0.0006);
    expect(hltm.uniformLeafSumCorrelation(shape, rho)).toBeCloseTo(hltm.leafSumCorrelation(tree), 12);
    expect(Math.abs(hltm.sampledRootBound(tree, 80_000, generator(4)) - bayes)).toBeLessThan(0.006);
  });
});

test('two leaves: the closed form, which their sum reaches', () => {
  expect(hltm.pairBound(0.8)).toBeCloseTo(0.88345, 5);
  const tree = hltm.uniformTree({ depth: 1, children: 2 }, 0.8);
  expect(hltm.exactRootBound(tree)).toBeCloseTo(hltm.pairBound(0.8), 12);
  expect(hltm.uniformLeafSumCorrelation(tree, 0.8)).toBeCloseTo(hltm.pairBound(0.8), 12);
});

test('the closed form of sums holds for three children', () => {
  const shape = { depth: 3, children: 3 };
  expect(hltm.uniformLeafSumCorrelation(shape, 0.7)).toBeCloseTo(
    hltm.leafSumCorrelation(hltm.uniformTree(shape, 0.7)),
    12,
  );
});

test('certain edges tell all, and cut edges nothing', () => {
  const shape = { depth: 3, children: 2 };
  const certain = hltm.uniformTree(shape, 1);
  expect(hltm.exactRootBound(certain)).toBeCloseTo(1, 12);
  expect(hltm.sampledRootBound(certain, 1000, generator(5))).toBeCloseTo(1, 10);
  const cut = hltm.withPolarity(certain, 1, 0);
  expect(hltm.exactRootBound(cut)).toBe(0);
  expect(hltm.leafSumCorrelation(cut)).toBe(0);
});

test('refuses too many leaves, and leaves of another tree', () => {
  expect(() => hltm.exactRootBound(hltm.uniformTree({ depth: 5, children: 2 }, 0.8))).toThrow(/sampledRootBound/);
  const tree = hltm.uniformTree({ depth: 2, children: 2 }, 0.8);
  expect(() => hltm.posteriorMean(tree, torch.zeros([3, 7]))).toThrow(/leaves must be \[4, S\], not \[3, 7\]/);
});
