// b_k of each loss in closed form beside autograd's and central differences.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { PairDistances } from 'twoview/objectives';
import { type ContrastiveLoss, contrastiveLossOf, negativeWeights } from 'twoview/theory/covariance';
import { describe, expect, test } from 'vitest';
import { absolute } from './setup.js';

const anchors = 6;

function distances(negatives: number, seed = 1): PairDistances {
  const generator = new torch.Generator({ seed });
  const draw = (shape: number[]): Tensor => torch.rand(shape, { generator, dtype: 'float64' }).mul(2);
  return { positive: draw([anchors]), negative: draw([anchors, negatives]) };
}

const losses: ContrastiveLoss[] = [
  { name: 'simple' },
  { name: 'softTriplet', temperature: 0.4, margin: 0.2 },
  { name: 'softTriplet', temperature: 0.05 },
  { name: 'infoNce', temperature: 0.4 },
  { name: 'infoNce', temperature: 0.02 },
  { name: 'exactCovariance', temperature: 0.4 },
];

describe.each(losses)('%o', (loss) => {
  test.each([1, 5])('b_k is minus the slope in r_k, and their sum the slope in r+: %d negatives', (negatives) => {
    const r = distances(negatives);
    const positive = r.positive.clone().requiresGrad_();
    const negative = r.negative.clone().requiresGrad_();
    const [pull, push] = torch.grad(contrastiveLossOf(loss, { positive, negative }), [positive, negative]) as [
      Tensor,
      Tensor,
    ];
    const weights = negativeWeights(loss, r);
    expect(absolute(weights, push.mul(-anchors))).toBeLessThan(1e-13);
    expect(absolute(weights.sum([1]), pull.mul(anchors))).toBeLessThan(1e-12);
    expect(weights.min().item()).toBeGreaterThanOrEqual(0);
  });
});

test('one negative: InfoNCE and the soft triplet without margin push alike', () => {
  const r = distances(1);
  const [a, b] = (['infoNce', 'softTriplet'] as const).map((name) => negativeWeights({ name, temperature: 0.3 }, r));
  expect(absolute(a!, b!)).toBeLessThan(1e-15);
});

test('InfoNCE: a high temperature pushes all alike, a low one the nearest alone', () => {
  const r = distances(5);
  const hot = negativeWeights({ name: 'infoNce', temperature: 1e6 }, r);
  expect(absolute(hot, torch.full([anchors, 5], 1 / 6, { dtype: 'float64' }))).toBeLessThan(1e-6);
  const far = { ...r, positive: r.positive.add(10) };
  const cold = negativeWeights({ name: 'infoNce', temperature: 1e-4 }, far);
  expect(cold.max(1)[0]!.min().item()).toBeCloseTo(1, 9);
  expect(absolute(cold.argmax(1).double(), r.negative.argmin(1).double())).toBe(0);
  const near = negativeWeights({ name: 'infoNce', temperature: 1e-4 }, { ...r, positive: r.positive.mul(0) });
  expect(near.max().item()).toBeLessThan(1e-9);
});

test('bad distances and temperatures are refused as the losses refuse them', () => {
  const r = distances(2);
  for (const name of ['softTriplet', 'infoNce', 'exactCovariance'] as const) {
    expect(() => negativeWeights({ name, temperature: -1 }, r)).toThrow(/temperature/);
  }
  expect(() => negativeWeights({ name: 'triplet' } as object as ContrastiveLoss, r)).toThrow(/the loss must be simple/);
  expect(() => negativeWeights({ name: 'simple' }, { ...r, positive: r.negative })).toThrow(/must be \[A\]/);
});
