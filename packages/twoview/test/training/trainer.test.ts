// The loop: rows, checkpoints, interruption, resumption, divergence; and its steps beside an independent PyTorch program.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { createAugmentation, resolvePolicy } from 'twoview/augment';
import { limitDataset } from 'twoview/data';
import { RunFolder } from 'twoview/runs';
import {
  BatchStream,
  createModel,
  DivergenceError,
  type Observer,
  Trainer,
  type TrainingProgress,
} from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { hasPeer, runPeer, stateDifference } from '../methods/peer.js';
import {
  createFolder,
  newTrainer,
  resumedTrainer,
  smallConfig,
  smallImages,
  temporaryFolder,
  timeless,
} from './setup.js';

const file = (dir: string, name = 'weights.safetensors', checkpoint = 'last'): Buffer =>
  readFileSync(path.join(dir, 'checkpoints', checkpoint, name));

/** kNN accuracies by number of the evaluation, in place of a real one; the first is that of the untrained network. */
function accuracies(values: number[], seen: number[] = []): Observer {
  return {
    onEvaluate: async ({ step }) => {
      seen.push(step);
      return { knn: values[seen.length - 1] ?? 0 };
    },
  };
}

describe('rows and checkpoints', () => {
  test('a run writes its rows, evaluates before the first step and after each epoch, and ends with its weights', async () => {
    const seen: number[] = [];
    const reports: TrainingProgress[] = [];
    const { trainer, folder } = await newTrainer(smallConfig('training.logEvery=5'), {
      observers: [accuracies([0.1, 0.3, 0.2, 0.4], seen)],
      onProgress: (progress) => reports.push(structuredClone(progress)),
    });
    expect(trainer.totalSteps).toBe(18);
    expect(await trainer.run()).toBe('done');
    const { rows } = folder.metrics();
    expect(rows.filter((row) => row.loss !== undefined).map((row) => row.step)).toEqual([1, 5, 10, 15, 18]);
    expect(rows.filter((row) => row.knn !== undefined).map((row) => row.step)).toEqual([0, 6, 12, 18]);
    expect(seen).toEqual([0, 6, 12, 18]);
    expect(rows.map((row) => row.epoch)).toEqual(rows.map((row) => row.step / 6));
    const times = rows.map((row) => row.time!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const row of rows) if (row.viewsPerSecond !== undefined) expect(row.viewsPerSecond).toBeLessThan(1e6);
    expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(reports[17]).toMatchObject({ step: 18, totalSteps: 18, epoch: 3, epochs: 3, secondsLeft: 0 });
    const names = folder.checkpoints.list().map(({ name, step, metrics }) => ({ name, step, metrics }));
    expect(names).toContainEqual({ name: 'last', step: 18, metrics: undefined });
    expect(names).toContainEqual({ name: 'best', step: 18, metrics: { knn: 0.4 } });
    const saved = safetensors.load(path.join(folder.dir, 'checkpoints/last/weights.safetensors')).tensors;
    for (const [name, tensor] of trainer.model.stateDict())
      expect(saved.get(name)!.data(), name).toEqual(tensor.data());
    folder.finish('done');
  });

  test('best is the epoch with the highest accuracy, not the last', async () => {
    const { trainer, folder } = await newTrainer(smallConfig(), { observers: [accuracies([0.9, 0.3, 0.5, 0.4])] });
    await trainer.run();
    expect(folder.checkpoints.find('best')).toMatchObject({ step: 12, metrics: { knn: 0.5 } });
    expect(file(folder.dir, 'weights.safetensors', 'best').equals(file(folder.dir))).toBe(false);
    folder.finish('done');
  });

  test('maxSteps ends a run inside an epoch, with an evaluation and a checkpoint; everyEpochs and keepEvery count epochs', async () => {
    const seen: number[] = [];
    const config = smallConfig(
      'training.maxSteps=15',
      'training.epochs=9',
      'evaluation.everyEpochs=2',
      'training.keepEvery=1',
    );
    const { trainer, folder } = await newTrainer(config, { observers: [accuracies([], seen)] });
    expect(trainer.totalSteps).toBe(15);
    await trainer.run();
    expect(seen).toEqual([0, 12, 15]);
    const steps = folder.checkpoints.list().map(({ name, step }) => `${name}@${step}`);
    expect(steps).toEqual(expect.arrayContaining(['step-6@6', 'step-12@12', 'last@15']));
    expect(steps.filter((name) => name.startsWith('step-')).length).toBe(2);
    folder.finish('done');
  });

  test('a data set smaller than one batch is refused in one sentence', async () => {
    await expect(newTrainer(smallConfig('training.batchSize=49'))).rejects.toThrow(
      /^embedded has 48 images, fewer than one batch of 49: lower training\.batchSize, or use more images$/,
    );
  });

  test('the order of images depends on seed and step alone', async () => {
    const images = await smallImages();
    const at = (seed: number, step: number): unknown => new BatchStream(images, 8, seed, 'cpu').at(step).data();
    const stream = new BatchStream(images, 8, 3, 'cpu');
    expect(stream.stepsPerEpoch).toBe(6);
    for (const step of [0, 5, 6, 11]) expect(stream.at(step).data()).toEqual(at(3, step));
    expect(stream.at(0).data()).toEqual(at(3, 0));
    expect(at(3, 6)).not.toEqual(at(3, 0));
    expect(at(4, 0)).not.toEqual(at(3, 0));
    // An epoch shows every image once.
    const epoch = Array.from({ length: 6 }, (_, step) => stream.at(step).data() as Uint8Array);
    const sums = epoch.flatMap((batch) =>
      Array.from({ length: 8 }, (_, i) => batch.slice(i * 3072, (i + 1) * 3072).join()),
    );
    expect(new Set(sums).size).toBe(48);
  });
});

