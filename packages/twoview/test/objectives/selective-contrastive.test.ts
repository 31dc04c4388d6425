// ASCL: golden values of the authors' program, SupCon as a special case, lonely anchors, gradients, refusals.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  compactness,
  keptShares,
  type LatentDistance,
  latentDistances,
  type PairSelection,
  predictionDivergence,
  type SelectedPairs,
  selectiveContrastive,
  selectPairs,
  supervisedContrastive,
} from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError, valueAndGradients } from './gradients.js';

const strategies: PairSelection[] = ['global', 'hard', 'soft', 'merged', 'leaked'];
const distances: LatentDistance[] = ['linf', 'l2', 'l1', 'cosine', 'matmul'];

// 12 latents sin(1 + 3 i + k), their true and their predicted classes.
const latents = torch.tensor(
  Array.from({ length: 12 }, (_, i) => Array.from({ length: 4 }, (_, k) => Math.sin(1 + 3 * i + k))),
  { dtype: 'float64' },
);
const y = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2);
const p = Int32Array.of(0, 1, 2, 0, 2, 2, 0, 2, 2, 1, 1, 0);
const pairsOf = (strategy: PairSelection): SelectedPairs => selectPairs(strategy, y, p);
const countOf = (mask: Tensor): number => Number(mask.sum().item());

describe('golden values of the authors program', () => {
  const golden: [PairSelection, ...losses: number[]][] = [
    ['global', 5.31939, 12.863773, 3.543245, 4.963943],
    ['hard', 3.531366, 9.962952, 2.166564, 3.070847],
    ['soft', 3.508835, 9.763188, 2.208047, 3.048569],
    ['merged', 3.799902, 10.397754, 2.383421, 3.357102],
    ['leaked', 2.974216, 8.710782, 1.732187, 2.506366],
  ];
  test.each(golden)('%s', (strategy, linf, cosine, l2, l1) => {
    const loss = (distance: LatentDistance, temperature: number): number =>
      selectiveContrastive(latents, pairsOf(strategy), { distance, temperature }).item();
    expect(Math.abs(loss('linf', 0.2) - linf!)).toBeLessThan(1e-6);
    expect(Math.abs(loss('cosine', 0.1) - cosine!)).toBeLessThan(1e-6);
    expect(Math.abs(loss('matmul', 0.1) - cosine!)).toBeLessThan(1e-6);
    expect(Math.abs(loss('l2', 0.5) - l2!)).toBeLessThan(1e-6);
    expect(Math.abs(loss('l1', 0.5) - l1!)).toBeLessThan(1e-6);
    expect(selectiveContrastive(latents, pairsOf(strategy), { temperature: 0.2 }).item()).toBe(loss('linf', 0.2));
  });
});

