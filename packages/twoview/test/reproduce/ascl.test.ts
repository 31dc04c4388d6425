// ASCL's claims: the exact ones hold, judgements pass and fail, the toy is as stated, and very small runs go end to end.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import {
  adversarial,
  experimentFileName,
  findPaper,
  judge,
  type ReproduceContext,
  type RunContext,
} from 'twoview/reproduce';
import { resolveConfig } from 'twoview/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import images = adversarial.images;

const { toy } = adversarial;
const paper = findPaper('ascl');
const out = mkdtempSync(path.join(os.tmpdir(), 'twoview-ascl-'));
beforeAll(() => torch.setNumThreads(1));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const nowhere = path.join(out, 'no-data');
const minutes: ReproduceContext = { scale: 'minutes', seeds: [0, 1, 2], dataFolder: nowhere, device: 'cpu' };
const never = (context: ReproduceContext): RunContext => ({
  ...context,
  result: () => Promise.reject(new Error('nothing was to be computed')),
});
const claim = <C>(id: string): C => paper.claims.find((candidate) => candidate.id === id) as C;
const quiet = { onProgress: () => {}, shouldStop: () => false };

describe('what holds exactly', () => {
  test.each(['E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7'])('%s', async (id) => {
    const verdict = await claim<adversarial.UnitClaim>(id).run(never({ ...minutes, seeds: [3] }));
    expect(verdict.reason).toBeUndefined();
    expect(verdict.status).toBe('pass');
  });

  test.each([
    ['E1', { 'soft: loss': 1e-4 }],
    ['E1', { 'leaked: pairs': 1 }],
    ['E2', { random: 1e-8 }],
    ['E3', { negatives: 1 }],
    ['E4', { loss: Number.NaN }],
    ['E4', { own: 1e-20 }],
    ['E5', { equal: 1e-9 }],
    ['E6', { ball: 1e-3 }],
    ['E6', { lower: 0.06 }],
    ['E7', { hard: 1e-4 }],
  ])('%s fails with %j', async (id, change) => {
    const { measure, unitChecks } = claim<adversarial.UnitClaim>(id);
    const measured = await measure(3);
    expect(judge(unitChecks([measured])).status).toBe('pass');
    expect(judge(unitChecks([measured, { ...measured, ...change }])).status).toBe('fail');
  });
});

describe('the toy’s images', () => {
  const generator = (seed: number) => new torch.Generator({ seed });
  const data = new toy.ToyImages(generator(1));

  test('templates reach 1 in absolute value, and patterns are signs', () => {
    expect(data.templates.shape).toEqual([10, 16, 16]);
    for (const peak of data.templates.abs().amax([1, 2]).tolist() as number[]) expect(peak).toBeCloseTo(1, 6);
    expect(data.patterns.abs().sub(1).abs().max().item()).toBe(0);
    expect(Math.abs(data.patterns.mean().item())).toBeLessThan(5 / Math.sqrt(2560));
  });

  test('an image is 0.5, the template moved by up to two pixels, a fainter one, the pattern, and noise of 0.08', () => {
    const { images: drawn, labels } = data.draw(20000, generator(2));
    expect(drawn.shape).toEqual([20000, 1, 16, 16]);
    expect(drawn.min().item()).toBeGreaterThanOrEqual(0);
    expect(drawn.max().item()).toBeLessThanOrEqual(1);
    const classes = Array.from({ length: 10 }, (_, c) => labels.eq(c));
    for (const mask of classes) expect(Math.abs(Number(mask.sum().item()) - 2000)).toBeLessThan(5 * Math.sqrt(1800));
    const blurred = (template: torch.Tensor) => {
      const moves = [-2, -1, 0, 1, 2];
      const all = moves.flatMap((down) => moves.map((right) => template.roll([down, right], [0, 1])));
      return torch.stack(all).mean([0]);
    };
    // The mean of a class, over places and noise: its own template blurred, that of any class blurred, the pattern.
    const any = torch.stack(Array.from({ length: 10 }, (_, c) => blurred(data.templates.select(0, c)))).mean([0]);
    for (const c of [0, 4, 9]) {
      const mean = drawn.indexSelect(0, classes[c]!.nonzero().squeeze(1)).mean([0]).squeeze(0);
      const expected = blurred(data.templates.select(0, c))
        .mul(0.13)
        .add(any, { alpha: 0.03 })
        .add(data.patterns.select(0, c).reshape([16, 16]), { alpha: 0.03 })
        .add(0.5);
      expect(mean.sub(expected).abs().max().item()).toBeLessThan(0.02);
    }
  });

  test('noise has deviation 0.08 and stays within 0.13 + 0.03 + 0.03 of grey without it', () => {
    const { images: drawn, labels } = data.draw(4000, generator(3));
    // Neighbouring pixels of a smooth template differ little: half the variance of their difference is that of noise.
    const own = drawn.squeeze(1).sub(data.patterns.indexSelect(0, labels).reshape([-1, 16, 16]), { alpha: 0.03 });
    const second = own
      .narrow(2, 0, 14)
      .sub(own.narrow(2, 1, 14), { alpha: 2 })
      .add(own.narrow(2, 2, 14));
    const deviation = Math.sqrt(second.square().mean().item() / 6);
    expect(deviation).toBeGreaterThan(0.078);
    expect(deviation).toBeLessThan(0.086);
    expect(own.sub(0.5).abs().max().item()).toBeLessThan(0.16 + 0.08 * 5.5);
  });

  test('come from the generator alone', () => {
    const draw = (seed: number) => data.draw(4, generator(seed)).images;
    expect(draw(7).equal(draw(7))).toBe(true);
    expect(draw(7).equal(draw(8))).toBe(false);
    expect(new toy.ToyImages(generator(1)).templates.equal(data.templates)).toBe(true);
  });
});

