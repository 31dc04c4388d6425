// Simple contrastive, soft triplet, InfoNCE of distances, exact covariance: relations, closed forms, gradients, refusals.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  contrastiveNce,
  contrastiveNceOf,
  exactCovariance,
  exactCovarianceOf,
  ntXent,
  type PairDistances,
  pairDistances,
  simpleContrastive,
  simpleContrastiveOf,
  softTriplet,
  softTripletOf,
} from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError, numericGradients, relativeError, valueAndGradients } from './gradients.js';

const [a, b] = [gaussian(1, 5, 4), gaussian(2, 5, 4)];
const temperature = 0.4;
const anchors = 6;
const positive = gaussian(3, anchors, 1).abs().flatten();
const negativeOf = (count: number): Tensor => gaussian(4, anchors, count).abs();
type OfDistances = (r: PairDistances) => Tensor;

/** -dL/dr_k and dL/dr+ of each anchor, in the units of one anchor. */
function attraction(loss: OfDistances, negative: Tensor): { negatives: number[][]; positive: number[] } {
  const { gradients } = valueAndGradients((p, n) => loss({ positive: p!, negative: n! }), [positive, negative]);
  const width = negative.shape[1]!;
  const rows = Array.from({ length: anchors }, (_, i) => gradients[1]!.slice(i * width, (i + 1) * width));
  return {
    negatives: rows.map((row) => row.map((g) => -g * anchors)),
    positive: gradients[0]!.map((g) => g * anchors),
  };
}

describe('as functions of distances', () => {
  const losses: Record<string, OfDistances> = {
    simple: (r) => simpleContrastiveOf(r),
    'soft triplet': (r) => softTripletOf(r, { temperature, margin: 0.2 }),
    NCE: (r) => contrastiveNceOf(r, { temperature }),
    'exact covariance': (r) => exactCovarianceOf(r, { temperature }),
  };

  test.each(Object.keys(losses))('attraction balances repulsion: %s', (name) => {
    for (const count of [1, 4]) {
      const { negatives, positive } = attraction(losses[name]!, negativeOf(count));
      for (let i = 0; i < anchors; i++) {
        const repulsion = negatives[i]!.reduce((sum, weight) => sum + weight, 0);
        expect(Math.min(...negatives[i]!)).toBeGreaterThan(0);
        expect(positive[i]! / repulsion).toBeCloseTo(1, 12);
      }
    }
  });

  test('one negative: NCE is the soft triplet without margin', () => {
    const r = { positive, negative: negativeOf(1) };
    const triplet = softTripletOf(r, { temperature }).item();
    expect(Math.abs(contrastiveNceOf(r, { temperature }).item() - triplet)).toBeLessThan(1e-12);
    const far = { positive: positive.mul(1000), negative: r.negative };
    const difference = contrastiveNceOf(far, { temperature }).item() - softTripletOf(far, { temperature }).item();
    expect(Math.abs(difference)).toBeLessThan(1e-12);
  });

  test('a high temperature gives every negative of NCE the weight 1 / (H + 1)', () => {
    const { negatives } = attraction((r) => contrastiveNceOf(r, { temperature: 1e6 }), negativeOf(4));
    for (const weight of negatives.flat()) expect(weight).toBeCloseTo(1 / 5, 5);
  });

  test('a low temperature gives the nearest negative all the weight', () => {
    const negative = torch.tensor([3, 1, 2], { dtype: 'float64' }).expand([anchors, 3]).contiguous();
    const far = (r: PairDistances): Tensor =>
      contrastiveNceOf({ ...r, positive: r.positive.add(5) }, { temperature: 0.01 });
    for (const row of attraction(far, negative).negatives)
      expect(row.map((x) => Math.round(x * 1e9) / 1e9)).toEqual([0, 1, 0]);
  });

  test('weights of the soft triplet and of exact covariance', () => {
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const negative = negativeOf(1);
    const [plus, minus] = [positive.tolist() as number[], negative.flatten().tolist() as number[]];
    const triplet = attraction((r) => softTripletOf(r, { temperature, margin: 0.3 }), negative).negatives;
    const exact = attraction((r) => exactCovarianceOf(r, { temperature }), negative).negatives;
    for (let i = 0; i < anchors; i++) {
      expect(triplet[i]![0]).toBeCloseTo(sigmoid((plus[i]! - minus[i]! + 0.3) / temperature), 12);
      expect(exact[i]![0]).toBeCloseTo(sigmoid(-minus[i]! / temperature) / temperature, 12);
    }
  });

  test('beta adds beta r+, in exact covariance with its weights', () => {
    const r = { positive, negative: negativeOf(4) };
    const [beta, mean] = [0.7, positive.mean().item()];
    expect(simpleContrastiveOf(r, { beta }).item() - simpleContrastiveOf(r).item()).toBeCloseTo(beta * mean, 13);
    const nce = contrastiveNceOf(r, { temperature, beta }).item() - contrastiveNceOf(r, { temperature }).item();
    expect(nce).toBeCloseTo(beta * mean, 13);
    const weights = r.negative.div(-temperature).sigmoid().div(temperature).mean([-1]);
    const exact = exactCovarianceOf(r, { temperature, beta }).item() - exactCovarianceOf(r, { temperature }).item();
    expect(exact).toBeCloseTo(beta * weights.mul(positive).mean().item(), 13);
    const pull = attraction((x) => contrastiveNceOf(x, { temperature, beta }), r.negative);
    const push = pull.negatives.map((row) => row.reduce((sum, x) => sum + x, 0));
    for (let i = 0; i < anchors; i++) expect(pull.positive[i]! - push[i]!).toBeCloseTo(beta, 12);
  });

  test('what they refuse', () => {
    const wrong = { positive, negative: torch.ones([3, 2]) };
    const right = { positive, negative: negativeOf(2) };
    expect(() => simpleContrastiveOf(wrong)).toThrow(/simpleContrastive: r\+ must be \[A\] and r- \[A, H\]/);
    expect(() => contrastiveNceOf({ positive, negative: torch.ones([6, 0]) }, { temperature })).toThrow(RangeError);
    expect(() => softTripletOf(right, { temperature: 0 })).toThrow(/softTriplet: the temperature/);
    expect(() => softTripletOf(right, { temperature, margin: Number.NaN })).toThrow(/margin/);
    expect(() => contrastiveNceOf(right, { temperature: -1 })).toThrow(/contrastiveNce: the temperature/);
    expect(() => exactCovarianceOf(right, { temperature: Number.NaN })).toThrow(/exactCovariance: the temperature/);
    expect(() => simpleContrastiveOf(right, { beta: -2 })).toThrow(/beta/);
    expect(() => contrastiveNceOf(right, { temperature, beta: -2 })).toThrow(/beta/);
    expect(() => exactCovarianceOf(right, { temperature, beta: Number.NaN })).toThrow(/beta/);
  });
});