describe('selectPairs', () => {
  const counts: [PairSelection, positives: number, negatives: number][] = [
    ['global', 36, 96],
    ['hard', 36, 16],
    ['soft', 36, 22],
    ['leaked', 16, 22],
  ];
  test.each(counts)('%s keeps %i positives and %i negatives', (strategy, positives, negatives) => {
    const pairs = pairsOf(strategy);
    expect([countOf(pairs.positives), countOf(pairs.negatives)]).toEqual([positives, negatives]);
    const shares = keptShares(pairs, y);
    expect(shares.positives).toBeCloseTo(positives / 36, 15);
    expect(shares.negatives).toBeCloseTo(negatives / 96, 15);
  });

  test('merged keeps what hard or soft keeps', () => {
    const { positives, negatives } = pairsOf('merged');
    expect(countOf(positives)).toBe(36);
    expect(negatives.tolist()).toEqual(pairsOf('hard').negatives.logicalOr(pairsOf('soft').negatives).tolist());
  });

  test('hard looks for the class of the anchor among predictions of others, not the other way round', () => {
    const { negatives } = selectPairs('hard', Int32Array.of(0, 1), Int32Array.of(0, 0));
    expect(negatives.to({ dtype: 'int32' }).tolist()).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test.each(strategies)('%s pairs nothing with itself, nor as both kinds', (strategy) => {
    const { positives, negatives } = pairsOf(strategy);
    expect(countOf(positives.logicalOr(negatives).diagonal())).toBe(0);
    expect(countOf(positives.logicalAnd(negatives))).toBe(0);
  });

  test('classes may be int64, int32 or an Int32Array', () => {
    const of64 = selectPairs('leaked', torch.tensor([...y], { dtype: 'int64' }), torch.fromTypedArray(p));
    expect(of64.negatives.tolist()).toEqual(pairsOf('leaked').negatives.tolist());
  });

  test('shares of a batch of one class, where there are no negatives to keep', () => {
    const one = Int32Array.of(3, 3, 3);
    expect(keptShares(selectPairs('leaked', one, Int32Array.of(3, 3, 1)), one)).toEqual({
      positives: 1 / 3,
      negatives: 1,
    });
  });
});

describe('selectiveContrastive', () => {
  const temperature = 0.2;

  test('all pairs with cosine are SupCon', () => {
    for (const z of [latents, gaussian(1, 12, 5)]) {
      const loss = selectiveContrastive(z, pairsOf('global'), { temperature: 0.1, distance: 'cosine' }).item();
      expect(Math.abs(loss - supervisedContrastive([z], y, { temperature: 0.1 }).item())).toBeLessThan(1e-9);
    }
  });

  test.each(distances)('leaked without mistakes is the log-softmax over the same class alone, %s', (distance) => {
    const pairs = selectPairs('leaked', y, y);
    expect(countOf(pairs.negatives)).toBe(0);
    expect(countOf(pairs.positives)).toBe(36);
    const s = latentDistances(latents, latents, distance).div(-temperature).tolist() as number[][];
    const costs = s.map((row, i) => {
      const own = row.filter((_, j) => j !== i && y[j] === y[i]);
      const logSum = Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0));
      return own.reduce((sum, value) => sum + logSum - value, 0) / own.length;
    });
    const expected = costs.reduce((sum, cost) => sum + cost) / 12;
    const loss = selectiveContrastive(latents, pairs, { temperature, distance }).item();
    expect(Math.abs(loss - expected)).toBeLessThan(1e-12);
  });

  test.each(distances)(
    'a prediction that nobody shares costs 0, moves nothing and counts in the mean, %s',
    (distance) => {
      const predictions = Int32Array.from(p);
      predictions[0] = 9;
      const options = { temperature, distance };
      const { value, gradients } = valueAndGradients(
        (z) => selectiveContrastive(z!, selectPairs('leaked', y, predictions), options),
        [latents],
      );
      const rest = selectPairs('leaked', y.slice(1), predictions.slice(1));
      const without = selectiveContrastive(latents.slice(0, 1), rest, options).item();
      expect(value).toBeGreaterThan(0);
      expect(value).toBeCloseTo((without * 11) / 12, 13);
      expect(gradients[0]!.every(Number.isFinite)).toBe(true);
      expect(gradients[0]!.slice(0, 4).every((g) => g === 0)).toBe(true);
    },
  );

  test.each(distances)('nothing shared at all, and a batch of one: exactly 0, %s', (distance) => {
    for (const count of [12, 1]) {
      const z = latents.slice(0, 0, count);
      const pairs = selectPairs(
        'leaked',
        y.slice(0, count),
        Int32Array.from({ length: count }, (_, i) => i),
      );
      const { value, gradients } = valueAndGradients(
        (x) => selectiveContrastive(x!, pairs, { temperature, distance }),
        [z],
      );
      expect(value).toBe(0);
      expect(gradients[0]!.every((g) => g === 0)).toBe(true);
    }
  });

  test.each(distances)('equal latents cost log |P or N|, and no gradient is undefined, %s', (distance) => {
    const point = torch.ones([12, 4], { dtype: 'float64' });
    const { value, gradients } = valueAndGradients(
      (z) => selectiveContrastive(z!, pairsOf('global'), { temperature, distance }),
      [point],
    );
    expect(value).toBeCloseTo(Math.log(11), 12);
    expect(gradients[0]!.every(Number.isFinite)).toBe(true);
  });

  describe.each(strategies)('%s', (strategy) => {
    test.each(distances)('gradients equal central differences, %s', (distance) => {
      const loss = (z: Tensor): Tensor => selectiveContrastive(z, pairsOf(strategy), { temperature, distance });
      expect(gradientError((z) => loss(z!), [gaussian(5, 12, 6)])).toBeLessThan(1e-7);
    });
  });

  test('gradient flows through both members of a pair', () => {
    const pairs = pairsOf('global');
    // Anchor 0 alone has pairs.
    const row = torch.zeros([12, 12], { dtype: 'bool' }).logicalOr(torch.arange(12).eq(0).unsqueeze(1));
    const only = { positives: pairs.positives.logicalAnd(row), negatives: pairs.negatives.logicalAnd(row) };
    const { gradients } = valueAndGradients(
      (z) => selectiveContrastive(z!, only, { temperature, distance: 'l2' }),
      [latents],
    );
    for (let i = 0; i < 12; i++) {
      expect(Math.max(...gradients[0]!.slice(4 * i, 4 * i + 4).map(Math.abs))).toBeGreaterThan(1e-12);
    }
  });

  test('the diagonal of given masks is ignored', () => {
    const { positives, negatives } = pairsOf('soft');
    const withSelf = positives.logicalOr(torch.eye(12, { dtype: 'bool' }));
    expect(selectiveContrastive(latents, { positives: withSelf, negatives }, { temperature }).item()).toBe(
      selectiveContrastive(latents, pairsOf('soft'), { temperature }).item(),
    );
  });

  test('a low temperature neither overflows nor loses anchors', () => {
    const { value, gradients } = valueAndGradients(
      (z) => selectiveContrastive(z!, pairsOf('leaked'), { temperature: 1e-10 }),
      [latents],
    );
    expect(Number.isFinite(value)).toBe(true);
    expect(gradients[0]!.every(Number.isFinite)).toBe(true);
  });

  test('float32 comes back as float32, close to float64; half precision is computed in float32', () => {
    const z = latents.to({ dtype: 'bfloat16' });
    const options = { temperature };
    const [half, single] = [z, z.float()].map((x) => selectiveContrastive(x, pairsOf('leaked'), options));
    expect([half!.dtype, single!.dtype]).toEqual(['float32', 'float32']);
    expect(half!.item()).toBe(single!.item());
    expect(single!.item()).toBeCloseTo(selectiveContrastive(z.double(), pairsOf('leaked'), options).item(), 5);
  });

  test('what it refuses', () => {
    const pairs = pairsOf('leaked');
    const five = selectPairs('leaked', y.slice(0, 5), p.slice(0, 5));
    expect(() => selectiveContrastive(torch.ones([12]), pairs, { temperature })).toThrow(/latents must be a matrix/);
    expect(() => selectiveContrastive(latents, five, { temperature })).toThrow(/positives must be bool \[12, 12\]/);
    const negatives = torch.ones([12, 12]);
    expect(() => selectiveContrastive(latents, { ...pairs, negatives }, { temperature })).toThrow(/not float32/);
    expect(() => selectiveContrastive(latents, pairs, { temperature: 0 })).toThrow(/temperature/);
    const distance = 'l3' as LatentDistance;
    expect(() => selectiveContrastive(latents, pairs, { temperature, distance })).toThrow(/no distance 'l3'/);
    expect(() => selectPairs('toString' as PairSelection, y, p)).toThrow(/no strategy 'toString'/);
    expect(() => selectPairs('soft', y, p.slice(1))).toThrow(/12 labels and 11 predictions/);
    expect(() => selectPairs('soft', torch.ones([12]), p)).toThrow(/labels must be int64 or int32 \[N\]/);
    expect(() => selectPairs('soft', y, new Int32Array(0))).toThrow(/predictions must be/);
    expect(() => keptShares(five, y)).toThrow(/keptShares: positives must be bool \[12, 12\]/);
  });
});

