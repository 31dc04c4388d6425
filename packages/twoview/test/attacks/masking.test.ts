import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { type Classifier, labelsOf, patterns, seeded, trained, values } from './networks.js';

/** The network behind some step on the images. */
class Behind extends nn.Module<[Tensor], Tensor> {
  readonly network: Classifier;
  constructor(
    readonly change: (x: Tensor) => Tensor,
    network: Classifier,
  ) {
    super();
    this.network = this.module('network', network);
  }
  forward(x: Tensor) {
    return this.network.forward(this.change(x));
  }
}

const model = trained(1);
const other = trained(5);
const { x, y } = patterns(2, 100);
// Eleven grey levels: a gradient of zero almost everywhere.
const quantised = new Behind((images) => images.mul(10).round().div(10), model).eval();
const linf = (eps: number) => ({ norm: 'linf', eps }) as const;
const at = (eps: number): attacks.PgdSettings => ({ ball: linf(eps), steps: 10, stepSize: eps / 4 });
const accuracy = (network: Classifier, images: Tensor) =>
  torch.noGrad(() => network.forward(images).argmax(1).eq(y).double().mean().item());

describe('the curve over radii', () => {
  const radii = [0.01, 0.02, 0.04, 0.1];

  test('each point is the robust accuracy there', async () => {
    const seen: [number, number][] = [];
    const curve = (await attacks.radiusCurve(model, x, y, {
      radii,
      attack: at,
      seed: 3,
      batchSize: 64,
      onProgress: ({ eps, done, attack }) => seen.push([eps, done + attack.step]),
    }))!;
    for (const { eps, robustAccuracy, robust } of curve.points) {
      const single = (await attacks.robustAccuracy(model, x, y, { attack: at(eps), seed: 3, batchSize: 64 }))!;
      expect({ eps, robustAccuracy, robust }).toEqual({
        eps,
        robustAccuracy: single.robustAccuracy,
        robust: single.robust,
      });
      expect(curve.naturalAccuracy).toBe(single.naturalAccuracy);
    }
    expect(curve.points.map(({ eps }) => eps)).toEqual(radii);
    expect(curve.points[0]!.robustAccuracy).toBeGreaterThan(0.5);
    expect(curve.points.at(-1)!.robustAccuracy).toBeLessThan(0.1);
    expect(curve.largestRise).toBe(0);
    expect(new Set(seen.map(([eps]) => eps))).toEqual(new Set(radii));
  });

  test('an attack that fails at a large radius shows as a rise; with monotone, what has fallen stays so', async () => {
    const failing = (eps: number) => ({ ...at(eps), stepSize: eps > 0.05 ? 1e-9 : eps / 4, start: 'image' }) as const;
    const honest = (await attacks.radiusCurve(model, x, y, { radii, attack: failing, seed: 3 }))!;
    expect(honest.largestRise).toBeGreaterThan(0.5);
    const monotone = (await attacks.radiusCurve(model, x, y, { radii, attack: failing, seed: 3, monotone: true }))!;
    expect(monotone.largestRise).toBe(0);
    expect(monotone.points.slice(0, 3)).toEqual(honest.points.slice(0, 3));
    expect(monotone.points[3]!.robust).toEqual(honest.points[2]!.robust);
  });

  test('once nothing is left, nothing is attacked', async () => {
    const attacked: number[] = [];
    const attack = (eps: number) => {
      attacked.push(eps);
      return at(eps);
    };
    const curve = (await attacks.radiusCurve(model, x, y, { radii: [0.3, 0.4], attack, seed: 1, monotone: true }))!;
    expect(attacked).toEqual([0.3]);
    expect(curve.points.map(({ robustAccuracy }) => robustAccuracy)).toEqual([0, 0]);
  });

  test('any attack will do, and the published radii are the default', async () => {
    const attack =
      (eps: number): attacks.AttackSteps =>
      (network, images, labels, generator) =>
        attacks.squareSteps(network, images, labels, { ball: linf(eps), queries: 2, mode: 'eval', generator });
    const curve = (await attacks.radiusCurve(model, x, y, { attack, seed: 1 }))!;
    expect(curve.points.map(({ eps }) => Math.round(eps * 255))).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32]);
  });

  test.each([[[]], [[0]], [[0.1, 0.1]], [[0.2, 0.1]], [[Number.NaN]]])('refuses the radii %j', async (wrong) => {
    const run = attacks.radiusCurve(model, x, y, { radii: wrong, attack: at, seed: 1 });
    await expect(run).rejects.toThrow('radii must be positive and ascend');
  });
});