describe('a short training of the toy', () => {
  const short = {
    epochs: 6,
    warmupEpochs: 1,
    trainImages: 256,
    testImages: 100,
    batchSize: 64,
    trainSteps: 2,
    testSteps: 3,
  };

  test.each(Object.entries(toy.variants))('%s: measures everything, twice the same', async (name, variant) => {
    const run = (seed: number) =>
      toy.toyExperiment(name, { ...variant, ...short }, seed).run({ folder: 'unused', ...quiet });
    const first = await run(0);
    expect(first.natural).toBeGreaterThan(0.15);
    expect(first.robust).toBeLessThanOrEqual(first.natural);
    expect(first.attacked.relative).toBeCloseTo(first.attacked.intra / first.attacked.inter, 12);
    expect(first.attacked.relative).toBeGreaterThan(first.benign.relative);
    if (name === 'ASCL Global') expect(first.kept).toEqual({ positives: 1, negatives: 1 });
    else if (name === 'ASCL Leaked-LS') expect(first.kept!.positives).toBeLessThan(1);
    else expect(first.kept).toBeNull();
    expect(await run(0)).toEqual(first);
    expect((await run(1)).attacked).not.toEqual(first.attacked);
  });

  test('stops when asked to', async () => {
    const experiment = toy.toyExperiment('ADV', { ...toy.variants.ADV, ...short }, 0);
    await expect(experiment.run({ folder: 'unused', onProgress: () => {}, shouldStop: () => true })).rejects.toThrow(
      'asked to stop',
    );
  });
});

type ToyMeasures = Awaited<ReturnType<ReturnType<typeof toy.toyExperiment>['run']>>;

