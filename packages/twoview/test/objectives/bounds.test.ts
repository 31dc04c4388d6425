// The lowest values that the room's README tells: reached by a regular simplex whose views agree, and by nothing random beaten.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  alignmentUniformity,
  contrastiveNce,
  infoNce,
  ntXent,
  simpleContrastive,
  softTriplet,
  supervisedContrastive,
  uniformityLoss,
} from 'twoview/objectives';
import { expect, test } from 'vitest';
import { gaussian } from './gradients.js';

const batch = 5;
const [temperature, t] = [0.4, 1.5];
const s = batch / (batch - 1);
const simplex = torch.eye(batch, { dtype: 'float64' }).sub(1 / batch);
const lowest: [string, (a: Tensor, b: Tensor) => Tensor, number][] = [
  ['ntXent', (a, b) => ntXent(a, b, { temperature }), Math.log(1 + 8 * Math.exp(-s / temperature))],
  ['infoNce', (a, b) => infoNce(a, b, { temperature }), Math.log(1 + 4 * Math.exp(-s / temperature))],
  ['uniformityLoss', (a) => uniformityLoss(a, { t }), -2 * t * s],
  ['alignmentUniformity', (a, b) => alignmentUniformity(a, b, { t }), -2 * t * s],
  ['simpleContrastive', (a, b) => simpleContrastive(a, b), -s],
  ['softTriplet', (a, b) => softTriplet(a, b, { temperature }), temperature * Math.log(1 + Math.exp(-s / temperature))],
  [
    'contrastiveNce',
    (a, b) => contrastiveNce(a, b, { temperature }),
    temperature * Math.log(1 + 8 * Math.exp(-s / temperature)),
  ],
];

test.each(lowest)('%s', (_, loss, expected) => {
  expect(loss(simplex, simplex).item()).toBeCloseTo(expected, 12);
  for (let seed = 0; seed < 20; seed++) {
    const near = simplex.add(gaussian(seed, batch, batch), { alpha: 0.1 });
    expect(loss(near, near).item()).toBeGreaterThan(expected);
    expect(loss(gaussian(seed, batch, batch), gaussian(seed + 100, batch, batch)).item()).toBeGreaterThan(expected);
  }
});

test.each(['out', 'in'] as const)('supervisedContrastive stays above log |P|, %s', (variant) => {
  const labels = Int32Array.of(0, 0, 1, 1);
  const classes = torch.tensor([[1], [1], [-1], [-1]], { dtype: 'float64' });
  const loss = (scale: number): number =>
    supervisedContrastive([classes, classes], labels, { temperature: scale, variant }).item();
  expect(loss(0.1)).toBeCloseTo(Math.log(3), 7);
  expect(loss(0.5)).toBeCloseTo(Math.log(3 + 4 * Math.exp(-4)), 12);
});