describe('transfer', () => {
  const attack = { ...at(0.05), start: 'image' } as const;

  test('it is the accuracy of the target on the images of the source', async () => {
    const result = (await attacks.transferAccuracy(other, model, x, y, { attack, seed: 1, batchSize: 30 }))!;
    const { images } = attacks.pgd(other, x, y, { ...attack, mode: 'eval' });
    const right = (network: Classifier, shown: Tensor) => values(network.forward(shown).argmax(1).eq(y));
    const correct = right(model, x);
    expect([...result.correct]).toEqual(correct);
    expect([...result.robust]).toEqual(right(model, images).map((flag, i) => flag * correct[i]!));
    expect(result.transferAccuracy).toBeCloseTo([...result.robust].filter(Boolean).length / 100, 12);
    expect(result.naturalAccuracy).toBeCloseTo(accuracy(model, x), 12);
    expect(result.sourceNaturalAccuracy).toBeCloseTo(accuracy(other, x), 12);
    expect(result.sourceAccuracy).toBeLessThan(result.transferAccuracy - 0.1);
  });

  test('from a model to itself it is the white-box attack', async () => {
    const result = (await attacks.transferAccuracy(model, model, x, y, { attack, seed: 1 }))!;
    expect(result.transferAccuracy).toBe(result.sourceAccuracy);
    const { robust } = (await attacks.robustAccuracy(model, x, y, { attack, seed: 1 }))!;
    expect(result.robust).toEqual(robust);
  });
});

describe('checks for gradient masking', () => {
  const options = { attack: { ...at(0.05), steps: 20 }, seed: 1, queries: 150, source: other };
  const holding = (report: attacks.MaskingReport) =>
    Object.fromEntries(report.checks.map(({ name, holds }) => [name, holds]));

  test('a model that hides nothing passes them all, and the report is plain data', async () => {
    const seen = new Set<string>();
    const onProgress = ({ check }: { check: string }) => seen.add(check);
    const report = (await attacks.maskingChecks(model, x, y, { ...options, onProgress }))!;
    const names = ['finiteGradients', 'zeroGradients', 'moreSteps', 'hugeRadius', 'blackBox', 'transfer'];
    expect(holding(report)).toEqual(Object.fromEntries(names.map((name) => [name, true])));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect([...seen]).toEqual(['zeroGradients', 'whiteBox', ...names.slice(2)]);
    const { robustAccuracy } = (await attacks.robustAccuracy(model, x, y, options))!;
    expect(report.robustAccuracy).toBe(robustAccuracy);
    expect(report.checks[2]!.expected).toEqual({ atLeast: Math.max(0, robustAccuracy - 0.02) });
  });

  test('quantised images: gradients are zero, attacks fail, and searches and transfers do not', async () => {
    const report = (await attacks.maskingChecks(quantised, x, y, { ...options, source: model }))!;
    expect(holding(report)).toEqual({
      finiteGradients: true,
      zeroGradients: false,
      // More steps that go nowhere.
      moreSteps: true,
      hugeRadius: false,
      blackBox: false,
      transfer: false,
    });
    expect(report.checks[1]!.measured).toBe(1);
  });

  test('an attack that has not converged shows by more steps', async () => {
    const short = { ...options, attack: { ...options.attack, steps: 2, stepSize: 0.004, start: 'image' } as const };
    const report = (await attacks.maskingChecks(model, x, y, short))!;
    expect(report.checks[2]).toMatchObject({ name: 'moreSteps', holds: false });
    expect(report.checks[2]!.measured).toBeLessThan(report.robustAccuracy! - 0.02);
  });

  test('BPDA with the network alone breaks it, and its gradient passes', async () => {
    const through = attacks.bpda(quantised, model);
    const report = (await attacks.maskingChecks(through, x, y, { ...options, source: model }))!;
    expect(Object.values(holding(report))).not.toContain(false);
    const { robustAccuracy } = (await attacks.robustAccuracy(quantised, x, y, options))!;
    expect(report.robustAccuracy).toBeLessThan(robustAccuracy - 0.3);
  });

  test('a saturated softmax has gradients of zero', async () => {
    const saturated = new Behind((images) => images, trained(1));
    torch.noGrad(() => {
      for (const parameter of saturated.parameters().slice(-2)) parameter.mul_(1e4);
    });
    const run = (loss: 'crossEntropy' | 'margin') =>
      attacks.maskingChecks(saturated.eval(), x, y, { ...options, attack: { ...options.attack, loss } });
    expect((await run('crossEntropy'))!.checks[1]).toMatchObject({ name: 'zeroGradients', holds: false });
    expect((await run('margin'))!.checks[1]).toMatchObject({ name: 'zeroGradients', measured: 0, holds: true });
  });

  test('undefined gradients are reported, not attacked', async () => {
    const undefinedGradient = new Behind((images) => images.add(images.mul(0).sqrt()), model).eval();
    const report = (await attacks.maskingChecks(undefinedGradient, x, y, options))!;
    expect(report.robustAccuracy).toBeNull();
    expect(report.checks.map(({ name }) => name)).toEqual(['finiteGradients', 'zeroGradients']);
    expect(report.checks[0]).toMatchObject({ measured: 1, expected: { atMost: 0 }, holds: false });
  });

  test('a radius above 64/255, as digits are attacked with, is compared with twice itself', async () => {
    const wide = { attack: { ...at(0.3), steps: 20 }, seed: 1, queries: 2 };
    const report = (await attacks.maskingChecks(model, x, y, wide))!;
    expect(report.checks[3]).toMatchObject({ name: 'hugeRadius', measured: 0, holds: true });
  });

  test.each<[object, string]>([
    [{ queries: 0 }, 'queries must be a whole number'],
    [{ tolerance: 2 }, 'tolerance must be a share in [0, 1]'],
    [{ hugeRadius: 0.01 }, "hugeRadius must be above the attack's radius 0.05, not 0.01"],
    [{ batchSize: 0 }, 'batchSize must be a whole number'],
  ])('refuses %j', async (change, message) => {
    await expect(attacks.maskingChecks(model, x, y, { ...options, ...change })).rejects.toThrow(message);
  });
});

