import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { attacks } from 'twoview';
import { expect, test } from 'vitest';
import { convNet, images, labelsOf, linear, seeded } from './networks.js';

const model = convNet(1);
const x = images(1, [2, 3, 8, 8]);
const y = labelsOf([0, 3]);
const good = { ball: { norm: 'linf', eps: 0.03 }, steps: 2, stepSize: 0.01, mode: 'eval' } as const;

const settings: [string, object, string][] = [
  ['an unknown norm', { ball: { norm: 'l1', eps: 1 } }, "must be 'linf' or 'l2', not l1"],
  ['a negative radius', { ball: { norm: 'linf', eps: -1 } }, 'eps must be a number of at least 0'],
  ['a radius that is no number', { ball: { norm: 'l2', eps: Number.NaN } }, 'eps must be a number of at least 0'],
  ['no steps', { steps: 0 }, 'steps must be a whole number of at least 1, not 0'],
  ['endless steps', { steps: Number.POSITIVE_INFINITY }, 'steps must be a whole number'],
  ['half a restart', { restarts: 1.5 }, 'restarts must be a whole number'],
  ['a step of zero', { stepSize: 0 }, 'stepSize must be a positive number, not 0'],
  ['negative momentum', { momentum: -1 }, 'momentum must be a number of at least 0'],
  ['an unknown loss', { loss: 'mse' }, 'loss must be one of crossEntropy, margin, kl, not mse'],
  ['an unknown mode', { mode: undefined }, 'mode must be one of eval, train'],
  ['a random start without generator', { generator: undefined }, 'needs a generator'],
  ['restarts from the image', { start: 'image', restarts: 2 }, 'restarts from the image are all the same'],
  ['kl from the image', { start: 'image', loss: 'kl' }, "gradient of 'kl' is zero at the image"],
  ['shrinking in mode train', { shrink: true, mode: 'train' }, "shrink needs mode 'eval'"],
];

test.each(settings)('%s', (_, change, message) => {
  const options = { ...good, generator: seeded(1), ...change } as attacks.PgdOptions;
  expect(() => attacks.pgd(model, x, y, options)).toThrow(RangeError);
  expect(() => attacks.pgd(model, x, y, options)).toThrow(message);
});

const inputs: [string, torch.Tensor, torch.Tensor, string][] = [
  ['bytes', x.to({ dtype: 'uint8' }), y, 'divide bytes by 255'],
  ['normalised images', x.mul(4).sub(2), y, 'attack before normalisation'],
  ['NaN pixels', x.mul(Number.NaN), y, 'outside [0, 1]'],
  ['a matrix', x.flatten(1), y, 'images must be [B, C, H, W]'],
  ['no images', x.slice(0, 0, 0), y.slice(0, 0, 0), 'with at least one'],
  ['a label short', x, y.slice(0, 0, 1), 'labels must be int64 [2], one an image, not int64 [1]'],
  ['labels that are no integers', x, y.double(), 'not float64 [2]'],
  ['a negative label', x, y.sub(1), 'label -1 is no class'],
  ['a label above the classes', x, y.add(1), 'label 4 is none of the 4 classes'],
];

test.each(inputs)('%s', async (_, images, labels, message) => {
  const options = { ...good, generator: seeded(1) };
  expect(() => attacks.pgd(model, images, labels, options)).toThrow(RangeError);
  expect(() => attacks.pgd(model, images, labels, options)).toThrow(message);
  const { mode, ...attack } = good;
  await expect(attacks.robustAccuracy(model, images, labels, { attack, seed: 1 })).rejects.toThrow(message);
});

test('models that give no logits, or infinite ones', () => {
  const options = { ...good, generator: seeded(1) };
  expect(() => attacks.pgd(new nn.Identity(), x, y, options)).toThrow('must give logits [2, K] of two classes or more');
  const one = linear(1, 192, 1).model;
  expect(() => attacks.pgd(one, x, labelsOf([0, 0]), options)).toThrow('of two classes or more, not [2, 1]');
  const broken = linear(1, 192, 4).model;
  torch.noGrad(() => broken.parameters()[0]!.fill_(Number.NaN));
  expect(() => attacks.pgd(broken, x, y, options)).toThrow('loss of an image is not finite');
});

/** Logits of the model as they are; the gradient is undefined wherever a pixel is compared with itself. */
class UndefinedGradient extends nn.Module<[torch.Tensor], torch.Tensor> {
  private readonly inner = this.module('inner', model);
  forward(pixels: torch.Tensor) {
    return this.inner.forward(pixels.add(pixels.mul(0).sqrt()));
  }
}

test.each(['linf', 'l2'] as const)('in %s an image with an undefined gradient is not counted robust', async (norm) => {
  const broken = new UndefinedGradient();
  const ball = { norm, eps: 0.03 };
  const labels = attacks.withMode(model, 'eval', () => model.forward(x)).argmax(1);
  const apgd: attacks.AttackSteps = (net, pixels, classes, generator) =>
    attacks.apgdSteps(net, pixels, classes, { ball, mode: 'eval', steps: 5, generator });
  for (const attack of [{ ball, steps: 2, stepSize: 0.01 }, { ball, steps: 2, stepSize: 0.01, momentum: 1 }, apgd]) {
    const run = attacks.robustAccuracy(broken, x, labels, { attack, seed: 1 });
    await expect(run).rejects.toThrow('loss of an image is not finite, or its gradient before');
  }
});

test('the evaluation refuses bad settings also when no image is left to attack', async () => {
  const attack = { ...good, steps: 0 };
  await expect(attacks.robustAccuracy(model, x, y, { attack, seed: 1 })).rejects.toThrow('steps must be');
  await expect(attacks.robustAccuracy(model, x, y, { attack: good, seed: 1, batchSize: 0 })).rejects.toThrow(
    'batchSize',
  );
});