test.skipIf(!hasPeer)('five steps from a configuration equal those of an independent PyTorch program', async () => {
  const config = smallConfig('training.maxSteps=5', 'training.seed=7', 'training.channelsLast=false');
  const images = await smallImages();
  const stream = new BatchStream(images, 8, 7, 'cpu');
  const augmentations = config.augment.views.map((view) => createAugmentation(resolvePolicy(view), { size: 32 }));
  const views = [0, 1, 2, 3, 4].map((step) => {
    const batch = stream.at(step);
    return augmentations.map((a, view) => a.augment(batch, { seed: 7, step, view })) as [torch.Tensor, torch.Tensor];
  });
  expect(views[0]![0].sub(views[0]![1]).abs().max().item()).toBeGreaterThan(0.1);
  const [answer] = runPeer(
    [
      {
        channels: [4, 8],
        projector: [8, 10, 6],
        slots: { predictor: 'directPred', target: 'ema', rho: 0.3, epsilon: 0.1, gamma: 0.996 },
        steps: 5,
        lr: 0.03,
        momentum: 0.9,
        weightDecay: 4e-4,
        predictorWeightDecay: 4e-4,
        predictorFactor: 1,
        state: createModel(config).stateDict(),
        views,
      },
    ],
    temporaryFolder(),
  );
  const { trainer, folder } = await newTrainer(config);
  await trainer.run();
  const losses = folder.metrics().rows.map((row) => row.loss as number);
  losses.forEach((loss, step) => {
    expect(loss, `step ${step}`).toBeCloseTo(answer!.losses[step]!, 5);
  });
  const { difference, name } = stateDifference(trainer.model.stateDict(), answer!.state);
  expect(difference, name).toBeLessThan(2e-5);
  folder.finish('done');
});