describe('as functions of embeddings', () => {
  const options = [{}, { normalize: false }, { negatives: 1 }, { negatives: 5, normalize: false }];
  const losses: Record<string, (x: Tensor, y: Tensor, option: object) => Tensor> = {
    'simple, beta 0.5': (x, y, option) => simpleContrastive(x, y, { beta: 0.5, ...option }),
    'soft triplet': (x, y, option) => softTriplet(x, y, { temperature, margin: 0.2, ...option }),
    'NCE, beta 0.5': (x, y, option) => contrastiveNce(x, y, { temperature, beta: 0.5, ...option }),
  };
  test.each(Object.keys(losses))('gradients equal central differences: %s', (name) => {
    for (const option of options) {
      expect(gradientError((x, y) => losses[name]!(x!, y!, option), [a, b])).toBeLessThan(1e-9);
    }
  });

  test('the gradient of exact covariance equals central differences with the weights held fixed', () => {
    for (const option of options) {
      const { gradients } = valueAndGradients(
        (x, y) => exactCovariance(x!, y!, { temperature, beta: 0.5, ...option }),
        [a, b],
      );
      const weights = pairDistances(a, b, option).negative.div(-temperature).sigmoid().div(temperature);
      const fixed = (x?: Tensor, y?: Tensor): Tensor => {
        const r = pairDistances(x!, y!, option);
        return weights.mul(r.positive.mul(1.5).unsqueeze(-1).sub(r.negative)).mean();
      };
      expect(relativeError(gradients, numericGradients(fixed, [a, b]))).toBeLessThan(1e-9);
    }
  });

  test('with all negatives NCE is tau NT-Xent', () => {
    const expected = temperature * ntXent(a, b, { temperature }).item();
    expect(contrastiveNce(a, b, { temperature }).item()).toBeCloseTo(expected, 13);
    expect(contrastiveNce(a, b, { temperature, negatives: 8 }).item()).toBeCloseTo(expected, 13);
  });

  test('complete collapse', () => {
    const point = torch.ones([5, 4], { dtype: 'float64' });
    expect(simpleContrastive(point, point, { beta: 1 }).item()).toBeCloseTo(0, 14);
    expect(softTriplet(point, point, { temperature, margin: 0.2 }).item()).toBeCloseTo(
      0.4 * Math.log(1 + Math.exp(0.5)),
      14,
    );
    expect(contrastiveNce(point, point, { temperature, negatives: 3 }).item()).toBeCloseTo(0.4 * Math.log(4), 14);
    expect(exactCovariance(point, point, { temperature }).item()).toBeCloseTo(0, 14);
  });

  test('two images whose views agree: exact covariance is -(r / tau) sigmoid(-r / tau)', () => {
    const z = torch.tensor(
      [
        [1, 0],
        [0.6, 0.8],
      ],
      { dtype: 'float64' },
    );
    const r = 0.4;
    const expected = -(r / 0.5) / (1 + Math.exp(r / 0.5));
    expect(exactCovariance(z, z, { temperature: 0.5 }).item()).toBeCloseTo(expected, 13);
    expect(exactCovariance(z, z, { temperature: 0.5, normalize: false }).item()).toBeCloseTo(expected, 13);
  });

  test('half precision is computed in float32', () => {
    const [x, y] = [a.to({ dtype: 'bfloat16' }), b.to({ dtype: 'bfloat16' })];
    const loss = contrastiveNce(x, y, { temperature });
    expect(loss.dtype).toBe('float32');
    expect(loss.item()).toBeCloseTo(contrastiveNce(x.double(), y.double(), { temperature }).item(), 5);
  });
});

