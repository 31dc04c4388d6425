// Robustness of what was trained: attacked sets, latents by radius, and which classifier of a run is attacked.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import sharp from 'sharp';
import { type Ball, pgd } from 'twoview/attacks';
import { resolvePolicy } from 'twoview/augment';
import { createDataset, generateEmbedded, type ImageDataset, openDataset } from 'twoview/data';
import {
  attackSet,
  createRobustSelection,
  evaluationAttack,
  extractFeatures,
  featureTensor,
  labeledPixels,
  latentStudy,
  loadAttackable,
  loadModel,
  logisticProbe,
  outputsOf,
  runTransform,
} from 'twoview/evaluation';
import { ImageClassifier } from 'twoview/methods';
import { latentDivergence } from 'twoview/metrics';
import { SmallCnn } from 'twoview/models';
import { RunFolder } from 'twoview/runs';
import { type Observer, resolveConfig, splitHeldOut, Trainer } from 'twoview/training';
import { beforeAll, describe, expect, test } from 'vitest';
import { runConfig, temporaryFolder, trainedRun } from './runs.js';

beforeAll(() => torch.setNumThreads(1));

const seeded = (seed: number) => new torch.Generator({ seed });
const values = (x: torch.Tensor) => Array.from(x.data() as Float32Array, Number);
const ints = (x: torch.Tensor) => Array.from(x.tolist() as unknown as number[], Number);
const farthest = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().max().item();

/** 40 of the generated images, and an untrained network that gets about one class right. */
async function subject() {
  const dataset = await generateEmbedded({ split: 'test', limit: 40 });
  const encoder = new SmallCnn({ channels: [4, 8], strides: [2, 2], features: 12, grid: 4, generator: seeded(5) });
  encoder.pixels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const model = new ImageClassifier(encoder, new nn.Linear(12, 10, { generator: seeded(6) }));
  return { model, dataset, pixels: labeledPixels(dataset, { size: 32 }) };
}

const attack = { ball: { norm: 'linf' as const, eps: 0.03 }, steps: 3, stepSize: 0.015, start: 'uniform' as const };

describe('labelledPixels', () => {
  const dataset = (labels: number[] | null, names = ['a', 'b']): ImageDataset =>
    createDataset({
      name: 'pictures',
      images: Uint8Array.from({ length: (labels?.length ?? 3) * 48 }, (_, i) => (7 * i) % 256),
      labels: labels && Int32Array.from(labels),
      classes: labels ? names : [],
      height: 4,
      width: 4,
    });

  test('gives pixels in [0, 1] and classes, of the first so many images', () => {
    const all = dataset([0, 1, 0, 1, 1, 0]);
    const { images, labels } = labeledPixels(all, { size: 4 });
    expect(images.shape).toEqual([6, 3, 4, 4]);
    expect([images.dtype, labels.dtype]).toEqual(['float32', 'int64']);
    values(images).forEach((value, i) => {
      expect(value).toBeCloseTo(all.images[i]! / 255, 6);
    });
    const first = labeledPixels(all, { size: 4, count: 3 });
    expect(ints(first.labels)).toEqual([0, 1, 0]);
    expect(farthest(first.images, images.narrow(0, 0, 3))).toBe(0);
    expect(labeledPixels(all, { size: 4, count: 99 }).labels.numel).toBe(6);
  });

  test('of a set that is sorted by class, as folders are, some of each', () => {
    const sorted = dataset([0, 0, 0, 0, 1, 1, 2, 2], ['a', 'b', 'c']);
    const { images, labels } = labeledPixels(sorted, { size: 4, count: 4 });
    expect(ints(labels)).toEqual([0, 0, 1, 2]);
    const all = labeledPixels(sorted, { size: 4 }).images;
    expect(farthest(images.select(0, 3), all.select(0, 6))).toBe(0);
  });

  test('refuses images without a class', () => {
    const sentence = /^pictures has images without a class, and an attack needs the class of each: use a labelled data/;
    expect(() => labeledPixels(dataset(null), { size: 4 })).toThrow(sentence);
    expect(() => labeledPixels(dataset([0, -1, 1]), { size: 4 })).toThrow(sentence);
    expect(() => labeledPixels(dataset([0, -1, 1]), { size: 4 })).toThrow(RangeError);
    expect(labeledPixels(dataset([0, 1, -1]), { size: 4, count: 2 }).labels.numel).toBe(2);
  });
});

