// The early warning: on trajectories drawn by hand, and on real short runs.
import * as torch from '@twoview/torch';
import {
  CollapseTracker,
  type CollapseWarning,
  createCollapseWatch,
  sampleOf,
  type TrackedSample,
} from 'twoview/diagnosis';
import type { MetricsRow } from 'twoview/runs';
import { resolveConfig } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { newTrainer, smallConfig, timeless } from '../training/setup.js';

/** A seeded sequence in [-1, 1]. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (2 * state) / 2 ** 31 - 1;
  };
}

const healthy = { varianceShare: 0.7, participationRatio: 6, offDiagonalCorrelation: 0.35, norm: 3 };

function follow(steps: number, at: (step: number) => Partial<TrackedSample>) {
  const tracker = new CollapseTracker();
  return Array.from({ length: steps }, (_, i) => 20 * i).flatMap((step) =>
    tracker.add({ step, ...healthy, ...at(step) }),
  );
}

describe('trajectories', () => {
  test('a decaying variance warns once, before the collapse is complete', () => {
    const share = (step: number) => 0.7 * Math.exp(-step / 100);
    const events = follow(60, (step) => ({ varianceShare: share(step) }));
    expect(events.map(({ kind, state }) => [kind, state])).toEqual([['complete collapse', 'warning']]);
    expect(share(events[0]!.step)).toBeGreaterThan(0.02);
    expect(events[0]!.evidence[0]).toMatch(/variance share fell from .* to /);
  });

  test('noise, a steady level and a dip at the start do not warn', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = noise(seed);
      const noisy = follow(200, () => ({
        varianceShare: 0.08 * Math.exp(0.4 * random()),
        participationRatio: 1.7 + 0.4 * random(),
        offDiagonalCorrelation: 0.55 + 0.1 * random(),
      }));
      expect(noisy).toEqual([]);
    }
    // DirectPred begins like this, and opens later.
    const opening = (step: number) => ({
      varianceShare: step === 0 ? 0.65 : 0.016 + step * 2e-5,
      participationRatio: 1.6,
    });
    expect(follow(60, opening)).toEqual([]);
    const dip = [0.73, 0.093, 0.074, 0.085, 0.078, 0.087, 0.083, 0.08, 0.064, 0.069];
    expect(follow(10, (step) => ({ varianceShare: dip[step / 20]! }))).toEqual([]);
  });

  test('axes that come to carry one number warn of a dimensional collapse', () => {
    const events = follow(40, (step) => ({
      participationRatio: 1 + 5 * Math.exp(-step / 80),
      offDiagonalCorrelation: 1 - 0.65 * Math.exp(-step / 80),
    }));
    expect(events.map(({ kind }) => kind)).toEqual(['dimensional collapse']);
  });

  test('embeddings whose length runs away', () => {
    const events = follow(20, (step) => ({ norm: 3 * Math.exp(step / 50) }));
    expect(events.map(({ kind }) => kind)).toEqual(['diverged']);
  });

  test('a recovery gives an all-clear, and a second collapse another warning', () => {
    const share = (step: number) => (step < 200 ? 0.7 : step < 400 ? 0.008 : step < 800 ? 0.6 : 0.005);
    const states = follow(60, (step) => ({ varianceShare: share(step) })).map(({ state, step }) => [state, step]);
    expect(states).toEqual([
      ['warning', 220],
      ['clear', 480],
      ['warning', 820],
    ]);
  });
});

test('a row of a run without the watch tells of the variance share alone; evaluations tell nothing', () => {
  expect(sampleOf({ step: 5, loss: 1, 'z.std': 0.3 })).toMatchObject({
    step: 5,
    varianceShare: 0.09,
    participationRatio: Number.NaN,
  });
  expect(sampleOf({ step: 5, knn: 0.4, 'z.std': 0.3 })).toBeNull();
  expect(sampleOf({ step: 5, loss: 1, 'z.std': 0.3, 'z.varianceShare': 0.2 })).toMatchObject({ varianceShare: 0.2 });
});

const collapsing = [
  'method.predictor=identity',
  'method.target=stopGradient',
  'method.projector={"hidden":[16],"size":16}',
  'training.epochs=4',
  'training.batchSize=8',
];

async function watched(config: ReturnType<typeof smallConfig>) {
  const warnings: CollapseWarning[] = [];
  const watch = createCollapseWatch({ config, onWarning: (warning) => warnings.push(warning) });
  const { trainer, folder } = await newTrainer(config, { observers: [watch] });
  await trainer.run();
  const { rows } = folder.metrics();
  folder.finish('done');
  return { warnings, rows, model: trainer.model };
}

describe('real runs', () => {
  test('no predictor: warns once and names the cause; weights are those of a run without the watch', async () => {
    const config = smallConfig(...collapsing);
    const { warnings, rows, model } = await watched(config);
    expect(warnings.map(({ verdict, layer }) => [verdict, layer])).toEqual([['complete collapse', 'z']]);
    expect(warnings[0]!.cause).toMatchObject({ slot: 'predictor', change: 'method.predictor=mlp' });
    expect(warnings[0]!.step).toBeLessThan(24);
    const trained = rows.filter(({ loss }) => loss !== undefined);
    for (const name of ['varianceShare', 'participationRatio', 'offDiagonalCorrelation', 'spectrumTail', 'norm'])
      expect(
        trained.every((row) => typeof row[`z.${name}`] === 'number'),
        name,
      ).toBe(true);

    const { trainer, folder } = await newTrainer(config);
    await trainer.run();
    const plain = timeless(folder.metrics().rows);
    folder.finish('done');
    expect(timeless(rows).map(({ step, loss }) => [step, loss])).toEqual(plain.map(({ step, loss }) => [step, loss]));
    const [ours, theirs] = [model.stateDict(), trainer.model.stateDict()];
    for (const [name, tensor] of ours) expect(torch.equal(tensor, theirs.get(name)!), name).toBe(true);

    // What a resumed run is told of its past is not told again.
    const again: CollapseWarning[] = [];
    const resumed = createCollapseWatch({ config, onWarning: (warning) => again.push(warning) });
    resumed.seed(rows);
    const point = torch
      .ones([8, 6])
      .add(torch.randn([8, 6], { generator: new torch.Generator({ seed: 1 }) }).mul(1e-3));
    resumed.onStep!({ step: 100, epoch: 20, model: trainer.model, loss: -4, embeddings: point });
    expect(again).toEqual([]);
  });

  test('SimCLR: no warning', async () => {
    const config = resolveConfig({
      method: 'simclr',
      overrides: [
        'data.limit=48',
        'encoder={"name":"convnet","channels":[8,16]}',
        'method.projector={"hidden":[16],"size":16}',
        'training.batchSize=8',
        'training.epochs=4',
        'training.logEvery=1',
        'training.threads=1',
        'training.device=cpu',
      ],
    });
    expect((await watched(config)).warnings).toEqual([]);
  });
});

test('the all-clear goes to its own listener', () => {
  const cleared: CollapseWarning[] = [];
  const watch = createCollapseWatch({ config: resolveConfig({}), onClear: (warning) => cleared.push(warning) });
  const rows: MetricsRow[] = [1, 2, 3].map((step) => ({ step, loss: 1, 'z.varianceShare': 0.001 }));
  watch.seed(rows);
  const z = torch.randn([32, 8], { generator: new torch.Generator({ seed: 1 }) });
  for (let step = 4; step < 12; step++) watch.onStep!({ step, epoch: 0, model: null as never, loss: 1, embeddings: z });
  expect(cleared).toMatchObject([{ step: 8, verdict: 'complete collapse', cause: null }]);
});