describe('latentDistances and compactness', () => {
  const rowDistance: Record<LatentDistance, (u: number[], v: number[]) => number> = {
    linf: (u, v) => Math.max(...u.map((x, k) => Math.abs(x - v[k]!))),
    l2: (u, v) => Math.hypot(...u.map((x, k) => x - v[k]!)),
    l1: (u, v) => u.reduce((sum, x, k) => sum + Math.abs(x - v[k]!), 0),
    cosine: (u, v) => -u.reduce((sum, x, k) => sum + x * v[k]!, 0),
    matmul: (u, v) => -u.reduce((sum, x, k) => sum + x * v[k]!, 0),
  };
  const unit = (x: Tensor): number[][] =>
    (x.tolist() as number[][]).map((row) => row.map((value) => value / Math.hypot(...row)));
  const [u, v] = [gaussian(2, 40, 3), gaussian(3, 40, 3)];

  test.each(distances)('are what their names say, %s', (distance) => {
    const expected = unit(u).map((a) => unit(v).map((b) => rowDistance[distance](a, b)));
    const actual = latentDistances(u, v, distance).tolist() as number[][];
    const error = Math.max(...actual.flatMap((row, i) => row.map((x, j) => Math.abs(x - expected[i]![j]!))));
    expect(error).toBeLessThan(1e-14);
    const mean = expected.reduce((sum, row, i) => sum + row[i]!, 0) / 40;
    expect(compactness(u, v, distance).item()).toBeCloseTo(mean, 13);
  });

  test.each(distances)('gradients equal central differences, %s', (distance) => {
    const [a, b] = [gaussian(6, 5, 4), gaussian(7, 3, 4)];
    expect(gradientError((x, z) => latentDistances(x!, z!, distance).square().sum(), [a, b])).toBeLessThan(1e-8);
    expect(gradientError((x, z) => compactness(x!, z!, distance), [a, gaussian(8, 5, 4)])).toBeLessThan(1e-8);
    // Rows that do not lie side by side in memory.
    const transposed = (x: Tensor): Tensor => latentDistances(x.t(), x.t(), distance).square().sum();
    expect(gradientError((x) => transposed(x!), [a])).toBeLessThan(1e-8);
  });

  test.each(distances)('equal latents: compactness is lowest, with a finite gradient, %s', (distance) => {
    const { value, gradients } = valueAndGradients((a, b) => compactness(a!, b!, distance), [latents, latents]);
    expect(value).toBeCloseTo(distance === 'cosine' || distance === 'matmul' ? -1 : 0, 14);
    expect(gradients.flat().every((g) => Math.abs(g) < 1e-14)).toBe(true);
  });

  test('what they refuse', () => {
    expect(() => latentDistances(u, torch.ones([4, 2]), 'l2')).toThrow(/u has 3 columns and v 2/);
    expect(() => latentDistances(torch.ones([3]), v, 'l2')).toThrow(/u must be a matrix/);
    expect(() => latentDistances(u, v, 'L2' as LatentDistance)).toThrow(/take one of linf, l2, l1, cosine, matmul/);
    expect(() => compactness(u, torch.ones([4, 3]), 'l2')).toThrow(/adversarial is \[4, 3\]/);
    expect(() => compactness(u, v, 'L2' as LatentDistance)).toThrow(/no distance 'L2'/);
  });
});