describe('judgement of the toy', () => {
  const run = (robust: number, relative: number, kept: ToyMeasures['kept'] = null, intra = 0.36): ToyMeasures => ({
    natural: 1,
    robust,
    attacked: { intra, inter: intra / relative, relative },
    benign: { intra: 0.2, inter: 0.8, relative: 0.25 },
    kept,
  });
  const all = { positives: 1, negatives: 1 };
  const some = { positives: 0.74, negatives: 0.024 };
  const pilot: Record<string, ToyMeasures[]> = {
    natural: [run(0.044, 0.722, null, 0.53), run(0.05, 0.725, null, 0.53), run(0.068, 0.71, null, 0.53)],
    ADV: [run(0.571, 0.527, null, 0.37), run(0.559, 0.512, null, 0.35), run(0.605, 0.52, null, 0.37)],
    'ASCL Global': [run(0.618, 0.509, all, 0.37), run(0.582, 0.488, all, 0.35), run(0.607, 0.511, all, 0.37)],
    'ASCL Leaked-LS': [run(0.584, 0.507, some), run(0.567, 0.5, some), run(0.608, 0.51, some)],
  };
  const verdict = (id: string, change: Record<string, ToyMeasures[]> = {}) =>
    judge(claim<adversarial.ToyClaim>(id).toyChecks({ ...pilot, ...change })).status;

  test.each(['T1', 'T2', 'T3', 'T4'])('%s holds on the numbers of the independent implementation', (id) => {
    expect(verdict(id)).toBe('pass');
  });

  test.each<[string, string, Record<string, ToyMeasures[]>]>([
    ['T1', 'a robust natural network', { natural: [run(0.05, 0.7), run(0.13, 0.7)] }],
    ['T1', 'a weak seed of ADV', { ADV: [run(0.6, 0.5), run(0.49, 0.5)] }],
    ['T2', 'a weak Leaked-LS', { 'ASCL Leaked-LS': [run(0.5, 0.5)] }],
    ['T2', 'a gain of Global that is too small', { 'ASCL Global': [run(0.58, 0.5)] }],
    ['T3', 'a seed of Global above ADV', { 'ASCL Global': [run(0.6, 0.5), run(0.6, 0.515), run(0.6, 0.5)] }],
    ['T3', 'natural training too near', { natural: [run(0.05, 0.6), run(0.05, 0.7), run(0.05, 0.7)] }],
    ['T3', 'absolute divergences apart', { 'ASCL Global': [0.509, 0.488, 0.511].map((r) => run(0.6, r, all, 0.2)) }],
    ['T3', 'a divergence that is no number', { ADV: [run(0.6, Number.NaN), run(0.6, 0.52), run(0.6, 0.52)] }],
    ['T4', 'too many negatives', { 'ASCL Leaked-LS': [run(0.6, 0.5, { positives: 0.5, negatives: 0.2 })] }],
    ['T4', 'pairs that Global leaves out', { 'ASCL Global': [run(0.6, 0.5, some)] }],
  ])('%s fails with %s', (id, _what, change) => {
    expect(verdict(id, change)).toBe('fail');
  });
});

const imageIds = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7'];

describe('image claims', () => {
  test.each(imageIds)('%s needs CIFAR-10, and says so', async (id) => {
    const { experiments, run, scales } = claim<adversarial.ImageClaim>(id);
    expect(scales).toEqual(['minutes']);
    expect(experiments(minutes)).toEqual([]);
    const verdict = await run(never(minutes));
    expect(verdict.status).toBe('notRun');
    expect(verdict.reason).toMatch(/^it needs CIFAR-10 \(cifar-10-batches-bin in .*no-data; see --data\)$/);
  });

  test.each(['P1', 'P2'])('%s needs a GPU and CIFAR-10, and says so', async (id) => {
    const { run, scales } = claim<adversarial.ImageClaim>(id);
    expect(scales).toEqual(['paper']);
    const verdict = await run(never({ ...minutes, scale: 'paper' }));
    expect(verdict.status).toBe('notRun');
    expect(verdict.reason).toMatch(/^the published setting needs a CUDA device and CIFAR-10 \(/);
  });

  test('protocol S is as stated', () => {
    const config = images.imageConfig(images.imageMethods['Leaked-LS'], images.small, 2, minutes);
    expect(config.encoder).toMatchObject({
      name: 'smallcnn',
      channels: [32, 32, 64, 64],
      strides: [2, 1, 2, 1],
      features: 128,
      normalize: { mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616] },
    });
    expect(config.method).toMatchObject({
      classifier: { classes: 10 },
      attack: {
        norm: 'linf',
        eps: 8 / 255,
        stepSize: 2 / 255,
        steps: 7,
        loss: 'crossEntropy',
        start: 'uniform',
        mode: 'train',
      },
      objective: {
        name: 'adversarial',
        natural: 0,
        robust: 1,
        robustLoss: 'crossEntropy',
        contrastive: 1,
        divergence: 2,
        compactness: 0,
        selection: 'leaked',
        distance: 'linf',
        temperature: 0.2,
      },
      projector: { hidden: [], size: 64 },
    });
    expect(config.augment.views).toHaveLength(1);
    expect(config.augment.views[0]).toMatchObject({ policy: 'pad-crop-flip' });
    expect(config.optimizer).toMatchObject({
      name: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      weightDecay: 5e-4,
      schedule: { name: 'steps', milestones: [11.25], gamma: 0.1 },
    });
    expect(config.training).toMatchObject({ epochs: 15, batchSize: 128, seed: 2, threads: 1 });
    expect(config.evaluation).toMatchObject({ heldOut: 0 });
    expect(config.data).toMatchObject({ name: 'cifar10', limit: 10000, testLimit: 1000 });
  });

  test('methods differ in the objective alone', () => {
    const objective = (name: images.ImageMethodName) =>
      images.imageConfig(images.imageMethods[name], images.small, 0, minutes).method.objective;
    expect(objective('natural')).toEqual({ name: 'crossEntropy' });
    expect(objective('ADV')).toMatchObject({ name: 'adversarial', contrastive: 0, divergence: 0 });
    expect(objective('VAT only')).toMatchObject({ contrastive: 0, divergence: 2 });
    expect(objective('Global')).toMatchObject({ contrastive: 1, divergence: 2, selection: 'global' });
    expect(objective('Hard-LS')).toMatchObject({ contrastive: 1, divergence: 2, selection: 'hard' });
    expect(objective('Soft-LS')).toMatchObject({ contrastive: 1, divergence: 2, selection: 'soft' });
  });

  test('the published setting is the authors’', () => {
    const config = images.imageConfig(images.imageMethods.ADV, images.published, 0, minutes);
    expect(config.method.attack).toMatchObject({ eps: 0.031, stepSize: 0.007, steps: 10 });
    expect(config.encoder).toMatchObject({ name: 'resnet18', stem: 'cifar' });
    expect(config.optimizer).toMatchObject({
      learningRate: 0.1,
      schedule: { milestones: [100, 105, 110], gamma: 0.1 },
    });
    expect(config.training).toMatchObject({ epochs: 120, batchSize: 128 });
    expect(images.published.evaluation).toMatchObject({ eps: 0.031, stepSize: 0.007, steps: [20, 200] });
  });
});

