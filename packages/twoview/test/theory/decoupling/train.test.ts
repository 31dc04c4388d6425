// Training: reproducible, the same in both precisions, never endless; and the decoupling itself at a small size.
import * as torch from '@twoview/torch';
import { type DecouplingSettings, decouplingSettings, trainDecoupling } from 'twoview/theory/decoupling';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

type Input = NonNullable<Parameters<typeof decouplingSettings>[0]>;

const small = (change: Input = {}): DecouplingSettings =>
  decouplingSettings({
    data: { atoms: 8, dimension: 120, sparsity: 0.15, noise: 0.1 },
    network: { neurons: 24 },
    training: { batchSize: 128 },
    schedule: { thirdSteps: 400 },
    evaluation: { labels: 400, tests: 400 },
    ...change,
  });

describe('a run', () => {
  test('is the same bit for bit when it is done again', async () => {
    const settings = small({ schedule: { thirdSteps: 30 }, logEvery: 10 });
    expect(await trainDecoupling(settings)).toEqual(await trainDecoupling(settings));
  });

  test('has curves, and snapshots at the turns of its phases', async () => {
    const run = await trainDecoupling(small({ schedule: { thirdSteps: 30 } }));
    expect(run.outcome).toBe('done');
    expect(run.snapshots.map(({ moment }) => moment)).toEqual(['start', 'T1', 'T2', 'end']);
    expect(run.snapshots.map(({ step }) => step)).toEqual([0, run.t1, run.t2, run.steps]);
    expect(run.steps).toBe(run.t2! + 30);
    expect(run.curve[0]).toMatchObject({ step: 0, phase: 'I', loss: Number.NaN });
    expect(run.curve[1]!.loss).toBeCloseTo(Math.log(128), 2);
    // Random weights: d / d1 of their energy lies in the span of the atoms.
    expect(run.curve[0]!.fracM).toBeCloseTo(8 / 120, 1);
  });

  test('comes out alike in float32 and float64', async () => {
    const settings = (precision: 'float32' | 'float64') =>
      small({ schedule: { thirdSteps: 100 }, training: { batchSize: 128, precision } });
    const [single, double] = [await trainDecoupling(settings('float32')), await trainDecoupling(settings('float64'))];
    expect(single.t1).toBe(double.t1);
    expect(Math.abs(single.t2! - double.t2!)).toBeLessThanOrEqual(1);
    const ends = [single, double].map((run) => run.snapshots.at(-1)!.alignment);
    const [a, b] = [ends[0]!, ends[1]!];
    expect(a.fracM).toBeCloseTo(b.fracM, 2);
    expect(a.medianMaxcos).toBeCloseTo(b.medianMaxcos, 2);
  });

  test('tells of progress up to 1, and stops when it is asked to', async () => {
    const shares: number[] = [];
    await trainDecoupling(small({ schedule: { thirdSteps: 10 } }), { onProgress: (share) => shares.push(share) });
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    const stopped = await trainDecoupling(small(), { shouldStop: () => true });
    expect(stopped).toMatchObject({ outcome: 'stopped', steps: 0 });
  });

  test('that cannot grow ends at its caps', async () => {
    const run = await trainDecoupling(
      small({
        training: { batchSize: 8, learningRate: 1e-6 },
        schedule: { firstSteps: 20, secondSteps: 20, thirdSteps: 20 },
      }),
    );
    expect(run).toMatchObject({ outcome: 'done', t1: 20, t2: 40, steps: 60 });
  });

  test('whose thresholds outgrow its weights is silenced, and says so', async () => {
    const run = await trainDecoupling(small({ schedule: { rho: 0.5, secondSteps: 60 } }));
    expect(run.outcome).toBe('silenced');
    expect(run.steps).toBe(run.t2);
    expect(run.snapshots.at(-1)!.behaviour.active).toBe(0);
  });

  test('with an absurd learning rate diverges, and says so', async () => {
    const run = await trainDecoupling(
      small({ training: { batchSize: 16, learningRate: 1e30 }, schedule: { firstSteps: 50 }, logEvery: 5 }),
    );
    expect(run.outcome).toBe('diverged');
  });
});

describe('decoupling', () => {
  test('masks and thresholds give pure neurons; without masks the loss is lower and the features hold noise', async () => {
    const [masked, plain] = [await trainDecoupling(small()), await trainDecoupling(small({ kind: 'none' }))];
    const [a, b] = [masked.snapshots.at(-1)!, plain.snapshots.at(-1)!];
    expect(a.alignment.fracM).toBeGreaterThan(b.alignment.fracM + 0.1);
    expect(a.alignment.coverage).toBeGreaterThanOrEqual(0.9);
    expect(b.behaviour.loss).toBeLessThan(a.behaviour.loss - 1);
    expect(b.behaviour.noiseCosine).toBeGreaterThan(a.behaviour.noiseCosine + 0.1);
    expect(masked.snapshots[1]!.alignment.fracM).toBeGreaterThan(plain.snapshots[1]!.alignment.fracM + 0.2);
  });
});

describe('settings', () => {
  test('defaults are the small scale', () => {
    expect(decouplingSettings()).toMatchObject({
      data: { atoms: 20, dimension: 400, sparsity: 0.1, noise: 0.08 },
      kind: 'complementary',
      network: { neurons: 40, scale: 0.01, threshold: true },
      training: { batchSize: 512, learningRate: 0.5, weightDecay: 1e-3, temperature: 1 },
      schedule: { rho: 0, growth: 30, secondSteps: 600, thirdSteps: 1500 },
    });
  });

  test.each<[Input, string]>([
    [{ data: { atoms: 400 } }, 'data.atoms'],
    [{ data: { noise: -1 } }, 'data.noise'],
    [{ data: { sparsity: 0 } }, 'data.sparsity'],
    [{ training: { batchSize: 1 } }, 'training.batchSize'],
    [{ training: { temperature: Number.NaN } }, 'training.temperature'],
    [{ schedule: { growth: 1 } }, 'schedule.growth'],
  ])('%j is refused by name', (input, field) => {
    expect(() => decouplingSettings(input)).toThrow(RangeError);
    expect(() => decouplingSettings(input)).toThrow(field);
  });
});
