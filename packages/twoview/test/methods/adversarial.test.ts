// Adversarial training as slots: whole steps beside an independent PyTorch program, and what a step must and must not touch.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import { SGD } from '@twoview/torch/optim';
import * as safetensors from '@twoview/torch/safetensors';
import { checkMethod, checkViewCount, type MethodConfig, Siamese } from 'twoview/methods';
import { SmallCnn } from 'twoview/models';
import { keptShares, selectPairs } from 'twoview/objectives';
import { resolveConfig } from 'twoview/training';
import { afterAll, describe, expect, test } from 'vitest';
import { python, stateDifference } from './peer.js';
import { generator, gradients, method, snapshot } from './setup.js';

type Slots = NonNullable<Parameters<typeof method>[0]>;
type Attack = NonNullable<Slots['attack']>;

const net = {
  channels: [4, 6],
  strides: [2, 1],
  grid: 4,
  features: 8,
  latents: 6,
  classes: 4,
  normalize: { mean: [0.5, 0.45, 0.4] as const, std: [0.25, 0.2, 0.3] as const },
};
const [batch, side] = [9, 8];

/** Slots that all of them have, on a small scale. */
function slots(objective: Slots['objective'], more: Slots = {}): Slots {
  return {
    objective,
    projector: { hidden: [], size: net.latents, norm: 'none' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
    classifier: { classes: net.classes },
    attack: { eps: 0.06, stepSize: 0.02, steps: 3, start: 'uniform' },
    ...more,
  };
}

/** Remembers what it was shown. */
class WatchedCnn extends SmallCnn {
  readonly seen: torch.Tensor[] = [];
  override forward(images: torch.Tensor): torch.Tensor {
    this.seen.push(images.detach().clone());
    return super.forward(images);
  }
}

function build(config: MethodConfig, seed = 3): { model: Siamese; encoder: WatchedCnn } {
  let encoder: WatchedCnn | undefined;
  const make = (g: torch.Generator) => {
    const { channels, strides, grid, features } = net;
    encoder = new WatchedCnn({ channels, strides, grid, features, generator: g });
    encoder.pixels = net.normalize;
    return encoder;
  };
  const model = new Siamese(config, make, generator(seed)).to({ dtype: 'float64' }).train();
  return { model, encoder: encoder! };
}

/** A batch of `count` views of patterns in [0, 1], float64, and classes of which one may be missing. */
function batchOf(seed: number, count: number): { views: torch.Tensor[]; labels: torch.Tensor } {
  const g = generator(seed);
  const labels = torch.randint(0, net.classes, [batch], { generator: g, dtype: 'int64' });
  const shape = [batch, 3, side, side];
  const draw = () => torch.randn(shape, { generator: g, dtype: 'float64' });
  const base = torch.randn([net.classes, 3, side, side], { generator: generator(7), dtype: 'float64' });
  const images = base.indexSelect(0, labels).mul(0.08).add(draw(), { alpha: 0.15 }).add(0.5);
  const views = Array.from({ length: count }, () => images.add(draw(), { alpha: 0.05 }).clamp(0, 1));
  return { views, labels };
}

/** What a start adds to images, drawn as the attack draws it: one draw for each pass of images. */
function noiseOf(seed: number, attack: Attack, shape: readonly number[], passes: number): torch.Tensor[] {
  const options = { generator: generator(seed), dtype: 'float64' as const };
  return Array.from({ length: passes }, () => {
    if (attack.start === 'image') return torch.zeros(shape, { dtype: 'float64' });
    if (attack.start === 'gaussian') return torch.randn(shape, options).mul(0.001);
    return torch.rand(shape, options).mul(2).sub(1).mul(attack.eps!);
  });
}

const ascl = { name: 'adversarial' as const, contrastive: 1, divergence: 2 };
const gaussian: Attack = { eps: 0.06, stepSize: 0.02, steps: 3, loss: 'kl', start: 'gaussian' };
const two: Slots = { forward: 'concatenated' };

const variants: Record<string, { slots: Slots; views: 1 | 2 }> = {
  'cross-entropy': { slots: slots({ name: 'crossEntropy' }, { attack: null }), views: 1 },
  'cross-entropy of both versions of two views': { slots: slots({ name: 'crossEntropy' }, two), views: 2 },
  'PGD training': { slots: slots({ name: 'adversarial' }), views: 1 },
  'PGD training from the image itself, in l2, with the natural loss': {
    slots: slots(
      { name: 'adversarial', natural: 0.5 },
      { attack: { norm: 'l2', eps: 0.6, stepSize: 0.25, steps: 3, start: 'image' } },
    ),
    views: 1,
  },
  'PGD training with the attack in mode eval': {
    slots: slots({ name: 'adversarial' }, { attack: { eps: 0.06, stepSize: 0.02, steps: 3, mode: 'eval' } }),
    views: 1,
  },
  TRADES: {
    slots: slots({ name: 'adversarial', natural: 1, robust: 6, robustLoss: 'kl' }, { attack: gaussian }),
    views: 1,
  },
  'ASCL, global': { slots: slots({ ...ascl, selection: 'global', distance: 'cosine' }), views: 1 },
  'ASCL, hard': { slots: slots({ ...ascl, selection: 'hard', distance: 'l2', temperature: 0.5 }), views: 1 },
  'ASCL, soft': { slots: slots({ ...ascl, selection: 'soft', distance: 'l1', temperature: 0.5 }), views: 1 },
  'ASCL, merged': { slots: slots({ ...ascl, selection: 'merged', distance: 'matmul' }), views: 1 },
  'ASCL, leaked': { slots: slots(ascl), views: 1 },
  'ASCL of two views, one contrast': { slots: slots({ ...ascl, natural: 1 }, two), views: 2 },
  'ASCL of two views, a contrast of each version': { slots: slots({ ...ascl, combine: 'perVersion' }, two), views: 2 },
  'ASCL of two views, a contrast of each view': { slots: slots({ ...ascl, combine: 'perView' }, two), views: 2 },
  'ASCL of two views that pass one by one': { slots: slots(ascl), views: 2 },
  'ASCL on TRADES': {
    slots: slots({ ...ascl, natural: 1, robust: 6, robustLoss: 'klPerElement' }, { ...two, attack: gaussian }),
    views: 2,
  },
  compactness: { slots: slots({ name: 'adversarial', compactness: 0.7 }), views: 1 },
  'ADR of two views': {
    slots: slots(
      {
        name: 'adr',
        natural: 0.3,
        localCompactness: 0.9,
        localSmoothness: 0.8,
        globalCompactness: 0.7,
        confidence: 0.6,
      },
      two,
    ),
    views: 2,
  },
};

interface Answer {
  losses: number[];
  terms: Record<string, number>[];
  shares: ([number, number] | null)[];
  predictions: number[][][];
  gradients: Record<string, number[] | null>;
  state: Record<string, number[]>;
}

const steps = 3;
const optimiser = { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 };
const numbers = (tensor: torch.Tensor) => Array.from(tensor.data() as Float64Array, Number);
const scalars = (tensors: Readonly<Record<string, torch.Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.item()]));