describe('predictionDivergence', () => {
  const o = torch.tensor([[1, 2, -1], [0.5, 0, 0.2]], { dtype: 'float64' }); // biome-ignore format: a matrix
  const adversarial = torch.tensor([[0.8, 1.5, -0.5], [0.1, 0.4, 0.2]], { dtype: 'float64' }); // biome-ignore format: a matrix

  test('golden values of the authors program', () => {
    expect(Math.abs(predictionDivergence(o, adversarial).item() - 0.013562)).toBeLessThan(1e-6);
    expect(Math.abs(predictionDivergence(o, adversarial, { per: 'images' }).item() - 0.040686)).toBeLessThan(1e-6);
  });

  test('is 0 for equal logits, and per image C times that per element', () => {
    expect(predictionDivergence(o, o).item()).toBe(0);
    const [a, b] = [gaussian(9, 7, 10), gaussian(10, 7, 10)];
    const perElement = predictionDivergence(a, b).item();
    expect(perElement * 10).toBeCloseTo(predictionDivergence(a, b, { per: 'images' }).item(), 14);
    expect(perElement).toBeGreaterThan(0);
  });

  test('gradients of both equal central differences', () => {
    expect(gradientError((a, b) => predictionDivergence(a!, b!), [gaussian(9, 4, 5), gaussian(10, 4, 5)])).toBeLessThan(
      1e-8,
    );
  });

  test('what it refuses', () => {
    expect(() => predictionDivergence(o, torch.ones([2, 4]))).toThrow(/adversarial is \[2, 4\]/);
    expect(() => predictionDivergence(torch.ones([3]), o)).toThrow(/logits must be a matrix/);
  });
});