describe('outputsOf', () => {
  test('is features and logits in mode eval, in batches or not; nothing of the network changes', async () => {
    const { model, pixels } = await subject();
    model.train();
    const before = new Map(Array.from(model.stateDict(), ([name, tensor]) => [name, tensor.clone()]));
    const whole = outputsOf(model, pixels.images);
    const parts = outputsOf(model, pixels.images, 7);
    for (const [name, tensor] of model.stateDict())
      expect(farthest(tensor.double(), before.get(name)!.double()), name).toBe(0);
    for (const module of model.modules()) expect(module.training).toBe(true);
    expect([whole.features.shape, whole.logits.shape]).toEqual([
      [40, 12],
      [40, 10],
    ]);
    expect(farthest(whole.features, parts.features)).toBeLessThan(1e-5);
    expect(farthest(whole.logits, parts.logits)).toBeLessThan(1e-5);
    model.eval();
    expect(farthest(model.forward(pixels.images), whole.logits)).toBeLessThan(1e-5);
    expect(whole.logits.requiresGrad).toBe(false);
    // It was not by chance that the mode did not matter.
    model.train();
    expect(farthest(model.forward(pixels.images), whole.logits)).toBeGreaterThan(1e-2);
  });
});

describe('attackSet', () => {
  test('is PGD batch by batch, of misclassified images too', async () => {
    const { model, pixels } = await subject();
    model.train();
    const done: number[] = [];
    const result = (await attackSet(model, pixels, {
      attack,
      seed: 3,
      batchSize: 16,
      onProgress: (count, total) => {
        expect(total).toBe(40);
        done.push(count);
      },
    }))!;
    const generator = seeded(3);
    for (const [start, count] of [
      [0, 16],
      [16, 16],
      [32, 8],
    ] as const) {
      const [x, y] = [pixels.images.narrow(0, start, count), pixels.labels.narrow(0, start, count)];
      const { images } = pgd(model, x, y, { ...attack, mode: 'eval', generator });
      expect(farthest(result.narrow(0, start, count), images)).toBe(0);
    }
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect([done.length, done.at(-1)]).toEqual([9, 40]);
    const wrong = outputsOf(model, pixels.images).logits.argmax(1).ne(pixels.labels);
    expect(Number(wrong.sum().item())).toBeGreaterThan(10);
    const moved = result.sub(pixels.images).abs().amax([1, 2, 3]);
    expect(moved.min().item()).toBeGreaterThan(0.02);
    expect(moved.max().item()).toBeLessThanOrEqual(0.03 + 1e-6);
    for (const module of model.modules()) expect(module.training).toBe(true);
  });

  test('ends when it is asked to, and leaves nothing behind', async () => {
    const { model, pixels } = await subject();
    const stopAfter = async (steps: number) => {
      let asked = 0;
      const shouldStop = () => ++asked === steps;
      expect(await attackSet(model, pixels, { attack, seed: 0, batchSize: 16, shouldStop })).toBeUndefined();
      expect(asked).toBe(steps);
    };
    await stopAfter(2);
    const before = torch.memory().bytes;
    await stopAfter(5);
    expect(torch.memory().bytes).toBe(before);
  });
});