interface Made {
  natural?: number;
  pgd20?: number;
  longer?: number;
  relative?: number;
  /** By radius 2, 4, 8, 12, 16, 64. */
  accuracies?: number[];
  relatives?: number[];
  kept?: { positives: number; negatives: number };
  diverged?: boolean;
}
const imageRunOf = (made: Made): images.ImageMeasures => {
  const { natural = 0.6, pgd20 = 0.3, longer = pgd20, relative = 0.6, kept = { positives: 1, negatives: 1 } } = made;
  const accuracies = made.accuracies ?? [0.5, 0.45, pgd20, 0.2, 0.1, 0];
  const relatives = made.relatives ?? [-0.1, -0.05, 0, 0.05, 0.1, 0.3].map((step) => relative + step);
  const divergence = (value: number) => ({ intra: value, inter: 1, relative: value });
  return {
    dataset: 'cifar10',
    trainImages: 10000,
    testImages: 1000,
    diverged: made.diverged ? 'the loss became NaN' : null,
    kept,
    minutes: 8,
    robustness: made.diverged
      ? null
      : {
          natural,
          pgd: { 20: pgd20, 100: longer, 200: longer },
          byRadius: [2, 4, 8, 12, 16, 64].map((radius, i) => ({
            radius,
            accuracy: accuracies[i]!,
            cosine: divergence(relatives[i]!),
            l2: divergence(relatives[i]!),
          })),
          benign: { cosine: divergence(0.3), l2: divergence(0.3) },
        },
  };
};

