// The tree: how it is drawn, and the data that it gives.
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';
import { generator, irregular, numbers, pearson, signRows } from './helpers.js';

beforeAll(() => torch.setNumThreads(1));

describe('drawing', () => {
  const shape = { depth: 4, children: 2 };

  test('draws sizes between low and high, and either sign', () => {
    const { polarities } = hltm.drawTree({ depth: 8, children: 2, polarity: { low: 0.7, high: 0.9 } }, generator(1));
    const all = polarities.flatMap((level) => Array.from(level));
    expect(all).toHaveLength(510);
    for (const rho of all) {
      expect(Math.abs(rho)).toBeGreaterThanOrEqual(0.7);
      expect(Math.abs(rho)).toBeLessThanOrEqual(0.9);
    }
    const positive = all.filter((rho) => rho > 0).length;
    expect(Math.abs(positive - 255)).toBeLessThan(50);
    const size = all.reduce((sum, rho) => sum + Math.abs(rho), 0) / all.length;
    expect(Math.abs(size - 0.8)).toBeLessThan(0.01);
  });

  test('draws depth-first, a sign and a size for each edge in turn', () => {
    const { polarities } = hltm.drawTree({ depth: 2, children: 2, polarity: { low: 0.5, high: 1 } }, generator(3));
    const draws = numbers(torch.rand([12], { generator: generator(3), dtype: 'float64' }));
    const edges = [0, 1, 2, 3, 4, 5].map((i) => (draws[2 * i]! < 0.5 ? -1 : 1) * (0.5 + 0.5 * draws[2 * i + 1]!));
    const [first, left, middle, second, right, last] = edges as [number, number, number, number, number, number];
    expect(Array.from(polarities[0]!)).toEqual([first, second]);
    expect(Array.from(polarities[1]!)).toEqual([left, middle, right, last]);
  });

  test('another range scales the same tree', () => {
    const draw = (low: number) => hltm.drawTree({ ...shape, polarity: { low, high: 1 } }, generator(5)).polarities;
    const [wide, narrow] = [draw(0), draw(0.8)];
    wide.forEach((level, i) => {
      level.forEach((rho, j) => {
        expect(narrow[i]![j]).toBeCloseTo(Math.sign(rho) * (0.8 + 0.2 * Math.abs(rho)), 12);
      });
    });
  });

  test.each([
    [{ depth: 0, children: 2 }, /depth must be a whole number from 1/],
    [{ depth: 3, children: 1 }, /children must be a whole number from 2/],
    [{ depth: 40, children: 2 }, /more than 65536/],
    [{ depth: 2, children: 2, polarity: { low: 0.9, high: 0.8 } }, /low 0.9, high 0.8/],
    [{ depth: 2, children: 2, polarity: { low: -1, high: 0.8 } }, /0 <= low/],
    [{ depth: 2, children: 2, polarity: { low: Number.NaN, high: 0.8 } }, /NaN/],
    [{ depth: 2, children: 2, rootBias: 1 }, /bias must be between/],
  ])('refuses %j', (options, message) => {
    const draw = () => hltm.drawTree({ polarity: { low: 0.5, high: 1 }, ...options }, generator(1));
    expect(draw).toThrow(RangeError);
    expect(draw).toThrow(message);
  });

  test('refuses polarities that do not fit', () => {
    expect(() => hltm.uniformTree(shape, 1.1)).toThrow(/from -1 to 1, not 1.1/);
    const tree = { ...shape, depth: 1, polarities: [Float64Array.of(1)], rootBias: 0 };
    expect(() => new hltm.TreeSampler(tree)).toThrow(/level 1 has 2 edges, not 1/);
  });

  test('path products multiply the edges from the root', () => {
    const tree = irregular(2);
    const paths = hltm.pathPolarities(tree);
    expect(Array.from(paths[0]!)).toEqual([1]);
    expect(paths[2]![7]).toBe(tree.polarities[0]![2]! * tree.polarities[1]![7]!);
    expect(hltm.withPolarity(tree, 2, 0.25).polarities[1]).toEqual(new Float64Array(9).fill(0.25));
    expect(hltm.withPolarity(tree, 2, 0.25).polarities[0]).toEqual(tree.polarities[0]);
  });
});