describe('latentStudy', () => {
  const attackAt = (ball: Ball) => ({ ...attack, ball, stepSize: ball.eps / 2 });

  test('begins with the images themselves; every row is what the outputs say', async () => {
    const { model, pixels } = await subject();
    const shares: number[] = [];
    const options = { radii: [0.01, 0.05], norm: 'linf' as const, attackAt, seed: 2, batchSize: 25 };
    const rows = (await latentStudy(model, pixels, { ...options, onProgress: (share) => shares.push(share) }))!;
    expect(rows.map(({ eps }) => eps)).toEqual([0, 0.01, 0.05]);
    expect([Math.max(...shares), shares.at(-1)]).toEqual([1, 1]);
    const benign = outputsOf(model, pixels.images, 25);
    const labels = ints(pixels.labels);
    for (const [i, row] of rows.entries()) {
      const ball = { norm: 'linf' as const, eps: row.eps };
      const settings = { attack: attackAt(ball), seed: 2, batchSize: 25 };
      const images = i === 0 ? pixels.images : (await attackSet(model, pixels, settings))!;
      const outputs = outputsOf(model, images, 25);
      for (const distance of ['cosine', 'l2'] as const) {
        const expected = latentDivergence(benign.features, outputs.features, labels, { distance, classes: 10 });
        expect(row.divergence[distance]).toEqual(expected);
      }
      const [before, after] = [ints(benign.logits.argmax(1)), ints(outputs.logits.argmax(1))];
      const right = labels.filter((y, k) => before[k] === y && after[k] === y).length;
      expect(row.accuracy).toBeCloseTo(right / 40, 12);
      row.confusion.forEach((counts, y) => {
        counts.forEach((count, p) => {
          expect(count).toBe(labels.filter((label, k) => label === y && after[k] === p).length);
        });
      });
    }
    expect(rows[2]!.divergence.cosine.relative).not.toBeCloseTo(rows[0]!.divergence.cosine.relative, 3);
  });

  test('ends when it is asked to', async () => {
    const { model, pixels } = await subject();
    let asked = 0;
    const options = { radii: [0.01, 0.05], norm: 'linf' as const, attackAt, seed: 2, shouldStop: () => ++asked > 4 };
    expect(await latentStudy(model, pixels, options)).toBeUndefined();
  });
});

describe('loadAttackable', () => {
  const small = [
    'encoder={"name":"smallcnn","channels":[4,8],"strides":[2,2],"features":12,"grid":4}',
    'data.limit=60',
    'method.attack={"eps":0.02,"steps":1,"stepSize":0.02}',
    'training.batchSize=18',
    'training.epochs=3',
    'training.keepEvery=1',
    'training.threads=1',
    'training.device=cpu',
    'evaluation.robust.steps=2',
  ];

  /** A run of PGD training, with the observers of the command or others. */
  async function attackedRun(observer?: Observer): Promise<string> {
    const config = resolveConfig({ method: 'adv', overrides: small });
    const { train, heldOut } = splitHeldOut(config, await openDataset(config.data, { split: 'train' }));
    const folder = RunFolder.create(path.join(temporaryFolder(), 'run'), { config, environment: {} });
    const selection = createRobustSelection({ config, heldOut: heldOut!, size: 32, device: 'cpu' });
    await new Trainer(config, train, folder, { observers: [observer ?? selection] }).run();
    return folder.dir;
  }

  test('a run with a classifier: the weights that held-out images chose, or those that are named', async () => {
    const dir = await attackedRun();
    const best = RunFolder.open(dir).checkpoints.find('best')!;
    const chosen = await loadAttackable(dir);
    expect(chosen).toMatchObject({ checkpoint: 'best', step: best.step, probed: false });
    const pixels = labeledPixels(await generateEmbedded({ split: 'test', limit: 20 }), { size: 32 });
    const logits = (checkpoint: string) => {
      const { model } = loadModel(dir, { checkpoint });
      const { encoder, head } = model.classifier!;
      return head.forward(encoder.forward(pixels.images));
    };
    expect(farthest(chosen.classifier.forward(pixels.images), logits('best'))).toBe(0);
    for (const [name, step] of [
      ['last', 9],
      ['step-3', 3],
      ['step-6', 6],
    ] as const) {
      const named = await loadAttackable(dir, { checkpoint: name });
      expect(named).toMatchObject({ checkpoint: name, step, probed: false });
      expect(farthest(named.classifier.forward(pixels.images), logits(name))).toBe(0);
    }
    expect(farthest(logits('step-3'), logits('last'))).toBeGreaterThan(1e-3);
    await expect(loadAttackable(dir, { checkpoint: 'step-5' })).rejects.toThrow(/has no checkpoint step-5; it has /);
  });

  test('a best checkpoint that kNN on test images chose is passed over', async () => {
    const accuracies = [0.1, 0.9, 0.8, 0.7];
    const dir = await attackedRun({ onEvaluate: async () => ({ knn: accuracies.shift()! }) });
    expect(RunFolder.open(dir).checkpoints.find('best')).toMatchObject({ step: 3 });
    expect(await loadAttackable(dir)).toMatchObject({ checkpoint: 'last', step: 9 });
  });

  test('a run without one: a logistic probe on frozen features, from pixels in [0, 1]', async () => {
    const { dir, config } = await trainedRun();
    const { classifier, probed, checkpoint } = await loadAttackable(dir);
    expect({ probed, checkpoint }).toEqual({ probed: true, checkpoint: 'last' });
    expect(classifier.encoder.pixels).toEqual(resolvePolicy(config.augment.views[0]!).normalize);

    // The probe as it is defined: on features of normalised images, standardised.
    const { model } = loadModel(dir);
    const labeled = await openDataset(config.data, { split: 'labeled' });
    const test = await generateEmbedded({ split: 'test', limit: 30 });
    const transform = runTransform(config, 32);
    const featuresOf = async (images: ImageDataset) =>
      featureTensor(await extractFeatures(model.encoder, images, { transform, device: 'cpu' }));
    const [train, unseen] = [await featuresOf(labeled), await featuresOf(test)];
    const trainLabels = labeled.labels!;
    const probe = { train, trainLabels, test: train, testLabels: trainLabels };
    const { weight, bias } = await logisticProbe(probe);
    const mean = train.double().mean([0]);
    const scale = train.double().sub(mean).square().mean([0]).sqrt();
    const w = torch.tensor(weight, { shape: [10, 8] });
    const expected = unseen.double().sub(mean).div(scale).mm(w.t()).add(torch.tensor(bias));
    const logits = classifier.forward(labeledPixels(test, { size: 32 }).images).double();
    expect(farthest(logits, expected)).toBeLessThan(1e-3);
    expect(expected.abs().max().item()).toBeGreaterThan(0.5);
    for (const module of classifier.modules()) expect(module.training).toBe(false);
  });

  test('a run without classes in its data cannot be attacked', async () => {
    const { dir, config } = await trainedRun(runConfig('method=simclr'));
    const folder = RunFolder.open(dir);
    expect(config.method.classifier).toBeNull();
    const pictures = path.join(temporaryFolder(), 'pictures');
    mkdirSync(pictures);
    for (const i of [1, 2, 3]) {
      const background = { r: 50 * i, g: 0, b: 99 };
      await sharp({ create: { width: 32, height: 32, channels: 3, background } }).toFile(
        path.join(pictures, `${i}.png`),
      );
    }
    const flat = { ...(folder.config() as object), data: { name: 'folder', folder: pictures, size: 32 } };
    folder.writeFile('config.yaml', JSON.stringify(flat));
    await expect(loadAttackable(dir)).rejects.toThrow(
      /the run has no classifier, and folder has no class for every image to fit one to: an attack needs classes/,
    );
  });
});