describe('judgement of images', () => {
  const run = imageRunOf;
  const leaked = { positives: 0.43, negatives: 0.06 };
  const good: adversarial.ImageResults = {
    runs: {
      natural: [run({ natural: 0.7, pgd20: 0.01, relative: 0.9 })],
      ADV: [run({ relative: 0.7 }), run({ relative: 0.71, pgd20: 0.295 })],
      'VAT only': [run({ relative: 0.69, pgd20: 0.305 })],
      Global: [run({ relative: 0.66, pgd20: 0.31 })],
      'Soft-LS': [run({ relative: 0.65, pgd20: 0.312 })],
      'Hard-LS': [run({ relative: 0.64, pgd20: 0.313 })],
      'Leaked-LS': [
        run({ relative: 0.6, pgd20: 0.32, kept: leaked }),
        run({ relative: 0.6, pgd20: 0.315, kept: leaked }),
      ],
    },
    transfers: { ADV: { transfer: 0.4, whiteBox: 0.3 }, 'Leaked-LS': { transfer: 0.42, whiteBox: 0.32 } },
    ensembles: {
      ADV: { images: 500, accuracy: 0.25, stages: [] },
      'Leaked-LS': { images: 500, accuracy: 0.27, stages: [] },
    },
  };
  const verdict = (
    id: string,
    change: Partial<adversarial.ImageRuns> = {},
    other: Partial<adversarial.ImageResults> = {},
  ) => judge(claim<adversarial.ImageClaim>(id).imageChecks({ ...good, ...other, runs: { ...good.runs, ...change } }));

  test.each(imageIds)('%s holds on numbers as expected', (id) => {
    expect(verdict(id)).toMatchObject({ status: 'pass' });
  });

  test.each<[string, string, Partial<adversarial.ImageRuns>]>([
    ['S1', 'natural training that survives', { natural: [run({ pgd20: 0.06 })] }],
    ['S1', 'a weak ADV', { ADV: [run({ pgd20: 0.19 })] }],
    ['S1', 'an inaccurate ADV', { ADV: [run({ natural: 0.34 })] }],
    ['S1', 'an ADV that diverged', { ADV: [run({}), run({ diverged: true })] }],
    ['S2', 'ASCL no better', { 'Leaked-LS': [run({ relative: 0.6 }), run({ relative: 0.6, pgd20: 0.295 })] }],
    ['S2', 'one seed much worse', { 'Leaked-LS': [run({ pgd20: 0.35 }), run({ pgd20: 0.289 })] }],
    [
      'S2',
      'a larger divergence in one seed',
      { 'Leaked-LS': [run({ pgd20: 0.35 }), run({ pgd20: 0.35, relative: 0.72 })] },
    ],
    ['S3', 'natural training with a small divergence', { natural: [run({ relative: 0.5 })] }],
    [
      'S3',
      'no order of methods',
      { 'Leaked-LS': [run({ relative: 0.6, pgd20: 0.2 })], Global: [run({ relative: 0.61, pgd20: 0.21 })] },
    ],
    ['S4', 'a divergence that falls', { ADV: [run({ relatives: [0.5, 0.6, 0.59, 0.7, 0.8, 0.9] })] }],
    ['S4', 'an accuracy that stays', { ADV: [run({ accuracies: [0.5, 0.45, 0.45, 0.3, 0.2, 0] })] }],
    ['S5', 'too many positives', { 'Leaked-LS': [run({ kept: { positives: 0.74, negatives: 0.06 } })] }],
    ['S5', 'too few negatives', { 'Leaked-LS': [run({ kept: { positives: 0.4, negatives: 0.02 } })] }],
    ['S5', 'pairs that Global leaves out', { Global: [run({ kept: leaked })] }],
    ['S6', 'Global much better', { Global: [run({ pgd20: 0.331 })] }],
    ['S7', 'longer attacks that do much more', { ADV: [run({ longer: 0.27 })] }],
    ['S7', 'images that survive any radius', { 'Leaked-LS': [run({ accuracies: [0.5, 0.4, 0.3, 0.2, 0.1, 0.03] })] }],
  ])('%s fails with %s', (id, _what, change) => {
    expect(verdict(id, change).status).toBe('fail');
  });

  test('S7 fails where transferred images do more than white-box ones; the ensemble is told alone', () => {
    const transfers = { ...good.transfers, ADV: { transfer: 0.29, whiteBox: 0.3 } };
    expect(verdict('S7', {}, { transfers }).status).toBe('fail');
    const { measured, status } = verdict('S7', {}, { ensembles: { ADV: { images: 500, accuracy: 0, stages: [] } } });
    expect(status).toBe('pass');
    expect(measured['ADV: ensemble of attacks in %, first 500 images']).toBe(0);
  });

  test('P1 and P2 compare with what is published', () => {
    const adv = (natural: number, longer: number) => ({ ADV: [run({ natural, longer, pgd20: 0.54 })] });
    const ensembles = { ADV: { images: 1000, accuracy: 0.485, stages: [] } };
    expect(verdict('P1', adv(0.83, 0.525), { ensembles }).status).toBe('pass');
    expect(verdict('P1', adv(0.85, 0.525), { ensembles }).status).toBe('fail');
    expect(verdict('P1', adv(0.83, 0.51), { ensembles }).status).toBe('fail');
    expect(verdict('P1', adv(0.83, 0.525), { ensembles: {} }).status).toBe('fail');
    expect(verdict('P2', { ...adv(0.83, 0.52), 'Leaked-LS': [run({ longer: 0.531 })] }).status).toBe('pass');
    expect(verdict('P2', { ...adv(0.83, 0.52), 'Leaked-LS': [run({ longer: 0.529 })] }).status).toBe('fail');
  });
});

