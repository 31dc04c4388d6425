// Agreement with the same attacks written in Python with PyTorch; skipped where PyTorch is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { attacks } from 'twoview';
import { describe, expect, test } from 'vitest';
import { convNet, images, labelsOf, seeded, stateOf, values } from './networks.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

const common = {
  norm: 'linf',
  eps: 0.031,
  steps: 10,
  stepSize: 0.007,
  start: 'uniform',
  momentum: 0,
  seed: 5,
} as const;
const sphere = { ...common, norm: 'l2', eps: 0.4, stepSize: 0.1 } as const;
const cases = {
  training: { ...common, loss: 'crossEntropy', mode: 'train' },
  trades: { ...common, loss: 'kl', start: 'gaussian', mode: 'train' },
  crossEntropy: { ...common, loss: 'crossEntropy', mode: 'eval' },
  margin: { ...common, loss: 'margin', mode: 'eval' },
  kl: { ...common, loss: 'kl', mode: 'eval' },
  momentum: { ...common, loss: 'crossEntropy', mode: 'eval', momentum: 0.9 },
  l2: { ...sphere, loss: 'crossEntropy', mode: 'eval' },
  l2Margin: { ...sphere, loss: 'margin', mode: 'eval' },
  l2Momentum: { ...sphere, loss: 'kl', mode: 'eval', momentum: 1 },
  l2Training: { ...sphere, loss: 'crossEntropy', mode: 'train' },
} as const;

describe.skipIf(!python)('PyTorch gives the same images and running statistics', () => {
  const x = images(3, [8, 3, 8, 8]);
  const labels = [0, 1, 2, 3, 0, 1, 2, 3];
  const peer = fileURLToPath(new URL('pytorch_peer.py', import.meta.url));
  const weights = Object.fromEntries(Array.from(convNet(4).stateDict(), ([name, tensor]) => [name, tensor.tolist()]));
  const input = JSON.stringify({ weights, images: x.tolist(), labels, cases });
  const output = python ? execFileSync(python, [peer], { input, encoding: 'utf8' }) : '{}';
  const expected = JSON.parse(output) as Record<string, { images: number[]; statistics: number[] }>;

  test.each(Object.keys(cases) as (keyof typeof cases)[])('%s', (name) => {
    const { norm, eps, seed, ...settings } = cases[name];
    const model = convNet(4);
    const options = { ...settings, ball: { norm, eps }, generator: seeded(seed) };
    const ours = values(attacks.pgd(model, x, labelsOf(labels), options).images);
    const theirs = expected[name]!;
    expect(Math.max(...ours.map((value, i) => Math.abs(value - theirs.images[i]!)))).toBeLessThan(1e-12);
    const state = stateOf(model);
    const statistics = [...state['1.running_mean']!, ...state['1.running_var']!];
    expect(Math.max(...statistics.map((value, i) => Math.abs(value - theirs.statistics[i]!)))).toBeLessThan(1e-12);
  });
});
