// Agreement with probes written in Python on torch.optim.LBFGS and torch.linalg; skipped where PyTorch is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { logisticProbe, ridgeProbe } from 'twoview/evaluation';
import { expect, test } from 'vitest';
import { blobs } from './blobs.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

test.skipIf(!python)('PyTorch finds the same optimum and the same predictions', async () => {
  const data = blobs({ seed: 9, classes: 5, dimension: 8, train: 300, test: 200 });
  const [l2, alpha] = [2e-3, 3];
  const request = {
    train: data.train.tolist(),
    trainLabels: Array.from(data.trainLabels),
    test: data.test.tolist(),
    testLabels: Array.from(data.testLabels),
    l2,
    alpha,
  };
  const peer = fileURLToPath(new URL('pytorch_peer.py', import.meta.url));
  const theirs = JSON.parse(execFileSync(python!, [peer], { input: JSON.stringify(request), encoding: 'utf8' }));

  const logistic = await logisticProbe({ ...data, l2, tolerance: 1e-9 });
  expect(logistic.loss).toBeCloseTo(theirs.loss, 12);
  logistic.weight.forEach((value, i) => {
    expect(value).toBeCloseTo(theirs.weight[i], 6);
  });
  expect(Array.from(logistic.predictions)).toEqual(theirs.logistic);
  expect(logistic.accuracy).toBeCloseTo(theirs.accuracy, 12);
  expect(Array.from(ridgeProbe({ ...data, alpha }).predictions)).toEqual(theirs.ridge);
});