describe('resuming', { timeout: 300_000 }, () => {
  const config = smallConfig(
    'training.checkpointEvery=4',
    'evaluation.everyEpochs=2',
    'training.keepEvery=2',
    'optimizer.schedule=cosine',
  );
  const observers = (): Observer[] => [
    { onEvaluate: async ({ step }) => ({ knn: [0, 0.5, 0.2, 0.4][step / 6] ?? 0 }) },
  ];
  const uninterrupted = (async () => {
    const { trainer, folder } = await newTrainer(config, { observers: observers() });
    await trainer.run();
    folder.finish('done');
    return folder.dir;
  })();

  async function expectSameEnd(dir: string): Promise<void> {
    const reference = await uninterrupted;
    for (const checkpoint of ['last', 'best', 'step-12']) {
      for (const name of ['weights.safetensors', 'optimizer.safetensors']) {
        expect(file(dir, name, checkpoint).equals(file(reference, name, checkpoint)), `${checkpoint}/${name}`).toBe(
          true,
        );
      }
    }
    expect(timeless(RunFolder.open(dir).metrics().rows)).toEqual(timeless(RunFolder.open(reference).metrics().rows));
  }

  /** Asks a run to stop after so many steps of this session. */
  const stopAfter = (steps: number): (() => boolean) => {
    let asked = 0;
    return () => asked++ >= steps;
  };

  test.each([0, 3, 6, 12, 17])('asked to stop after %i steps it saves, and goes on to the same bits', async (steps) => {
    const { trainer, folder } = await newTrainer(config, { observers: observers(), shouldStop: stopAfter(steps) });
    expect(await trainer.run()).toBe('interrupted');
    expect(folder.checkpoints.find('last')!.step).toBe(steps);
    folder.finish('interrupted');
    const second = await resumedTrainer(folder.dir, config, { observers: observers() });
    expect(second.from).toBe(steps);
    expect(await second.trainer.run()).toBe('done');
    second.folder.finish('done');
    await expectSameEnd(folder.dir);
  });

  test('interrupted many times, once right after it went on', async () => {
    const first = await newTrainer(config, { observers: observers(), shouldStop: stopAfter(2) });
    await first.trainer.run();
    first.folder.finish('interrupted');
    for (const steps of [0, 5, 1, 7, 100]) {
      const next = await resumedTrainer(first.folder.dir, config, {
        observers: observers(),
        shouldStop: stopAfter(steps),
      });
      await next.trainer.run();
      next.folder.finish('interrupted');
    }
    await expectSameEnd(first.folder.dir);
  });

  /** Runs until an observer throws at a step, as if the process died there; what was written stays as it is. */
  async function dieAt(step: number, where: 'onStep' | 'onEvaluate'): Promise<string> {
    const dying: Observer = {
      [where]: (context: { step: number }) => {
        if (context.step === step) throw new Error('the process dies');
        return {};
      },
    };
    const { trainer, folder } = await newTrainer(config, { observers: [...observers(), dying] });
    await expect(trainer.run()).rejects.toThrow('the process dies');
    folder.finish('failed');
    return folder.dir;
  }

  test.each([
    ['onStep', 1, 0],
    ['onStep', 11, 8],
    ['onEvaluate', 0, null],
    ['onEvaluate', 12, 8],
    ['onEvaluate', 18, 16],
  ] as const)('dead in %s of step %i, it goes on from step %s to the same bits', async (where, step, from) => {
    const dir = await dieAt(step, where);
    const next = await resumedTrainer(dir, config, { observers: observers() });
    expect(next.from).toBe(from);
    await next.trainer.run();
    next.folder.finish('done');
    await expectSameEnd(dir);
  });

  test('a row that was written after the last checkpoint does not come twice', async () => {
    const dir = await dieAt(11, 'onStep');
    expect(RunFolder.open(dir).metrics().rows.at(-1)!.step).toBe(10);
    const next = await resumedTrainer(dir, config, { observers: observers() });
    expect(next.from).toBe(8);
    expect(next.folder.metrics().rows.at(-1)!.step).toBe(8);
    next.folder.finish('interrupted');
  });

  test('dead between a checkpoint and its copies, best and step-N are made when it goes on', async () => {
    const { trainer, folder } = await newTrainer(config, { observers: observers(), shouldStop: stopAfter(12) });
    await trainer.run();
    folder.finish('interrupted');
    for (const name of ['best', 'step-12']) rmSync(path.join(folder.dir, 'checkpoints', name), { recursive: true });
    const next = await resumedTrainer(folder.dir, config, { observers: observers(), shouldStop: stopAfter(0) });
    await next.trainer.run();
    expect(next.folder.checkpoints.find('best')).toMatchObject({ step: 12, metrics: { knn: 0.2 } });
    expect(next.folder.checkpoints.find('step-12')!.step).toBe(12);
    next.folder.finish('interrupted');
  });

  test('a damaged checkpoint is passed over and named in the log, and the end is the same', async () => {
    const { trainer, folder } = await newTrainer(config, { observers: observers(), shouldStop: stopAfter(14) });
    await trainer.run();
    folder.finish('interrupted');
    const damaged = path.join(folder.dir, 'checkpoints/last/weights.safetensors');
    const bytes = readFileSync(damaged);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(damaged, bytes);
    const next = await resumedTrainer(folder.dir, config, { observers: observers() });
    expect(next.from).toBe(12);
    expect(readFileSync(path.join(folder.dir, 'log.txt'), 'utf8')).toMatch(
      /checkpoint last is damaged and was passed over: weights\.safetensors/,
    );
    await next.trainer.run();
    next.folder.finish('done');
    await expectSameEnd(folder.dir);
  });

  test('another number of images is refused, and nothing is lost', async () => {
    const { trainer, folder } = await newTrainer(config, { observers: observers(), shouldStop: stopAfter(9) });
    await trainer.run();
    folder.finish('interrupted');
    const before = folder.metrics().rows.length;
    const fewer = limitDataset(await smallImages(), 40);
    const again = RunFolder.open(folder.dir, { mode: 'write' });
    expect(() => new Trainer(config, fewer, again).resume()).toThrow(
      /began with 48 images, and the data set has 40 now/,
    );
    again.finish('failed');
    expect(folder.metrics().rows.length).toBe(before);
    const next = await resumedTrainer(folder.dir, config, { observers: observers() });
    await next.trainer.run();
    next.folder.finish('done');
    await expectSameEnd(folder.dir);
  });

  test('a step after a restored state has the same bits for every optimiser and slot', async () => {
    for (const overrides of [
      ['optimizer=adamw', 'method=byol', 'method.predictor.hidden=7'],
      ['optimizer=lars', 'optimizer.exclude=biasAndNorm', 'method.target.scope=head', 'method.predictor=directCopy'],
      ['optimizer=adam', 'method=simclr'],
      ['method=simsiam', 'method.predictor.hidden=7', 'method.forward=concatenated', 'optimizer.nesterov=true'],
      ['method.predictor={"name":"directPred","rho":null,"every":4}', 'method.target.schedule=cosine'],
      ['method=shuffled-dbn', 'method.normalizer.groups=2'],
      ['method=mocov2', 'method.objective.queue=20'],
      ['method=contrastive-nce', 'method.objective.negatives=3'],
      ['method=supcon'],
    ]) {
      const variant = smallConfig(...overrides, 'method.projector={"hidden":[10],"size":6}', 'training.maxSteps=7');
      const whole = await newTrainer(variant);
      await whole.trainer.run();
      whole.folder.finish('done');
      const parts = await newTrainer(variant, { shouldStop: stopAfter(3) });
      await parts.trainer.run();
      parts.folder.finish('interrupted');
      const next = await resumedTrainer(parts.folder.dir, variant);
      await next.trainer.run();
      next.folder.finish('done');
      for (const name of ['weights.safetensors', 'optimizer.safetensors']) {
        expect(
          file(parts.folder.dir, name).equals(file(whole.folder.dir, name)),
          `${overrides.join(' ')}: ${name}`,
        ).toBe(true);
      }
    }
  });
});

