// Short trainings: what is learnt, where nothing can be, and that a seed decides everything.
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const settings = (changes: object = {}): hltm.HltmSettings =>
  hltm.hltmSchema.parse({ depth: 3, samplesPerEpoch: 6400, epochs: 3, polarity: { low: 0.8 }, ...changes });

const root = ({ epochs }: hltm.HltmResult): number[] => epochs.map(({ levels }) => levels[0]!.correlation);

async function train(changes: object = {}, tree?: hltm.LatentTree): Promise<hltm.HltmResult> {
  const result = await hltm.trainHltm(settings(changes), {}, tree);
  if (!result) throw new Error('it was stopped');
  return result;
}

describe('training', () => {
  test('teaches the root most of what can be known of it, and no more', async () => {
    const runs = [await train({ seed: 0 }), await train({ seed: 1 }), await train({ seed: 2 })];
    const mean = (pick: (run: hltm.HltmResult) => number) => runs.reduce((sum, run) => sum + pick(run), 0) / 3;
    expect(mean((run) => root(run).at(-1)! - root(run)[0]!)).toBeGreaterThan(0.03);
    expect(mean((run) => run.bound - root(run).at(-1)!)).toBeLessThan(0.05);
    for (const run of runs) {
      expect(Math.max(...root(run))).toBeLessThan(run.bound + 0.02);
      expect(run.leafSum).toBeLessThan(run.bound);
      expect(run.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
      expect(run.epochs[0]!.loss).toBeNull();
      expect(run.epochs[3]!.loss!.mean).toBeLessThan(-0.6);
    }
  });

  test.each(['difference', 'infoNce', 'softTriplet'] as const)('learns by %s too', async (loss) => {
    const [before, after] = [0, -1].map((epoch) => epoch) as [number, number];
    const values = root(await train({ loss, hidden: 4, seed: 2 }));
    expect(values.at(after)! - values.at(before)!).toBeGreaterThan(0.02);
  });

  test('is decided by its seed', async () => {
    const first = await train({ epochs: 1, covarianceSamples: 600 });
    expect(await train({ epochs: 1, covarianceSamples: 600 })).toEqual(first);
    expect(root(await train({ epochs: 1, seed: 1 }))).not.toEqual(root(first));
    expect(first.epochs[1]!.covariance).toHaveLength(3);
    // What is measured does not touch the course of training.
    expect(root(await train({ epochs: 1 }))).toEqual(root(first));
  });

  test('trains three children, a biased root and one unit', async () => {
    const run = await train({ children: 3, rootBias: 0.3, hidden: 1, depth: 2, epochs: 1 });
    expect(run.epochs[1]!.levels).toHaveLength(2);
    for (const { correlation, selectivity, weightNorm } of run.epochs[1]!.levels) {
      expect(correlation).toBeGreaterThan(0);
      expect(correlation).toBeLessThanOrEqual(1);
      expect(selectivity).toBeGreaterThan(0);
      expect(weightNorm).toBeGreaterThan(0);
    }
  });
});

describe('controls', () => {
  test('a rate of 0 changes nothing but sampling', async () => {
    const { epochs } = await train({ learningRate: 0, epochs: 2, samplesPerEpoch: 20_000 });
    epochs[2]!.levels.forEach(({ correlation, weightNorm }, level) => {
      expect(Math.abs(correlation - epochs[0]!.levels[level]!.correlation)).toBeLessThan(0.02);
      expect(weightNorm).toBe(epochs[0]!.levels[level]!.weightNorm);
    });
  });

  test('a negative with the anchor’s root gives a loss of -1/2', async () => {
    const { epochs } = await train({ negatives: 'sameRoot', epochs: 2 });
    const loss = epochs[2]!.loss!;
    expect(Math.abs(loss.mean + 0.5)).toBeLessThan((4 * loss.deviation) / Math.sqrt(50));
    expect(loss.deviation).toBeGreaterThan(0);
  });

  test('a root that tells nothing is not learnt', async () => {
    const tree = hltm.withPolarity(hltm.treeOf(settings()), 1, 0);
    const run = await train({ samplesPerEpoch: 10_000, epochs: 2 }, tree);
    expect(Math.max(...root(run))).toBeLessThan(0.05);
    expect(run.bound).toBeLessThan(0.02);
  });
});

describe('a run', () => {
  test('stops when asked, tells how far it is, and frees its tensors', async () => {
    await train({ epochs: 1 }); // what is made once and kept
    const before = torch.memory().handles;
    await train({ epochs: 1 });
    const shares: number[] = [];
    const io = { onProgress: (share: number) => shares.push(share), shouldStop: () => shares.length > 3 };
    expect(await hltm.trainHltm(settings(), io)).toBeUndefined();
    expect(shares).toHaveLength(4);
    expect(shares[0]).toBe(0);
    expect(shares[3]).toBeGreaterThan(shares[2]!);
    expect(torch.memory().handles - before).toBeLessThanOrEqual(20);
  });

  test('whose weights are broken returns a loss that says so', () => {
    const training = new hltm.HltmTraining(settings());
    training.network.weights[1]!.fill_(Number.POSITIVE_INFINITY);
    expect(training.step()).toBeNaN();
    training.dispose();
  });
});

describe('settings', () => {
  test('a sweep is every combination, each with every seed', () => {
    const sweep = hltm.hltmSweepSchema.parse({
      hidden: [2, 5],
      polarity: { low: [0.7, 0.8] },
      seeds: [0, 4],
      epochs: 2,
    });
    const cells = hltm.sweepCells(sweep);
    expect(cells.map(({ label }) => label)).toEqual([
      'polarity.low 0.7, hidden 2',
      'polarity.low 0.7, hidden 5',
      'polarity.low 0.8, hidden 2',
      'polarity.low 0.8, hidden 5',
    ]);
    expect(cells[3]!.runs.map(({ seed, hidden, polarity, epochs }) => [seed, hidden, polarity.low, epochs])).toEqual([
      [0, 5, 0.8, 2],
      [4, 5, 0.8, 2],
    ]);
    expect(hltm.sweepCells(hltm.hltmSweepSchema.parse({}))).toMatchObject([{ label: '', runs: [{ seed: 0 }] }]);
  });

  test.each([
    [{ polarity: { low: [0.5, 0.9], high: 0.8 } }, /polarity.low: must not exceed/],
    [{ depth: 6, children: 10 }, /1000000 leaves/],
    [{ samplesPerEpoch: 10 }, /batchSize: must not exceed/],
    [{ seeds: Array.from({ length: 1001 }, (_, i) => i) }, /1001 runs/],
  ])('refuses %#', (changes, message) => {
    expect(() => hltm.sweepCells(hltm.hltmSweepSchema.parse(changes))).toThrow(message);
  });
});
