// A linear classifier has its worst case in closed form: the dual norm of the difference of two rows.
import * as torch from '@twoview/torch';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { images, labelsOf, linear, seeded, values } from './networks.js';

const [B, shape, eps] = [5, [3, 2, 2], 0.05] as const;
// No pixel is within eps of the range's ends, so the ball is whole.
const x = images(1, [B, ...shape], 0.2);
const y = labelsOf([0, 1, 0, 1, 1]);
const { model, weight } = linear(2, 12, 2);
const w = weight[0]!.map((value, k) => weight[1]![k]! - value);
const clean = torch.noGrad(() => values(attacks.margin(model.forward(x), y)));

const dual = { linf: w.reduce((sum, v) => sum + Math.abs(v), 0), l2: Math.hypot(...w) };

describe.each(['linf', 'l2'] as const)('%s', (norm) => {
  test.each(['crossEntropy', 'margin', 'kl'] as const)(
    'PGD on %s raises the margin by eps times the dual norm',
    (loss) => {
      const options = {
        ball: { norm, eps },
        steps: 60,
        stepSize: eps / 5,
        loss,
        mode: 'eval',
        generator: seeded(3),
      } as const;
      const result = attacks.pgd(model, x, y, options);
      const margins = values(attacks.margin(model.forward(result.images), y));
      const rises = margins.map((value, i) => Math.abs(value - clean[i]!));
      for (const rise of rises) expect(rise).toBeCloseTo(eps * dual[norm], norm === 'linf' ? 12 : 5);
      // KL has two sides; the others know the label.
      if (loss !== 'kl') for (const [i, value] of margins.entries()) expect(value).toBeGreaterThan(clean[i]!);
    },
  );

  test('FGSM is there after one step', () => {
    const result = attacks.fgsm(model, x, y, { ball: { norm, eps }, mode: 'eval', loss: 'margin' });
    for (const [i, value] of values(result.losses).entries())
      expect(value - clean[i]!).toBeCloseTo(eps * dual[norm], 12);
  });

  test('momentum does not change the direction of a constant gradient', () => {
    const ball = { norm, eps };
    const options = { ball, steps: 10, stepSize: eps / 10, loss: 'margin', start: 'image', mode: 'eval' } as const;
    const result = attacks.pgd(model, x, y, { ...options, momentum: 1 });
    for (const [i, value] of values(result.losses).entries())
      expect(value - clean[i]!).toBeCloseTo(eps * dual[norm], 10);
  });
});

test('pixels at the ends of the range stay there', () => {
  const white = torch.ones([2, ...shape], { dtype: 'float64' });
  const result = attacks.fgsm(model, white, labelsOf([0, 1]), {
    ball: { norm: 'linf', eps },
    mode: 'eval',
    loss: 'margin',
  });
  const before = values(attacks.margin(model.forward(white), labelsOf([0, 1])));
  // Only downward moves are left: class 0 gains from negative w, class 1 from positive w.
  const gains = [-1, 1].map((sign) => eps * w.reduce((sum, v) => sum + Math.max(0, sign * v), 0));
  for (const [i, value] of values(result.losses).entries()) expect(value - before[i]!).toBeCloseTo(gains[i]!, 12);
});
