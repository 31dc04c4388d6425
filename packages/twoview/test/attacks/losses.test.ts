import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { expect, test } from 'vitest';
import { labelsOf, values } from './networks.js';

const logits = torch.tensor(Float64Array.of(1, 2, -1, 0.5, 0, 0.2), { shape: [2, 3] });
const other = torch.tensor(Float64Array.of(0.8, 1.5, -0.5, 0.1, 0.4, 0.2), { shape: [2, 3] });

test('cross-entropy and margin by hand', () => {
  const y = labelsOf([1, 2]);
  const log = (row: number[], k: number) => Math.log(row.reduce((sum, o) => sum + Math.exp(o), 0)) - row[k]!;
  const [a, b] = values(attacks.crossEntropy(logits, y));
  expect(a).toBeCloseTo(log([1, 2, -1], 1), 14);
  expect(b).toBeCloseTo(log([0.5, 0, 0.2], 2), 14);
  const [c, d] = values(attacks.margin(logits, y));
  expect(c).toBeCloseTo(-1, 14);
  expect(d).toBeCloseTo(0.3, 14);
});

test('divergence of two batches of logits, against an independent value', () => {
  const divergences = attacks.klDivergence(other, logits);
  expect(divergences.shape).toEqual([2]);
  expect(divergences.mean().item()).toBeCloseTo(0.040686, 6);
  expect(attacks.klDivergence(logits, logits).abs().amax().item()).toBe(0);
});