describe.skipIf(python === undefined)('PyTorch takes the same steps (skipped without it)', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-adversarial-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const runs = Object.values(variants).map(({ slots: own, views: count }, index) => {
    const config = method(own);
    const { model } = build(config);
    const state = snapshot(model);
    const { attack, forward, objective } = config;
    const together = forward === 'concatenated';
    const shape = [together ? count * batch : batch, 3, side, side];
    const data = new Map<string, torch.Tensor>();
    const optimizer = new SGD(model.parameters(), optimiser);
    const taken = Array.from({ length: steps }, (_, step) => {
      const { views, labels } = batchOf(50 + step, count);
      data.set(`${step}.labels`, labels);
      views.forEach((view, v) => {
        data.set(`${step}.view${v}`, view);
      });
      if (attack)
        noiseOf(90 + step, attack, shape, together ? 1 : count).forEach((noise, i) => {
          data.set(`${step}.noise${i}`, noise);
        });
      optimizer.zeroGrad();
      const result = model.step(views, { labels, generator: generator(90 + step) });
      result.loss.backward();
      const grads = step === 0 ? gradients(model) : new Map<string, torch.Tensor | null>();
      const first = new Map(Array.from(grads, ([name, grad]) => [name, grad && numbers(grad)]));
      optimizer.step();
      model.afterStep(step, steps);
      return {
        loss: result.loss.item(),
        terms: scalars(result.terms),
        measures: scalars(result.measures),
        labels: numbers(labels),
        gradients: first,
      };
    });
    const files = { state: path.join(folder, `${index}-state`), data: path.join(folder, `${index}-data`) };
    safetensors.save(files.state, state);
    safetensors.save(files.data, data);
    const task = { ...files, ...optimiser, net, steps, views: count, forward, objective, attack };
    return { task, taken, model, config, state };
  });
  const answers: Answer[] = python
    ? (JSON.parse(
        execFileSync(python, [fileURLToPath(new URL('adversarial_peer.py', import.meta.url))], {
          input: JSON.stringify(runs.map(({ task }) => task)),
          encoding: 'utf8',
          maxBuffer: 1 << 28,
        }),
      ) as Answer[])
    : [];

  test.each(Object.keys(variants).map((name, i) => [name, i] as const))('%s', (_, i) => {
    const { taken, model, state, config } = runs[i]!;
    const answer = answers[i]!;
    taken.forEach(({ loss, terms, measures }, step) => {
      expect(loss, `step ${step}`).toBeCloseTo(answer.losses[step]!, 9);
      const expected = answer.terms[step]!;
      expect(Object.keys(terms).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, value] of Object.entries(terms))
        expect(value, `${name} of step ${step}`).toBeCloseTo(expected[name]!, 9);
      const shares = answer.shares[step];
      if (shares) {
        expect(measures['kept.positives']).toBeCloseTo(shares[0], 9);
        expect(measures['kept.negatives']).toBeCloseTo(shares[1], 9);
      }
    });
    for (const [name, grad] of taken[0]!.gradients) {
      const expected = answer.gradients[name];
      expect(grad === null, name).toBe(expected === null);
      grad?.forEach((value, k) => {
        expect(Math.abs(value - expected![k]!), name).toBeLessThan(1e-9);
      });
    }
    // Weights and running statistics after three steps.
    const { difference, name } = stateDifference(model.stateDict(), answer.state);
    expect(difference, name).toBeLessThan(1e-9);
    const moved = model.stateDict().get('encoder.body.0.weight')!.sub(state.get('encoder.body.0.weight')!);
    expect(moved.abs().max().item()).toBeGreaterThan(1e-4);
    const { objective } = config;
    const usesProjector = objective.name === 'adversarial' && objective.contrastive + objective.compactness > 0;
    expect(taken[0]!.gradients.get('projector.0.weight') !== null).toBe(usesProjector);
  });

  test('accuracies and kept shares are those of the predictions of the loss’s own passes', () => {
    const names = Object.keys(variants);
    for (const name of ['ASCL, leaked', 'ASCL, hard', 'ASCL of two views, one contrast']) {
      const i = names.indexOf(name);
      const { taken, config, task } = runs[i]!;
      const { selection } = config.objective as { selection: 'leaked' | 'hard' };
      let partly = 0;
      taken.forEach(({ measures, labels }, step) => {
        const predictions = answers[i]!.predictions[step]!;
        const right = predictions.map((row) => row.filter((p, k) => p === labels[k]).length / labels.length);
        const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
        expect(measures['natural.batch']).toBeCloseTo(mean(right.slice(0, task.views)), 6);
        expect(measures['adversarial.batch']).toBeCloseTo(mean(right.slice(task.views)), 6);
        const y = Int32Array.from(predictions.flatMap(() => labels));
        const shares = keptShares(selectPairs(selection, y, Int32Array.from(predictions.flat())), y);
        expect(measures['kept.positives']).toBeCloseTo(shares.positives, 12);
        expect(measures['kept.negatives']).toBeCloseTo(shares.negatives, 12);
        if (shares.negatives > 0 && shares.negatives < 1) partly++;
      });
      expect(partly, `${name}: a selection that keeps all or nothing shows little`).toBeGreaterThan(0);
    }
  });
});