test('BPDA: the value of one model to the last bit, the gradient of the other', () => {
  const through = attacks.bpda(quantised, model);
  const labels = labelsOf(Array.from({ length: 100 }, (_, i) => i % 4));
  const gradientOf = (network: Classifier, images: Tensor) => {
    const leaf = images.detach().requiresGrad_();
    // Weights of the logits that do not depend on them.
    const weights = torch.randn([100, 4], { generator: seeded(9) });
    return torch.grad(network.forward(leaf).mul(weights).sum(), [leaf])[0]!;
  };
  expect(values(through.forward(x))).toEqual(values(quantised.forward(x)));
  expect(values(torch.noGrad(() => through.forward(x)))).toEqual(values(quantised.forward(x)));
  expect(values(gradientOf(through, x))).toEqual(values(gradientOf(model, x)));
  const ball = linf(0.05);
  const settings = { ball, steps: 10, stepSize: 0.01, mode: 'eval', generator: seeded(1) } as const;
  const { images, fooled } = attacks.pgd(through, x, labels, settings);
  attacks.checkInside('test', images, x, ball);
  expect(values(quantised.forward(images).argmax(1).ne(labels))).toEqual(values(fooled));
});

test('each of them stops when asked, and leaves no tensor behind', async () => {
  const before = torch.memory().handles;
  const runs = [
    (shouldStop: () => boolean) =>
      attacks.radiusCurve(model, x, y, { radii: [0.01, 0.02], attack: at, seed: 1, shouldStop }),
    (shouldStop: () => boolean) =>
      attacks.radiusCurve(model, x, y, { radii: [0.01, 0.02], attack: at, seed: 1, monotone: true, shouldStop }),
    (shouldStop: () => boolean) =>
      attacks.transferAccuracy(other, model, x, y, { attack: at(0.01), seed: 1, shouldStop }),
    (shouldStop: () => boolean) =>
      attacks.maskingChecks(model, x, y, { attack: at(0.05), seed: 1, queries: 10, source: other, shouldStop }),
  ];
  for (const run of runs) {
    for (const patience of [1, 12, 19]) {
      let asked = 0;
      const result = await run(() => ++asked >= patience);
      // Transfer has ten steps and is then done.
      if (asked === patience) expect(result).toBeUndefined();
      expect(torch.memory().handles).toBe(before);
    }
    expect(await run(() => false)).toBeDefined();
    expect(torch.memory().handles).toBe(before);
  }
});