describe('pairDistances', () => {
  /** One-dimensional embeddings whose pairs all have distances of their own: which row is a negative can be read off. */
  const batch = 4;
  const points = [0, 1, 4, 9, 15, 22, 32, 34];
  const z1 = torch.tensor(
    points.slice(0, batch).map((x) => [x]),
    { dtype: 'float64' },
  );
  const z2 = torch.tensor(
    points.slice(batch).map((x) => [x]),
    { dtype: 'float64' },
  );
  const rowsOf = (option: { negatives?: number; generator?: torch.Generator }): number[][] => {
    const { negative } = pairDistances(z1, z2, { ...option, normalize: false });
    return (negative.tolist() as number[][]).map((distances, i) =>
      distances.map((r) => points.findIndex((x) => Math.abs((x - points[i]!) ** 2 / 2 - r) < 1e-9)),
    );
  };

  test('the points tell pairs apart', () => {
    const distances = points.flatMap((x, i) => points.slice(i + 1).map((y) => Math.abs(x - y)));
    for (const x of points) {
      const own = points.map((y) => Math.abs(x - y));
      expect(new Set(own).size).toBe(points.length);
    }
    expect(distances.length).toBe(28);
  });

  test('positives are the other views', () => {
    const { positive } = pairDistances(z1, z2, { normalize: false });
    const expected = [0, 1, 2, 3].map((i) => (points[i]! - points[i + 4]!) ** 2 / 2);
    expect(positive.tolist()).toEqual([...expected, ...expected]);
  });

  test('all negatives: both views of every other image', () => {
    rowsOf({}).forEach((rows, i) => {
      const others = points.map((_, j) => j).filter((j) => j % batch !== i % batch);
      expect(rows.toSorted((x, y) => x - y)).toEqual(others);
    });
  });

  test('a fixed number of negatives: the next images, the other view first', () => {
    expect(rowsOf({ negatives: 1 })).toEqual([[5], [6], [7], [4], [1], [2], [3], [0]]);
    expect(rowsOf({ negatives: 4 })[1]).toEqual([6, 7, 4, 2]);
  });

  test('drawn negatives are distinct views of other images, and the same from the same seed', () => {
    const draw = (seed: number): number[][] => rowsOf({ negatives: 3, generator: new torch.Generator({ seed }) });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    draw(3).forEach((rows, i) => {
      expect(new Set(rows).size).toBe(3);
      expect(rows.every((j) => j >= 0 && j % batch !== i % batch)).toBe(true);
    });
  });

  test('a generator draws afresh on every call, and every candidate as often', () => {
    const generator = new torch.Generator({ seed: 5 });
    const counts = new Map<number, number>();
    const calls = 600;
    for (let call = 0; call < calls; call++) {
      for (const j of rowsOf({ negatives: 2, generator })[0]!) counts.set(j, (counts.get(j) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual([1, 2, 3, 5, 6, 7]);
    // Binomial(600, 1/3): mean 200, standard deviation 11.5.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(55);
  });

  test('normalised distances are 1 - cos', () => {
    const { positive } = pairDistances(a, b);
    const cosines = torch.cosineSimilarity(a, b, { dim: 1 }).tolist() as number[];
    (positive.tolist() as number[]).forEach((r, i) => {
      expect(r).toBeCloseTo(1 - cosines[i % 5]!, 13);
    });
  });

  test('close embeddings far from the origin keep their distances in float32', () => {
    const shifted = torch.tensor([[1000], [1000.5], [1001]]);
    const { negative } = pairDistances(shifted, shifted, { normalize: false, negatives: 1 });
    expect(negative.flatten().tolist()).toEqual([0.125, 0.125, 0.5, 0.125, 0.125, 0.5]);
  });

  test('what it refuses', () => {
    const one = torch.ones([1, 3]);
    expect(() => pairDistances(a, z1)).toThrow(/z1 is \[5, 4\] and z2 is \[4, 1\]/);
    expect(() => pairDistances(one, one)).toThrow(/no negatives; give at least two/);
    for (const negatives of [0, 9, 1.5, Number.NaN]) {
      expect(() => pairDistances(a, b, { negatives })).toThrow(/from 1 to 8/);
    }
    expect(() => simpleContrastive(one, one)).toThrow(RangeError);
    expect(() => contrastiveNce(a, b, { temperature, negatives: 9 })).toThrow(RangeError);
  });
});
