// Image claims: the recipes at both scales, what cannot be measured says why, and one very small run end to end.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createDataset, isLabeled } from 'twoview/data';
import {
  featureDecorrelation,
  type ImageClaim,
  type ImageRuns,
  images,
  judge,
  type ReproduceContext,
  type RunContext,
} from 'twoview/reproduce';
import { createModel } from 'twoview/training';
import { afterAll, describe, expect, test } from 'vitest';

const out = mkdtempSync(path.join(os.tmpdir(), 'twoview-images-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const nowhere = path.join(out, 'no-data');
const minutes: ReproduceContext = { scale: 'minutes', seeds: [0, 1, 2], dataFolder: nowhere, device: 'cpu' };
const published: ReproduceContext = { ...minutes, scale: 'paper' };

const claim = (id: string): ImageClaim =>
  featureDecorrelation.claims.find((candidate) => candidate.id === id) as ImageClaim;

const never = (context: ReproduceContext): RunContext => ({
  ...context,
  result: () => Promise.reject(new Error('nothing was to be computed')),
});

describe('scales', () => {
  test.each(['R1', 'R2', 'R3', 'R4', 'R5', 'R6'])(
    '%s needs a GPU and CIFAR-10 at scale paper, and says so',
    async (id) => {
      expect(claim(id).experiments(published)).toEqual([]);
      const verdict = await claim(id).run(never(published));
      expect(verdict.status).toBe('notRun');
      expect(verdict.reason).toMatch(
        /the published setting needs a CUDA device and CIFAR-10 \(.* in .*no-data; see --data\)/,
      );
    },
  );

  test('at scale minutes, two seeds on one thread, on the embedded images where CIFAR-10 is not found', () => {
    const experiments = claim('R1').experiments(minutes);
    expect(experiments).toHaveLength(8);
    for (const { settings } of experiments)
      expect(settings).toMatchObject({
        data: { name: 'embedded' },
        training: { threads: 1 },
        encoder: { name: 'convnet' },
      });
  });

  test('the published recipe is the authors’', () => {
    const { method, training, optimizer, encoder } = images.imageConfig(
      { method: 'shuffled-dbn', groups: images.mainTable.groups },
      images.mainTable,
      0,
      published,
    );
    expect(method.projector).toMatchObject({ hidden: [1024], size: 512, norm: 'affine' });
    expect(method.normalizer).toMatchObject({ name: 'shuffledDbn', groups: 16, epsilon: 0, solver: 'eigh' });
    expect(method).toMatchObject({ forward: 'perView', target: { name: 'online' }, predictor: { name: 'identity' } });
    expect(training).toMatchObject({ epochs: 200, batchSize: 64 });
    expect(optimizer).toMatchObject({
      name: 'sgd',
      momentum: 0.9,
      weightDecay: 1e-3,
      learningRate: 0.005,
      exclude: 'none',
    });
    expect(optimizer.schedule).toMatchObject({ name: 'cosine', warmupEpochs: 5, minFactor: 0 });
    expect(encoder).toMatchObject({ name: 'resnet18', stem: 'cifar' });
  });

  test('where images lie makes no other experiment', () => {
    const recipe = images.comparisonRecipe(minutes);
    const settings = (context: ReproduceContext) =>
      images.imageExperiment('BN', images.imageConfig({ method: 'siamese-bn' }, recipe, 0, context), {
        cost: 1,
        linear: false,
      }).settings;
    expect(settings({ ...minutes, device: 'cuda:0', dataFolder: path.join(out, 'elsewhere') })).toEqual(
      settings(minutes),
    );
  });
});

const run = (change: Partial<images.ImageMeasures>): images.ImageMeasures => ({
  dataset: 'x',
  trainImages: 1,
  testImages: 1,
  diverged: null,
  knn: 0.4,
  linear: 0.8632,
  std: 1,
  normalizedStd: 1,
  correlation: 0,
  participationRatio: 32,
  spectrum: [],
  ...change,
});

const good: ImageRuns = {
  none: [run({ knn: 0.2 })],
  BN: [run({ knn: 0.3, correlation: 0.999, participationRatio: 1.01 })],
  DBN: [run({ knn: 0.4 })],
  'DBN in groups': [run({ correlation: 0.3, participationRatio: 8, linear: 0.8632 })],
  'Shuffled-DBN': [run({ correlation: 0.1, participationRatio: 20, linear: 0.895 })],
};

describe('judgement', () => {
  const recipe = images.comparisonRecipe(minutes);
  const verdict = (id: string, change: Partial<Record<keyof ImageRuns, Partial<images.ImageMeasures>>> = {}) => {
    const runs = Object.fromEntries(
      Object.entries(good).map(([name, own]) => [
        name,
        own.map((one) => ({ ...one, ...change[name as keyof ImageRuns] })),
      ]),
    );
    return judge(claim(id).imageChecks(runs, recipe)).status;
  };

  test.each(['R1', 'R2', 'R3', 'R5', 'R6'])('%s holds on numbers as expected', (id) => {
    expect(verdict(id)).toBe('pass');
  });

  test('R4 holds where groups are copies', () => {
    // D = 32, G = 4, g = 8: (3 * 8 / 31) Gamma(4) / (sqrt(pi) Gamma(4.5))
    const correlation = ((24 / 31) * 6) / (Math.sqrt(Math.PI) * 11.6317);
    expect(verdict('R4', { 'DBN in groups': { correlation } })).toBe('pass');
    expect(verdict('R4', { 'DBN in groups': { correlation: 1.2 * correlation } })).toBe('fail');
  });

  test.each<[string, Partial<Record<keyof ImageRuns, Partial<images.ImageMeasures>>>]>([
    ['R1', { BN: { knn: 0.1 } }],
    ['R1', { DBN: { knn: 0.25 } }],
    ['R1', { 'Shuffled-DBN': { knn: 0.39 } }],
    ['R1', { none: { knn: Number.NaN } }],
    ['R2', { BN: { correlation: 0.9 } }],
    ['R3', { DBN: { participationRatio: 31 } }],
    ['R5', { 'Shuffled-DBN': { participationRatio: 9 } }],
    ['R6', { 'DBN in groups': { linear: 0.88 } }],
    ['R6', { 'Shuffled-DBN': { linear: 0.87 } }],
  ])('%s fails with %j', (id, change) => {
    expect(verdict(id, change)).toBe('fail');
  });
});

describe('a very small run', () => {
  const tiny = [
    'data.limit=64',
    'data.testLimit=40',
    'training.batchSize=16',
    'training.epochs=1',
    `encoder=${JSON.stringify({ name: 'convnet', channels: [4, 8] })}`,
  ];
  const recipe = { ...images.comparisonRecipe(minutes), dimension: 8, groups: 2, hidden: 16 };
  const small = { ...recipe, overrides: [...recipe.overrides, ...tiny] };
  const experiment = (name: images.ImageVariantName) =>
    images.imageExperiment(name, images.imageConfig(images.imageVariants(small)[name], small, 0, minutes), {
      cost: 100,
      linear: name === 'Shuffled-DBN',
    });
  const io = (name: string, stop: () => boolean = () => false) => ({
    folder: path.join(out, name),
    onProgress: () => {},
    shouldStop: stop,
  });

  test('trains, and measures features and standardised projections', async () => {
    const measures = await experiment('DBN in groups').run(io('groups'));
    expect(measures).toMatchObject({ trainImages: 64, testImages: 40, diverged: null, linear: Number.NaN });
    expect(measures.std).toBeCloseTo(1, 6);
    expect(measures.spectrum).toHaveLength(8);
    expect(measures.spectrum.reduce((a, b) => a + b, 0)).toBeCloseTo(8, 6);
    expect(measures.knn).toBeGreaterThan(0);
  });

  test('goes on from its checkpoint after an interruption, to the same numbers', async () => {
    const whole = await experiment('BN').run(io('whole'));
    let asked = 0;
    await expect(experiment('BN').run(io('halves', () => ++asked > 2))).rejects.toThrow('asked to stop');
    expect(existsSync(path.join(out, 'halves', 'checkpoints', 'last'))).toBe(true);
    expect(await experiment('BN').run(io('halves'))).toEqual(whole);
  });

  test('the published linear evaluation learns more than guessing on easy features', async () => {
    const count = 256;
    const pixels = new Uint8Array(count * 3 * 32 * 32);
    const labels = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      labels[i] = i % 2;
      pixels.fill(i % 2 === 0 ? 40 : 200, i * 3072, (i + 1) * 3072);
    }
    const parts = { name: 'two greys', images: pixels, height: 32, width: 32, labels, classes: ['dark', 'light'] };
    const dataset = createDataset(parts);
    if (!isLabeled(dataset)) throw new Error('it has labels');
    const config = images.imageConfig({ method: 'siamese' }, small, 0, minutes);
    const accuracy = await images.linearEvaluation(createModel(config).encoder, dataset, dataset, {
      seed: 0,
      device: 'cpu',
      epochs: 2,
      batchSize: 32,
      shouldStop: () => false,
    });
    expect(accuracy).toBe(1);
  });
});