describe('a very small image run', () => {
  const evaluation = { ...images.small.evaluation, steps: [2, 3], radii: [2, 8] };
  const tiny = (name: images.ImageMethodName, seed = 0): images.ImageRun => {
    const config = images.imageConfig(images.imageMethods[name], images.small, seed, minutes);
    const { data } = resolveConfig({
      method: 'adv',
      dataset: 'embedded',
      overrides: ['data.limit=64', 'data.testLimit=40'],
    });
    const encoder = { ...config.encoder, channels: [4, 8], strides: [2, 2], features: 8 } as typeof config.encoder;
    const training = { ...config.training, epochs: 2, batchSize: 32 };
    return { name, config: { ...config, data, encoder, training }, evaluation, cost: 100 };
  };
  const io = (experiment: { name: string; settings: unknown }) => ({
    folder: path.join(out, experimentFileName(experiment)),
    ...quiet,
  });

  test.each(['natural', 'Leaked-LS'] as const)('%s: trains, and measures before and under attacks', async (name) => {
    const experiment = images.imageExperiment(tiny(name));
    const { robustness, ...rest } = await experiment.run(io(experiment));
    expect(rest).toMatchObject({ trainImages: 64, testImages: 40, diverged: null });
    expect(rest.minutes).toBeGreaterThan(0);
    expect(Object.keys(robustness!.pgd)).toEqual(['2', '3']);
    expect(robustness!.byRadius.map(({ radius }) => radius)).toEqual([2, 8]);
    expect(robustness!.byRadius[0]!.cosine.relative).toBeGreaterThan(0);
    expect(robustness!.benign.l2.inter).toBeGreaterThan(0);
    if (name === 'natural') expect(rest.kept.positives).toBeNaN();
    else expect(rest.kept.positives).toBeLessThan(1);
  });

  test('transferred images are made on one run and tried on another, which are trained where they are not there', async () => {
    const experiment = images.transferExperiment(tiny('natural', 1), tiny('Leaked-LS'));
    const { transfer, whiteBox } = await experiment.run(io(experiment));
    for (const accuracy of [transfer, whiteBox]) {
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
    expect(await experiment.run(io(experiment))).toEqual({ transfer, whiteBox });
  });

  test('the ensemble attacks the first test images of a trained run', async () => {
    const experiment = images.ensembleExperiment(tiny('natural'), { attacks: 'apgd', images: 12 });
    const { accuracy, stages, images: tried } = await experiment.run(io(experiment));
    expect(tried).toBe(12);
    expect(stages).toHaveLength(2);
    expect(stages[1]!.accuracy).toBe(accuracy);
    expect(stages[0]!.accuracy).toBeGreaterThanOrEqual(accuracy);
  });
});

test('the report shows claims, tables and figures of what is there, and says what the authors report', async () => {
  const known = new Map<string, unknown>();
  const short = { natural: 0.99, robust: 0.6, attacked: { intra: 0.35, inter: 0.7, relative: 0.5 } };
  for (const [name, variant] of Object.entries(toy.variants))
    known.set(toy.toyExperiment(name, variant, 0).name, { ...short, benign: short.attacked, kept: null });
  for (const name of ['ADV', 'Leaked-LS'] as const) {
    const config = images.imageConfig(images.imageMethods[name], images.small, 0, minutes);
    const run = { name, config, evaluation: images.small.evaluation, cost: 1 };
    known.set(images.imageExperiment(run).name, imageRunOf({ kept: { positives: 0.4, negatives: 0.1 } }));
  }
  const outcomes = [
    {
      paper: 'ascl',
      claim: 'E2',
      status: 'pass' as const,
      measured: { x: 0 },
      threshold: { x: '<= 1' },
      seconds: 1,
      seeds: [0],
    },
  ];
  const { page, tables } = paper.report({
    context: { ...minutes, seeds: [0] },
    outcomes,
    known: <R>({ name }: { name: string }) => known.get(name) as R | undefined,
    command: 'twoview reproduce ascl',
    environment: {},
  });
  expect(tables.map(({ caption }) => caption)).toEqual([
    'Measured and reference',
    'Measured on cifar10',
    'Published: ResNet-18 on CIFAR-10, 120 epochs, in %',
  ]);
  expect(tables[1]!.rows.map(({ name, cells }) => [name, cells[1]])).toEqual([
    ['ADV', '30'],
    ['Leaked-LS', '30'],
  ]);
  for (const title of ['Relative divergence and robust accuracy', 'Accuracy by radius', 'Pairs that are kept: images'])
    expect(page).toContain(title);
  expect(page).toContain('52.93');
});