describe('a step with an attack', () => {
  const counted = (model: Siamese) => Number(model.stateDict().get('encoder.body.1.num_batches_tracked')!.item());
  const stepOf = (own: Slots, count: 1 | 2) => {
    const built = build(method(own));
    const { views, labels } = batchOf(1, count);
    const before = snapshot(built.model);
    const result = built.model.step(views, { labels, generator: generator(2) });
    return { ...built, views, labels, result, before };
  };

  test('leaves no gradient in parameters, changes none of them, and every module its mode', () => {
    const { model, before, result } = stepOf(slots(ascl, two), 2);
    for (const [name, grad] of gradients(model)) expect(grad, name).toBeNull();
    for (const [name, parameter] of model.namedParameters())
      expect(parameter.sub(before.get(name)!).abs().max().item(), name).toBe(0);
    for (const module of model.modules()) expect(module.training).toBe(true);
    // Both versions of both views, for observers.
    expect(result.views).toHaveLength(4);
    for (const { embedding } of result.views) expect(embedding.shape).toEqual([batch, net.latents]);
  });

  test.each([
    ['train', 'concatenated', 2 + 3 + 1],
    ['train', 'perView', 2 * (2 + 3 + 1)],
    ['eval', 'concatenated', 2],
    ['eval', 'perView', 4],
  ] as const)('in mode %s, views %s: running statistics take in %i passes', (mode, forward, passes) => {
    const attack = { eps: 0.06, stepSize: 0.02, steps: 3, mode };
    const { model } = stepOf(slots(ascl, { attack, forward }), 2);
    expect(counted(model)).toBe(passes);
  });

  test.each([
    ['linf', 0.06],
    ['l2', 0.6],
  ] as const)('trains on images in the %s ball and in [0, 1], another version of every one', (norm, eps) => {
    const attack = { norm, eps, stepSize: eps / 2, steps: 3 };
    const { encoder, views } = stepOf(slots({ name: 'adversarial' }, { attack }), 1);
    // Four passes of the attack, then the two of the loss.
    expect(encoder.seen).toHaveLength(6);
    const [benign, adversarial] = encoder.seen.slice(-2) as [torch.Tensor, torch.Tensor];
    expect(benign.sub(views[0]!).abs().max().item()).toBe(0);
    const delta = adversarial.sub(benign);
    const size = norm === 'linf' ? delta.abs().amax([1, 2, 3]) : delta.square().sum([1, 2, 3]).sqrt();
    expect(size.max().item()).toBeLessThanOrEqual(eps + 1e-12);
    expect(size.min().item()).toBeGreaterThan(eps / 2);
    expect(adversarial.min().item()).toBeGreaterThanOrEqual(0);
    expect(adversarial.max().item()).toBeLessThanOrEqual(1);
  });

  test('starts depend on the generator alone', () => {
    const lossOf = (seed: number) => {
      const { views, labels } = batchOf(1, 1);
      const { model } = build(method(slots({ name: 'adversarial' })));
      return model.step(views, { labels, generator: generator(seed) }).loss.item();
    };
    expect(lossOf(4)).toBe(lossOf(4));
    expect(lossOf(4)).not.toBe(lossOf(5));
  });

  test('asks for labels and a generator, and for classes', () => {
    const { model } = build(method(slots(ascl)));
    const { views, labels } = batchOf(1, 1);
    expect(() => model.step(views)).toThrow(/needs the class of every image and a generator/);
    expect(() => model.step(views, { labels })).toThrow(/needs the class of every image and a generator/);
    const natural = build(method(slots({ name: 'crossEntropy' }, { attack: null }))).model;
    expect(() => natural.step(views)).toThrow(/objective crossEntropy needs labels and logits/);
    expect(() => build(method(slots(ascl, { classifier: {} })))).toThrow(
      /method\.classifier\.classes is not known: give the number of classes/,
    );
  });
});

