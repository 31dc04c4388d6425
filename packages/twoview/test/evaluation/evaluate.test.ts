// The summary of an evaluation: the parts' own results, as plain data, with and without labels.
import * as torch from '@twoview/torch';
import {
  type EvaluationProgress,
  evaluateEmbeddings,
  linearProbe,
  logisticProbe,
  ridgeProbe,
} from 'twoview/evaluation';
import { effectiveRank, knnClassify, normalizedStd } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { blobs } from './blobs.js';

const data = blobs({ seed: 1, classes: 3, dimension: 6, train: 200, test: 90 });

test('holds what each measure gives by itself', async () => {
  const stages: EvaluationProgress['stage'][] = [];
  const report = await evaluateEmbeddings({ ...data, k: 20, seed: 0, onProgress: ({ stage }) => stages.push(stage) });
  const { accuracy } = knnClassify({ ...data, k: 20 });
  const logistic = await logisticProbe(data);
  expect(report).toMatchObject({ train: 200, test: 90, dimension: 6, classes: 3 });
  expect(report.knn).toEqual({ accuracy, k: 20, temperature: 0.1 });
  expect(report.linear).toEqual({
    probe: 'logistic',
    accuracy: logistic.accuracy,
    trainAccuracy: logistic.trainAccuracy,
    converged: true,
  });
  expect(report.spectrum.effectiveRank).toBe(effectiveRank(data.test));
  expect(report.spectrum.eigenvalues).toHaveLength(6);
  expect(report.std).toBe(normalizedStd(data.test));
  expect(report.uniformity).toBeLessThan(0);
  expect(new Set(stages)).toEqual(new Set(['spectrum', 'kNN', 'logistic probe']));
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('the probe can be chosen, or left out', async () => {
  const adam = { kind: 'adam', epochs: 2 } as const;
  const [published, ridge, none] = [
    await evaluateEmbeddings({ ...data, seed: 5, probe: adam }),
    await evaluateEmbeddings({ ...data, seed: 5, probe: { kind: 'ridge', alpha: 2 } }),
    await evaluateEmbeddings({ ...data, seed: 5, probe: { kind: 'none' } }),
  ];
  const expected = await linearProbe({ ...data, seed: 5, epochs: 2 });
  expect(published.linear).toEqual({
    probe: 'adam',
    accuracy: expected.accuracy,
    trainAccuracy: expected.trainAccuracy,
    best: { accuracy: expected.bestAccuracy, epoch: expected.bestEpoch },
  });
  expect(ridge.linear?.accuracy).toBe(ridgeProbe({ ...data, alpha: 2 }).accuracy);
  expect(none.linear).toBeNull();
});

test('without labels only the spectrum is measured', async () => {
  const { train, test: embeddings } = data;
  const report = await evaluateEmbeddings({ train, test: embeddings, seed: 0 });
  expect(report).toMatchObject({ classes: null, knn: null, linear: null });
  expect(report.spectrum.rankMe).toBeGreaterThan(1);
});

test('features of extractFeatures are taken as they are', async () => {
  const features = (x: torch.Tensor) => ({
    values: x.data() as Float32Array,
    shape: [x.shape[0]!, x.shape[1]!] as const,
  });
  const options = { ...data, seed: 0, probe: { kind: 'ridge' } } as const;
  const fromArrays = { ...options, train: features(data.train), test: features(data.test) };
  expect(await evaluateEmbeddings(fromArrays)).toEqual(await evaluateEmbeddings(options));
});

test('gives the embeddings back alive, and leaves no tensor behind', async () => {
  await evaluateEmbeddings({ ...data, seed: 0 });
  const before = torch.memory().handles;
  await evaluateEmbeddings({ ...data, seed: 0 });
  expect(data.train.isDisposed || data.test.isDisposed).toBe(false);
  expect(torch.memory().handles).toBe(before);
});

test('a class that only the test set has counts as missed', async () => {
  const testLabels = data.testLabels.map((label) => (label === 2 ? 3 : label));
  const report = await evaluateEmbeddings({ ...data, testLabels, seed: 0 });
  expect(report.classes).toBe(4);
  expect(report.linear!.accuracy).toBeLessThan(0.67);
});
