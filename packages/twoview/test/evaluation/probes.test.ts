// The three linear probes: what they have to find, that they are deterministic, and what they refuse.
import * as torch from '@twoview/torch';
import { linearProbe, logisticProbe, type ProbeData, ridgeProbe } from 'twoview/evaluation';
import { describe, expect, test } from 'vitest';
import { blobs } from './blobs.js';

const data = blobs({ seed: 1, classes: 4, dimension: 12, train: 600, test: 400 });
const adam = (change = {}) => linearProbe({ ...data, seed: 3, epochs: 5, lr: 0.03, ...change });

/** Every probe as data in, test accuracy out. */
const probes: [string, (problem: ProbeData) => Promise<number>][] = [
  ['linear', async (problem) => (await linearProbe({ ...problem, seed: 3, epochs: 5, lr: 0.03 })).accuracy],
  ['logistic', async (problem) => (await logisticProbe(problem)).accuracy],
  ['ridge', async (problem) => ridgeProbe(problem).accuracy],
];

describe.each(probes)('%s probe', (_, run) => {
  test('tells clusters apart, and shuffled labels at chance', async () => {
    expect(await run(data)).toBeGreaterThan(0.9);
    const trainLabels = data.trainLabels.map((_, i) => ((i * 7919) % 613) % 4);
    expect(await run({ ...data, trainLabels })).toBeLessThan(0.45);
  });

  test('scale and offset of a dimension do not matter: features are standardised by the training set', async () => {
    const factor = torch.tensor(Array.from({ length: 12 }, (_, k) => 2 ** (k % 5)));
    const moved = (x: torch.Tensor) => x.mul(factor).add(64);
    const changed = await run({ ...data, train: moved(data.train), test: moved(data.test) });
    expect(changed).toBeCloseTo(await run(data), 2);
  });

  test('collapsed features: one class for all, no NaN', async () => {
    const collapsed = { ...data, train: torch.full([600, 12], 0.3), test: torch.full([400, 12], 0.3) };
    expect(await run(collapsed)).toBeCloseTo(0.25, 12);
  });

  test('the training set is in chunks', async () => {
    const many = blobs({ seed: 2, classes: 3, dimension: 6, train: 9000, test: 300 });
    // Labels of the second chunk alone are right: a probe that stopped at the first would be at chance.
    const train = torch.cat([many.train.narrow(0, 0, 8192).mul(0), many.train.narrow(0, 8192, 808)], 0);
    expect(await run({ ...many, train })).toBeGreaterThan(0.7);
  });

  test('refuses labels and features that do not fit', async () => {
    await expect(run({ ...data, testLabels: [0] })).rejects.toThrow(/1 testLabels for 400 embeddings/);
    await expect(run({ ...data, trainLabels: data.trainLabels.map(() => -1) })).rejects.toThrow(/is -1/);
    await expect(run({ ...data, test: torch.zeros([400, 11]) })).rejects.toThrow(/12 dimensions and test 11/);
    await expect(run({ ...data, train: torch.full([600, 12], Number.NaN) })).rejects.toThrow(/NaN/);
  });
});

describe('linear probe', () => {
  test('a seed gives the same run again, another seed another', async () => {
    const [first, again, other] = [await adam(), await adam(), await adam({ seed: 4 })];
    expect(again).toEqual(first);
    expect(other.losses).not.toEqual(first.losses);
  });

  test('reports the last epoch, and the best beside it', async () => {
    const result = await adam({ epochs: 8, lr: 0.3 });
    expect(result.accuracies).toHaveLength(8);
    expect(result.losses).toHaveLength(8);
    expect(result.accuracy).toBe(result.accuracies[7]);
    expect(result.bestAccuracy).toBe(Math.max(...result.accuracies));
    expect(result.accuracies[result.bestEpoch - 1]).toBe(result.bestAccuracy);
    expect(result.losses[7]).toBeLessThan(result.losses[0]!);
  });

  test('by default follows the published protocol', async () => {
    const spelled = { epochs: 50, batchSize: 128, lr: 3e-4, weightDecay: 1e-3, standardize: true };
    const small = {
      ...data,
      train: data.train.narrow(0, 0, 150),
      trainLabels: data.trainLabels.slice(0, 150),
      seed: 3,
    };
    expect(await linearProbe({ ...small, ...spelled })).toEqual(await linearProbe(small));
  });

  test('leaves no tensor behind', async () => {
    await adam({ epochs: 1 });
    const before = torch.memory().handles;
    await adam({ epochs: 1 });
    expect(torch.memory().handles).toBe(before);
  });
});

describe('logistic probe', () => {
  test('ends where the gradient is zero: moving any parameter raises the loss', async () => {
    const small = blobs({ seed: 5, classes: 3, dimension: 4, train: 60, test: 10 });
    const { weight, bias, loss, converged } = await logisticProbe({ ...small, l2: 0.05 });
    expect(converged).toBe(true);
    const value = (w: Float64Array, b: Float64Array) =>
      torch.scope(() => {
        const x = small.train.double();
        const standard = x.sub(x.mean([0])).div(x.std([0], false));
        const logits = torch.linear(standard, torch.tensor(w, { shape: [3, 4] }), torch.tensor(b));
        const labels = torch.tensor(BigInt64Array.from(small.trainLabels, BigInt));
        return logits.crossEntropyLoss(labels).item() + 0.025 * w.reduce((sum, x) => sum + x * x, 0);
      });
    expect(value(weight, bias)).toBeCloseTo(loss, 12);
    for (const parameters of [weight, bias]) {
      parameters.forEach((_, i) => {
        for (const delta of [-0.01, 0.01]) {
          const moved = parameters.slice();
          moved[i]! += delta;
          const raised = parameters === weight ? value(moved, bias) : value(weight, moved);
          expect(raised).toBeGreaterThan(loss);
        }
      });
    }
  });

  test('is the limit of the Adam protocol', async () => {
    const optimum = await logisticProbe({ ...data, l2: 1e-2 });
    const { losses } = await linearProbe({
      ...data,
      seed: 3,
      epochs: 400,
      batchSize: 600,
      lr: 0.03,
      weightDecay: 1e-2,
    });
    const penalty = 0.5e-2 * optimum.weight.reduce((sum, x) => sum + x * x, 0);
    expect(losses.at(-1)).toBeCloseTo(optimum.loss - penalty, 2);
  });

  test('a stronger penalty gives smaller weights; a negative one is refused', async () => {
    const norm = async (l2: number) => (await logisticProbe({ ...data, l2 })).weight.reduce((s, x) => s + x * x, 0);
    expect(await norm(1)).toBeLessThan((await norm(0.01)) / 10);
    await expect(logisticProbe({ ...data, l2: -1 })).rejects.toThrow(/l2/);
  });

  test('says when it was cut short', async () => {
    expect(await logisticProbe({ ...data, maxIterations: 2 })).toMatchObject({ converged: false, iterations: 2 });
  });

  test('leaves no tensor behind', async () => {
    await logisticProbe({ ...data, maxIterations: 3 });
    const before = torch.memory().handles;
    await logisticProbe({ ...data, maxIterations: 3 });
    expect(torch.memory().handles).toBe(before);
  });
});

describe('ridge probe', () => {
  test('more dimensions than samples are no problem', () => {
    const wide = blobs({ seed: 6, classes: 2, dimension: 40, train: 20, test: 100 });
    expect(ridgeProbe(wide).accuracy).toBeGreaterThan(0.9);
    expect(() => ridgeProbe({ ...wide, alpha: 0 })).toThrow(/alpha/);
  });
});