describe('labels', () => {
  test('a method that needs the class of every image is refused where images have none', async () => {
    const variant = smallConfig('method=supcon');
    const unlabeled = { ...(await smallImages()), labels: null };
    const folder = createFolder(path.join(temporaryFolder(), 'run'), variant);
    expect(() => new Trainer(variant, unlabeled, folder)).toThrow(
      /supervisedContrastive needs the class of every image.*no labels/,
    );
  });
});

describe('divergence', () => {
  const finite = (dir: string): boolean => {
    const { tensors } = safetensors.load(path.join(dir, 'checkpoints/last/weights.safetensors'));
    return [...tensors.values()].every((tensor) => tensor.float().isfinite().all().item());
  };

  test.each([
    [
      'a loss that is no number',
      ['method.objective=mse'],
      /^the loss became (NaN|Infinity) at step \d+; lower optimizer\.learningRate/,
    ],
    [
      'embeddings that overflow behind a cosine',
      [],
      /^(the loss became NaN|the embeddings overflowed) at step \d+; lower/,
    ],
  ])('%s ends the run, names the step, and leaves the last checkpoint', async (_, overrides, message) => {
    const { trainer, folder } = await newTrainer(smallConfig('optimizer.learningRate=1e30', ...overrides));
    const error = await trainer.run().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as Error).message).toMatch(message);
    expect(folder.checkpoints.latest().checkpoint!.step).toBe(0);
    expect(finite(folder.dir)).toBe(true);
    folder.finish('failed');
  });

  test('weights that are not finite are never saved', async () => {
    const poison: Observer = {
      onStep: ({ step, model }) => {
        if (step === 5) torch.noGrad(() => void model.encoder.parameters()[0]!.fill_(Number.NaN));
        return {};
      },
    };
    const { trainer, folder } = await newTrainer(smallConfig('training.checkpointEvery=1'), { observers: [poison] });
    await expect(trainer.run()).rejects.toThrow(
      /encoder\.body\.0\.weight holds a value that is not finite at step 5; the last checkpoint is from before/,
    );
    expect(folder.checkpoints.latest().checkpoint!.step).toBe(4);
    expect(finite(folder.dir)).toBe(true);
    folder.finish('failed');
  });
});

