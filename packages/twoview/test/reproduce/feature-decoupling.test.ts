// Feature decoupling's claims on made-up numbers: those of the reference pass, and one number out of place fails. And its report.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import {
  decoupling,
  type Experiment,
  ExperimentStore,
  experimentKey,
  findPaper,
  judge,
  type ReportInput,
  type ReproduceContext,
  type RunContext,
} from 'twoview/reproduce';
import { decouplingSettings } from 'twoview/theory/decoupling';
import { afterAll, describe, expect, test } from 'vitest';

const out = mkdtempSync(path.join(os.tmpdir(), 'twoview-decoupling-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const paper = findPaper('feature-decoupling');
const context: ReproduceContext = {
  scale: 'minutes',
  seeds: [0, 1, 2],
  dataFolder: path.join(out, 'no-data'),
  device: 'cpu',
};

type Run = decoupling.RunMeasures;
type Snapshot = Run['snapshots'][number];
type Row = Partial<Record<keyof Snapshot['alignment'] | keyof Snapshot['behaviour'], number>>;

const snapshot = (moment: Snapshot['moment'], step: number, row: Row): Snapshot => {
  const all = {
    fracM: 0.05,
    medianMaxcos: 0.1,
    pure: 0,
    coverage: 0,
    atomsPerNeuron: 1.5,
    length: 1,
    loss: 6.24,
    noiseCosine: 0.9,
    signalCosine: 0.2,
    active: 1,
    r2: 0,
    accuracy: 0.5,
    knn: 0.5,
    ...row,
  };
  return { moment, step, cosines: [[0.5, 0.1]], alignment: all, behaviour: all };
};

const middle = ([low, high]: decoupling.Range): number => (low + high) / 2;

/** A run that ends in the middle of the reference's ranges, changed. */
function run(arm: decoupling.Arm, change: Row = {}, more: Partial<Run> = {}): Run {
  const row = Object.fromEntries(Object.entries(decoupling.reference[arm]).map(([key, range]) => [key, middle(range)]));
  const masked = arm.startsWith('RandomMask');
  const curve = [100, 350, 1800].map((step, i) => ({
    ...snapshot('end', step, { fracM: masked ? 0.85 : [0.3, 0.98, 0.55][i]!, loss: i === 0 ? Math.log(512) : 1 })
      .alignment,
    step,
    phase: 'II' as const,
    loss: i === 0 ? Math.log(512) : 1,
  }));
  return {
    outcome: 'done',
    steps: 1880,
    t1: masked ? 54 : 17,
    t2: masked ? 380 : 317,
    curve,
    snapshots: [
      snapshot('start', 0, {}),
      snapshot('T1', 54, { fracM: masked ? 0.83 : 0.2 }),
      snapshot('T2', 380, { fracM: 0.97, pure: 0.43, coverage: 0.9 }),
      snapshot('end', 1880, { ...row, ...change }),
    ],
    lottery: { kept: 0.6, initialRank: 1.2 },
    sure: 10,
    possible: 20,
    sureKept: 9,
    ...more,
  };
}

const all: readonly decoupling.Arm[] = Object.keys(decoupling.arms) as decoupling.Arm[];
const armClaim = (id: string): decoupling.ArmClaim =>
  paper.claims.find((claim) => claim.id === id) as decoupling.ArmClaim;

function verdict(id: string, changes: Partial<Record<decoupling.Arm, [Row, Partial<Run>?]>> = {}): string {
  const runs = Object.fromEntries(all.map((arm) => [arm, [run(arm), run(arm, ...(changes[arm] ?? [{}]))]]));
  return judge(armClaim(id).checks(new decoupling.ArmResults(runs))).status;
}

const mask = 'RandomMask + bias';
const none = 'no mask + bias';
const independent = 'independent masks + bias';
const linear = 'RandomMask, b = 0';

describe('claims on trained arms', () => {
  const ids = ['W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9', 'W10'];

  test.each(ids)('%s holds on the numbers of the reference', (id) => {
    expect(verdict(id)).toBe('pass');
  });

  test.each<[string, Partial<Record<decoupling.Arm, [Row, Partial<Run>?]>>]>([
    ['W3', { [mask]: [{ fracM: 0.74 }] }],
    ['W3', { [mask]: [{ medianMaxcos: 0.71 }] }],
    ['W3', { [mask]: [{ pure: 0.39 }] }],
    ['W3', { [mask]: [{ coverage: 0.9 }] }],
    ['W3', { [mask]: [{ active: 0.31 }] }],
    ['W4', { [none]: [{ fracM: 0.71 }] }],
    ['W4', { [none]: [{ noiseCosine: 0.69 }] }],
    ['W4', { [none]: [{ active: 0.49 }] }],
    ['W5', { [none]: [{ loss: 0.51 }] }],
    ['W5', { [mask]: [{ loss: 4.2 }] }],
    ['W5', { [mask]: [{ r2: 0.5 }] }],
    ['W5', { [mask]: [{ accuracy: 0.72 }] }],
    ['W5', { [mask]: [{ knn: 0.65 }] }],
    ['W6', { [mask]: [{ noiseCosine: 0.61 }] }],
    ['W6', { [none]: [{ signalCosine: 0.66 }] }],
    ['W7', { [linear]: [{ pure: 0.025 }] }],
    ['W7', { [linear]: [{ fracM: 0.79 }] }],
    ['W8', { [independent]: [{ coverage: 0.55 }] }],
    ['W8', { [independent]: [{ fracM: 0.56 }] }],
    ['W9', { [mask]: [{}, { lottery: { kept: 0.39, initialRank: 1 } }] }],
    ['W9', { [mask]: [{}, { lottery: { kept: 0.6, initialRank: 3.1 } }] }],
    ['W9', { [mask]: [{ atomsPerNeuron: 2.6 }] }],
    ['W10', { [none]: [{ fracM: 0.74 }] }],
    ['W10', { [mask]: [{}, { snapshots: run(none).snapshots }] }],
  ])('%s fails with %j', (id, changes) => {
    expect(verdict(id, changes)).toBe('fail');
  });

  test('a run that ended before its time fails, and says NaN', () => {
    const silenced = run(mask, {}, { outcome: 'silenced', snapshots: run(mask).snapshots.slice(0, 3) });
    const { status, measured } = judge(armClaim('W3').checks(new decoupling.ArmResults({ [mask]: [silenced] })));
    expect(status).toBe('fail');
    expect(measured['frac_M, smallest']).toBeNaN();
  });

  test('an arm is run with the seeds its reference has', () => {
    const names = (id: string) =>
      armClaim(id)
        .experiments(context)
        .map(({ name }) => name);
    expect(names('W3')).toHaveLength(3);
    expect(names('W8')).toHaveLength(2);
    expect(names('W7')).toHaveLength(2);
    expect(names('W10')).toHaveLength(4);
    const distinct = new Set(paper.claims.flatMap((claim) => claim.experiments(context)).map(experimentKey));
    // 10 arms, 3 moments, 2 rates, 6 dimensions, 10 image runs.
    expect(distinct.size).toBe(31);
  });
});

describe('claims on Phase I', () => {
  const moments = (kind: 'complementary' | 'none' | 'independent', shift = 0) => {
    const expected = kind === 'complementary' ? { signal: 0.095, noise: -0.005 } : { signal: 0.18, noise: 0.08 };
    return { expected, measured: { ...expected, noise: expected.noise + shift } };
  };
  const identity = (shift: number) =>
    judge(
      decoupling.identityChecks({
        complementary: moments('complementary', shift),
        none: moments('none'),
        independent: moments('independent'),
      }),
    ).status;

  test('W1 allows 3 % of kappa', () => {
    expect(identity(0.0029)).toBe('pass');
    expect(identity(0.0031)).toBe('fail');
  });

  const rates = (kind: 'complementary' | 'none', shift = 0) => {
    const { signal, noise } = decoupling.referenceRates[kind];
    return { measured: { signal: signal + shift, noise }, predicted: { signal, noise }, curve: [] };
  };
  test('W2 allows .01', () => {
    const status = (shift: number) =>
      judge(decoupling.rateChecks({ complementary: rates('complementary'), none: rates('none', shift) })).status;
    expect(status(0.0099)).toBe('pass');
    expect(status(-0.0101)).toBe('fail');
  });

  test('W11 asks for an order', () => {
    const complementary = decoupling.referenceDimensions.complementary;
    const status = (values: readonly number[]) =>
      judge(decoupling.dimensionChecks({ none: values, complementary })).status;
    expect(status(decoupling.referenceDimensions.none)).toBe('pass');
    expect(status([0.27, 0.28, 0.14])).toBe('fail');
    expect(status([0.27, 0.2, Number.NaN])).toBe('fail');
  });
});

describe('claims on images', () => {
  const measures = (change: Partial<decoupling.images.ArmMeasures> = {}): decoupling.images.ArmMeasures => ({
    dataset: 'x',
    trainImages: 1,
    testImages: 1,
    diverged: null,
    loss: 4,
    linear: 0.4,
    knn: 0.35,
    color: 0.9,
    colorZ: 0.8,
    active: 0.5,
    kurtosis: 5,
    ...change,
  });
  const better = { loss: 4.5, linear: 0.45, knn: 0.4, color: 0.7, active: 0.4, kurtosis: 7 };
  const status = (id: string, change: Partial<decoupling.images.ArmMeasures> = {}) =>
    judge(
      (paper.claims.find((claim) => claim.id === id) as decoupling.ImageClaim).checks({
        'crop + flip': [measures()],
        'crop + flip + colour': [measures({ ...better, ...change })],
      }),
    ).status;

  test.each(['I1', 'I2', 'I3', 'I4'])('%s holds in the expected direction', (id) => {
    expect(status(id)).toBe('pass');
  });

  test.each<[string, Partial<decoupling.images.ArmMeasures>]>([
    ['I1', { linear: 0.39 }],
    ['I1', { knn: 0.3 }],
    ['I2', { color: 0.91 }],
    ['I3', { active: 0.51 }],
    ['I3', { kurtosis: 4 }],
    ['I4', { loss: 3.9 }],
    ['I4', { loss: Number.NaN }],
  ])('%s fails with %j', (id, change) => {
    expect(status(id, change)).toBe('fail');
  });

  test('an arm differs from the others in its views alone', () => {
    const config = (arm: decoupling.images.ImageArm) => decoupling.images.armConfig(arm, 0, context);
    const { augment: weak, ...rest } = config('crop + flip');
    const { augment: strong, ...others } = config('crop + flip + colour');
    expect(rest).toEqual(others);
    expect(weak.views[0]).toEqual(weak.views[1]);
    expect(strong.views[0]).toMatchObject({ colorJitter: { probability: 0.8 }, grayscale: { probability: 0.2 } });
    expect(config('none').augment.views[0]).toEqual({ policy: 'none' });
    expect(config('untrained').training.epochs).toBe(1);
  });

  test('colour is read from features that hold it and not from others', () => {
    const count = 200;
    const images = new Uint8Array(count * 3 * 4);
    const colors = new Float64Array(count * 3);
    for (let i = 0; i < count * 3; i++) {
      const value = (i * 7919) % 251;
      images.fill(value, 4 * i, 4 * i + 4);
      colors[i] = value / 255;
    }
    const source = { images, length: count, height: 2, width: 2 };
    const held = torch.fromTypedArray(colors, [count, 3]);
    const decode = (features: torch.Tensor) =>
      decoupling.images.colorDecodability({ train: features, trainImages: source, test: features, testImages: source });
    expect(decoupling.images.meanColors(source).sub(held).abs().max().item()).toBeLessThan(1e-12);
    expect(decode(held)).toBeGreaterThan(0.99);
    const other = torch.randn([count, 3], { generator: new torch.Generator({ seed: 0 }), dtype: 'float64' });
    expect(decode(other)).toBeLessThan(0.1);
  });

  test('sparsity: the share above 0 and the kurtosis of units that vary', () => {
    const h = torch.tensor(
      [
        [0, 1, 0],
        [0, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
      ],
      { dtype: 'float64' },
    );
    const { active, kurtosis } = decoupling.images.sparsity(h);
    expect(active).toBeCloseTo(3 / 12, 12);
    // A coin of probability q has kurtosis 1 / (q (1 - q)) - 3: 2.333 for 1/4, 1 for 1/2.
    expect(kurtosis).toBeCloseTo((1 / (0.25 * 0.75) - 3 + 1) / 2, 12);
  });
});

describe('runs', () => {
  const io = { folder: out, onProgress: () => {}, shouldStop: () => false };
  const tiny = decouplingSettings({
    data: { atoms: 4, dimension: 60 },
    network: { neurons: 6 },
    training: { batchSize: 64 },
    schedule: { secondSteps: 30, thirdSteps: 20 },
    evaluation: { labels: 100, tests: 100 },
  });

  test('a small run has everything the claims ask for', async () => {
    const result = await decoupling.runExperiment('tiny', tiny).run(io);
    expect(result.snapshots).toHaveLength(4);
    expect(result.lottery.kept).toBeGreaterThan(0);
    expect(result.possible).toBeGreaterThanOrEqual(result.sure);
  });

  test('leaves when it is asked to', async () => {
    await expect(decoupling.runExperiment('tiny', tiny).run({ ...io, shouldStop: () => true })).rejects.toThrow(
      'asked to stop',
    );
  });

  test('an image arm trains and measures', async () => {
    const recipe = [
      ...decoupling.images.imageRecipe,
      'data.limit=64',
      'data.testLimit=40',
      'training.batchSize=16',
      'training.epochs=1',
      'training.logEvery=1',
      `encoder=${JSON.stringify({ name: 'convnet', channels: [4, 8] })}`,
    ];
    const config = decoupling.images.armConfig('jitter alone', 0, context, recipe);
    const result = await decoupling.images.armExperiment('tiny', config).run({ ...io, folder: path.join(out, 'arm') });
    expect(result).toMatchObject({ trainImages: 64, testImages: 40, diverged: null });
    for (const key of ['loss', 'linear', 'knn', 'color', 'colorZ', 'active', 'kurtosis'] as const)
      expect(result[key]).not.toBeNaN();
  });
});

describe('the report', () => {
  const store = new ExperimentStore(path.join(out, 'report'));
  const input = (known: ReportInput['known']): ReportInput => ({
    context,
    outcomes: [],
    known,
    command: 'npx twoview reproduce feature-decoupling',
    environment: {},
  });

  test('can be drawn of nothing', () => {
    const { page, tables } = paper.report(input(() => undefined));
    expect(page).toContain('Feature Learning Process');
    expect(tables).toEqual([]);
  });

  test('has what was measured beside the reference, and heat maps of each phase', async () => {
    for (const arm of all)
      for (const seed of decoupling.armSeeds(arm, context.seeds))
        store.save(decoupling.armExperiment(arm, seed), { seconds: 1, result: run(arm) });
    const known = <R>(experiment: Experiment<R>): R | undefined => store.find(experiment)?.result;
    const { page, tables } = paper.report(input(known));
    expect(tables.map(({ caption }) => caption)).toEqual(['Measured and reference', 'Phase by phase']);
    expect(tables[0]!.rows).toHaveLength(10);
    expect(tables[0]!.rows[1]).toMatchObject({ name: '  reference', cells: expect.arrayContaining(['4.85–5.08']) });
    expect(page).toContain('RandomMask + bias: end of Phase II');
    expect(page).toContain('Contrastive loss and what a linear head reads');
  });

  test('a claim is judged on stored results without computing anything', async () => {
    const running: RunContext = {
      ...context,
      result: (experiment) => {
        const found = store.find(experiment);
        return found ? Promise.resolve(found.result) : Promise.reject(new Error(`${experiment.name} is not there`));
      },
    };
    const outcome = await armClaim('W8').run(running);
    expect(outcome).toMatchObject({ status: 'pass', seeds: [0, 1] });
  });
});