test('the selection measures what its attack leaves, and asks the same question every time', async () => {
  const { model, dataset, pixels } = await subject();
  const overrides = ['method.attack={"eps":0.03,"stepSize":0.01}', 'evaluation.robust.steps=4', 'training.seed=5'];
  const config = resolveConfig({ method: 'adv', overrides });
  const settings = evaluationAttack(config.method.attack!, 4);
  expect(settings).toEqual({ ball: { norm: 'linf', eps: 0.03 }, steps: 4, stepSize: 0.01, start: 'uniform' });
  const observer = createRobustSelection({ config, heldOut: dataset, size: 32, device: 'cpu' });
  expect(observer.chooses).toBe('robust.validation');
  const context = { step: 0, epoch: 0, model: { classifier: model } as never };
  const first = await observer.onEvaluate!(context);
  expect(await observer.onEvaluate!(context)).toEqual(first);
  const benign = outputsOf(model, pixels.images);
  const attacked = outputsOf(model, (await attackSet(model, pixels, { attack: settings, seed: 5 }))!);
  const y = ints(pixels.labels);
  const { intra, inter, relative } = latentDivergence(benign.features, attacked.features, y, {
    distance: 'cosine',
    classes: 10,
  });
  const right = (logits: torch.Tensor) => logits.argmax(1).eq(pixels.labels);
  const robust = right(benign.logits).logicalAnd(right(attacked.logits)).double().mean().item();
  expect(first).toEqual({
    'natural.validation': right(benign.logits).double().mean().item(),
    'robust.validation': robust,
    'divergence.intra': intra,
    'divergence.inter': inter,
    'divergence.relative': relative,
  });
  const natural = resolveConfig({ method: 'supervised' });
  const plain = createRobustSelection({ config: natural, heldOut: dataset, size: 32, device: 'cpu' });
  expect(plain.chooses).toBe('natural.validation');
  expect(Object.keys(await plain.onEvaluate!(context))).toEqual(['natural.validation']);
});
