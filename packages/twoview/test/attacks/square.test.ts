import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { convNet, images, labelsOf, linear, patterns, seeded, stateOf, trained, values } from './networks.js';

/** convNet for 3x10x10. */
function wider(seed: number) {
  const generator = seeded(seed);
  const model = new nn.Sequential(
    new nn.Conv2d(3, 6, 3, { stride: 2, padding: 1, generator }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(150, 16, { generator }),
    new nn.ReLU(),
    new nn.Linear(16, 4, { generator }),
  );
  return model.to({ dtype: 'float64' });
}

// Margins that the authors' program ends at on this network in float64, an image at a time, with the squares and signs of this
// generator and, for L2, the norm of a window by channel, as in the paper; and the queries it takes.
const golden = {
  linf: {
    eps: 0.22,
    margins: [
      -0.03342363025, 0.00512684895, -0.01784617491, -0.06064383052, 0.00228694405, -0.00642716665, -0.0431475647,
      0.00027675685,
    ],
    queries: [80, 30, 80, 80, 66, 80, 80, 64],
  },
  l2: {
    eps: 3,
    margins: [
      -0.05237545733, -0.01524616621, -0.05852279813, -0.07979227954, 0.00545127871, -0.02565298778, -0.02382514897,
      0.00340171216,
    ],
    queries: [80, 80, 80, 80, 44, 80, 80, 53],
  },
} as const;

describe.each(['linf', 'l2'] as const)('%s', (norm) => {
  test("points and numbers of queries are those of the authors' program", () => {
    const { eps, margins, queries } = golden[norm];
    const x = images(3, [8, 3, 10, 10]);
    const y = labelsOf([1, 1, 1, 1, 1, 1, 1, 1]);
    const options = { ball: { norm, eps }, queries: 80, mode: 'eval', generator: seeded(11), shrink: true } as const;
    const steps = attacks.squareSteps(wider(4).eval(), x, y, options);
    const active: number[] = [];
    let next = steps.next();
    for (; !next.done; next = steps.next()) active.push(next.value.active);
    for (const [i, loss] of values(next.value.losses).entries()) expect(loss).toBeCloseTo(margins[i]!, 8);
    expect(values(next.value.fooled)).toEqual(margins.map((margin) => Number(margin > 0)));
    const expected = active.map((_, k) => margins.filter((margin, i) => margin < 0 || queries[i]! > k + 1).length);
    expect(active).toEqual(expected);
  });

  const model = trained(1);
  const { x, y } = patterns(2, 80);
  const ball = norm === 'linf' ? ({ norm, eps: 0.06 } as const) : ({ norm, eps: 1 } as const);
  const base = { ball, queries: 200, mode: 'eval' } as const;

  test('images lie in the ball, and losses and verdicts are theirs; more restarts make none worse', () => {
    const one = attacks.square(model, x, y, { ...base, queries: 40, generator: seeded(1) });
    const two = attacks.square(model, x, y, { ...base, queries: 40, restarts: 2, generator: seeded(1) });
    for (const { images, losses, fooled } of [one, two]) {
      attacks.checkInside('test', images, x, ball);
      const logits = model.forward(images);
      expect(attacks.margin(logits, y).sub(losses).abs().amax().item()).toBeLessThan(1e-5);
      expect(values(logits.argmax(1).ne(y))).toEqual(values(fooled));
    }
    const [few, more] = [values(one.losses), values(two.losses)];
    for (const [i, loss] of more.entries()) expect(loss).toBeGreaterThanOrEqual(few[i]!);
    expect(more).not.toEqual(few);
  });

  test('it finds misclassified points, most of them those images that PGD breaks', () => {
    const broken = values(attacks.square(model, x, y, { ...base, generator: seeded(1) }).fooled);
    const settings = { ball, steps: 40, stepSize: ball.eps / 8, mode: 'eval', generator: seeded(1) } as const;
    const worst = values(attacks.pgd(model, x, y, settings).fooled);
    const natural = values(model.forward(x).argmax(1).ne(y));
    const count = (flags: readonly number[]) => flags.filter(Boolean).length;
    expect(count(broken)).toBeGreaterThan(count(natural) + 5);
    expect(broken.filter((flag, i) => flag && !worst[i]).length).toBeLessThan(3);
  });

  test('what becomes of an image does not depend on which others fall', () => {
    const whole = attacks.square(model, x, y, { ...base, generator: seeded(6) });
    const part = attacks.square(model, x, y, { ...base, shrink: true, generator: seeded(6) });
    const fooled = values(whole.fooled);
    expect(values(part.fooled)).toEqual(fooled);
    expect(fooled.filter(Boolean).length).toBeGreaterThan(10);
    const apart = values(part.images.sub(whole.images).abs().amax([1, 2, 3]));
    for (const [i, distance] of apart.entries()) if (!fooled[i]) expect(distance).toBeLessThan(1e-6);
    expect(fooled).toContain(0);
  });
});

test('linf: on a linear model it ends at the worst case, eps times the dual norm', () => {
  const { model, weight } = linear(2, 48, 2);
  const x = images(1, [3, 3, 4, 4], 0.2);
  const y = labelsOf([0, 1, 0]);
  const options = { ball: { norm: 'linf', eps: 0.05 }, queries: 2000, mode: 'eval', generator: seeded(3) } as const;
  const { losses } = attacks.square(model, x, y, options);
  const dual = weight[0]!.reduce((sum, value, k) => sum + Math.abs(weight[1]![k]! - value), 0);
  const rises = torch.noGrad(() => values(losses.sub(attacks.margin(model.forward(x), y))));
  for (const rise of rises) expect(rise / (0.05 * dual)).toBeCloseTo(1, 10);
});

test('a start and so many queries, a forward pass each, without a graph', () => {
  const seen: boolean[] = [];
  class Counting extends nn.Module<[Tensor], Tensor> {
    readonly inner = this.module('inner', convNet(9).train());
    forward(x: Tensor) {
      seen.push(torch.isGradEnabled());
      return this.inner.forward(x);
    }
  }
  const net = new Counting();
  const x = images(3, [4, 3, 8, 8]);
  const y = labelsOf([0, 1, 2, 3]);
  const [state, handles] = [stateOf(net), torch.memory().handles];
  const options = { ball: { norm: 'l2', eps: 0.1 }, queries: 7, mode: 'eval', loss: 'crossEntropy' } as const;
  const result = attacks.square(net, x, y, { ...options, generator: seeded(1) });
  expect(seen).toEqual(Array.from({ length: 8 }, () => false));
  expect(torch.memory().handles - handles).toBe(3);
  for (const tensor of [result.images, result.losses, result.fooled]) tensor.dispose();
  const steps = attacks.squareSteps(net, x, y, { ...options, generator: seeded(1) });
  steps.next();
  steps.return(result);
  expect(torch.memory().handles).toBe(handles);
  expect(stateOf(net)).toEqual(state);
  expect(net.training).toBe(true);
});

test.each([
  [1, 1],
  [2, 3],
  [7, 4],
  [4, 12],
])('images of %i by %i pixels', (height, width) => {
  const { model } = linear(1, 2 * height * width, 3);
  const x = images(1, [5, 2, height, width]);
  for (const norm of ['linf', 'l2'] as const) {
    const ball = { norm, eps: 0.2 } as const;
    const options = { ball, queries: 60, mode: 'eval', generator: seeded(1) } as const;
    const result = attacks.square(model, x, labelsOf([0, 1, 2, 0, 1]), options);
    attacks.checkInside('test', result.images, x, ball);
    expect(result.images.sub(x).abs().amax([1, 2, 3]).amin().item()).toBeGreaterThan(0.01);
  }
});

test.each<[object, string]>([
  [{ mode: 'train' }, "square: mode must be 'eval', not train"],
  [{ queries: 0 }, 'queries must be a whole number'],
  [{ restarts: 1.5 }, 'restarts must be a whole number'],
  [{ initialShare: 0 }, 'initialShare must be a share in (0, 1], not 0'],
  [{ loss: 'kl' }, 'loss must be one of margin, crossEntropy, not kl'],
  [{ generator: undefined }, 'needs a generator'],
])('refuses %j', (change, message) => {
  const options = { ball: { norm: 'linf', eps: 0.1 }, mode: 'eval', generator: seeded(1), ...change };
  const x = images(3, [2, 3, 8, 8]);
  const run = () => attacks.square(convNet(1), x, labelsOf([0, 1]), options as attacks.SquareOptions);
  expect(run).toThrow(RangeError);
  expect(run).toThrow(message);
});