test('initial weights from elsewhere reach a target that starts as a copy', async () => {
  const { trainer, folder } = await newTrainer(smallConfig('method=byol', 'training.maxSteps=1'));
  trainer.initialize((model) => {
    torch.noGrad(() => void model.encoder.parameters()[0]!.fill_(0.25));
  });
  const state = trainer.model.stateDict();
  expect(state.get('target.encoder.body.0.weight')!.data()).toEqual(state.get('encoder.body.0.weight')!.data());
  folder.finish('failed');
});

test('a model depends on the seed of its configuration alone', () => {
  const weights = (...overrides: string[]) =>
    createModel(smallConfig(...overrides))
      .stateDict()
      .get('encoder.body.0.weight')!
      .data();
  torch.manualSeed(1);
  const first = weights();
  torch.randn([3]);
  expect(weights()).toEqual(first);
  expect(weights('training.seed=1')).not.toEqual(first);
});

test('a finished run that is resumed does nothing more', async () => {
  const config = smallConfig('training.maxSteps=2');
  const { trainer, folder } = await newTrainer(config);
  await trainer.run();
  folder.finish('done');
  const before = file(folder.dir);
  const next = await resumedTrainer(folder.dir, config);
  expect(next.from).toBe(2);
  expect(await next.trainer.run()).toBe('done');
  next.folder.finish('done');
  expect(file(folder.dir).equals(before)).toBe(true);
});

test('training leaves no tensors behind', async () => {
  const config = smallConfig('training.epochs=6');
  const handles: number[] = [];
  const folder = createFolder(path.join(temporaryFolder(), 'run'), config);
  const trainer = new Trainer(config, await smallImages(), folder, {
    onProgress: () => handles.push(torch.memory().handles),
  });
  await trainer.run();
  folder.finish('done');
  // Growth is a leak; a fall is the collector's work on what earlier tests left.
  expect(handles.at(-1)! - handles[12]!).toBeLessThanOrEqual(2);
});