describe('sampling', () => {
  const count = 40_000;

  test('has the correlations of uniform polarities .85 at depth 5', () => {
    const sampler = new hltm.TreeSampler(hltm.uniformTree({ depth: 5, children: 2 }, 0.85));
    const [root, leaves] = [0, 5].map((level) => hltm.signs(sampler.sample(count, generator(2))[level]!)) as [
      torch.Tensor,
      torch.Tensor,
    ];
    expect(leaves.shape).toEqual([32, count]);
    const z = numbers(root);
    expect(Math.abs(pearson(z, numbers(leaves.select(0, 5))) - 0.4437)).toBeLessThan(0.016);
    expect(Math.abs(pearson(numbers(leaves.select(0, 3)), numbers(leaves.select(0, 20))) - 0.1969)).toBeLessThan(0.016);
    expect(Math.abs(pearson(z, numbers(leaves.sum([0]))) - 0.8099)).toBeLessThan(0.01);
  });

  test('every node follows its own parent by its own polarity', () => {
    const tree = irregular(2);
    const rows = signRows(new hltm.TreeSampler(tree).sample(count, generator(4)));
    tree.polarities.forEach((level, i) => {
      level.forEach((rho, node) => {
        const parent = rows[i]![Math.floor(node / 3)]!;
        const product = rows[i + 1]![node]!.reduce((sum, z, s) => sum + z * parent[s]!, 0) / count;
        expect(Math.abs(product - rho)).toBeLessThan(0.02);
      });
    });
  });

  test('the root has its bias, and descends as given', () => {
    const sampler = new hltm.TreeSampler(irregular(2, 0.4));
    const draws = generator(6);
    const root = sampler.root(count, draws);
    expect(Math.abs(hltm.signs(root).mean().item() - 0.4)).toBeLessThan(0.02);
    const levels = sampler.descend(root, draws);
    expect(levels[0]!.equal(root)).toBe(true);
    const again = sampler.descend(root, draws);
    expect(again[2]!.equal(levels[2]!)).toBe(false);
    expect(() => sampler.descend(root.double(), draws)).toThrow(/roots must be bool/);
    expect(() => sampler.root(0, draws)).toThrow(/whole number from 1/);
  });

  test('one seed gives one sample', () => {
    const sampler = new hltm.TreeSampler(irregular(2));
    const draw = (seed: number) => sampler.sample(50, generator(seed)).at(-1)!;
    expect(draw(1).equal(draw(1))).toBe(true);
    expect(draw(1).equal(draw(2))).toBe(false);
    const seen = hltm.observations(sampler.sample(50, generator(1)));
    expect(seen.shape).toEqual([50, 9]);
    expect(seen.t().equal(draw(1).double())).toBe(true);
  });
});

describe('enumeration', () => {
  test('all states are there once, with the frequencies of sampling', () => {
    const tree = hltm.drawTree(
      { depth: 2, children: 2, polarity: { low: 0.2, high: 0.9 }, rootBias: -0.3 },
      generator(7),
    );
    const { levels, probabilities } = hltm.enumerateTree(tree);
    const codes = (rows: number[][][], samples: number): string[] =>
      Array.from({ length: samples }, (_, s) =>
        rows.flatMap((level) => level.map((node) => (node[s]! > 0 ? 1 : 0))).join(''),
      );
    const states = codes(signRows(levels), 128);
    expect(new Set(states).size).toBe(128);
    expect(probabilities.sum().item()).toBeCloseTo(1, 12);
    const count = 60_000;
    const seen = new Map<string, number>();
    for (const code of codes(signRows(new hltm.TreeSampler(tree).sample(count, generator(8))), count))
      seen.set(code, (seen.get(code) ?? 0) + 1);
    numbers(probabilities).forEach((p, i) => {
      const frequency = (seen.get(states[i]!) ?? 0) / count;
      expect(Math.abs(frequency - p)).toBeLessThan(5 * Math.sqrt(p / count) + 1e-4);
    });
  });

  test('refuses more than 20 nodes', () => {
    expect(() => hltm.enumerateTree(irregular(3))).toThrow(/40 nodes are too many/);
  });
});