describe('slots that do not go together are refused, each with its sentence', () => {
  const simclr: Slots = {
    objective: { name: 'ntXent' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  };
  const refused: [name: string, slots: Slots, sentence: RegExp][] = [
    ['no classifier', slots(ascl, { classifier: null }), /adversarial compares logits .*method\.classifier=\{\}/],
    ['no attack', slots(ascl, { attack: null }), /adversarial is about adversarial images: give method\.attack=\{\}/],
    ['ADR without an attack', slots({ name: 'adr' }, { attack: null }), /adr is about adversarial images/],
    ['a moving average', slots(ascl, { target: { name: 'ema' } }), /method\.target is ema, .* it needs online/],
    ['a stop-gradient', slots(ascl, { target: { name: 'stopGradient' } }), /method\.target is stopGradient, .* online/],
    ['asymmetric pairs', slots(ascl, { pairing: 'asymmetric' }), /asymmetric, but objective adversarial/],
    [
      'a classifier beside SimCLR',
      { ...simclr, classifier: { classes: 4 } },
      /method\.classifier would not be trained by objective ntXent: leave it out/,
    ],
    ['an attack without a classifier', { ...simclr, attack: {} }, /method\.attack raises the loss of a classifier/],
    ['no weights', slots({ ...ascl, robust: 0 }), /natural and robust are both 0: nothing tells the classifier/],
    ['no weights in ADR', slots({ name: 'adr', robust: 0 }), /natural and robust are both 0/],
    [
      'predictions that are compared with each other alone',
      slots({ ...ascl, robustLoss: 'kl' }),
      /natural is 0 and robustLoss kl compares predictions alone.*natural=1/,
    ],
  ];

  test.each(refused)('%s', (_, own, sentence) => {
    expect(() => checkMethod(method(own))).toThrow(sentence);
    expect(() => build(method(own))).toThrow(sentence);
  });

  test('one view is enough where none are compared, and too few where they are', () => {
    expect(() => checkViewCount(method(slots({ name: 'crossEntropy' }, { attack: null })), 1)).not.toThrow();
    expect(() => checkViewCount(method(slots(ascl)), 1)).not.toThrow();
    expect(() => checkViewCount(method(simclr), 1)).toThrow(/augment\.views has 1 entry, but objective ntXent .*two/);
    const views = 'augment.views=[{"policy":"pad-crop-flip"}]';
    expect(() => resolveConfig({ method: 'simclr', overrides: [views] })).toThrow(/augment\.views has 1 entry/);
  });

  test('views that leave [0, 1], before a classifier or before a second standardisation', () => {
    const normal = 'augment.views.0.policy=directpred-cifar';
    for (const name of ['adv', 'supervised'])
      expect(() => resolveConfig({ method: name, overrides: [normal] })).toThrow(
        /augment\.views\.0\.normalize takes pixels out of \[0, 1\], where classifiers are attacked: leave it out/,
      );
    const inside = 'encoder.normalize={"mean":[0.5,0.5,0.5],"std":[0.2,0.2,0.2]}';
    expect(() => resolveConfig({ method: 'simclr', overrides: [inside] })).toThrow(
      /comes before encoder\.normalize, which would standardise pixels again/,
    );
    const plain = 'augment.views=[{"policy":"pad-crop-flip"},{"policy":"pad-crop-flip"}]';
    expect(() => resolveConfig({ method: 'simclr', overrides: [inside, plain] })).not.toThrow();
  });
});
