// Agreement with whitening written in Python in another way; skipped where PyTorch is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { batchStandardize, groupWhiten, slicedWhiten, whiten } from 'twoview/normalizers';
import { describe, expect, test } from 'vitest';
import { gaussian, largestDifference } from '../objectives/gradients.js';
import { geometric, indices, withSpectrum } from './embeddings.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

describe.skipIf(!python)('PyTorch gives the same embeddings and gradients', () => {
  torch.setNumThreads(1);
  const x = withSpectrum(51, 24, geometric(6, 50));
  const y = withSpectrum(54, 24, geometric(6, 50));
  const weights = gaussian(57, 24, 6);
  const axes = [3, 0, 5, 1, 4, 2];
  const permutation = indices(axes);
  const generator = (): torch.Generator => new torch.Generator({ seed: 58 });
  const samples = Array.from(torch.randperm(24, { generator: generator() }).data() as BigInt64Array, Number);
  const request = { x: x.tolist(), y: y.tolist(), weights: weights.tolist(), permutation: axes, samples };
  const output = python
    ? execFileSync(python, [fileURLToPath(new URL('pytorch_peer.py', import.meta.url))], {
        input: JSON.stringify(request),
        encoding: 'utf8',
      })
    : '{}';
  const expected = JSON.parse(output) as Record<string, { outputs: number[][]; gradients: number[][] }>;

  const ours: Record<string, (views: Tensor[]) => Tensor[]> = {
    eigh: ([u]) => [whiten(u!)],
    cholesky: ([u]) => [whiten(u!, { solver: 'cholesky' })],
    newtonSchulz: ([u]) => [whiten(u!, { solver: 'newtonSchulz' })],
    groups: ([u]) => [whiten(u!, { groups: 2 })],
    permutedGroups: ([u]) => [groupWhiten(u!, { groups: 2, permutation })],
    bn: ([u]) => [batchStandardize(u!, { epsilon: 1e-3, form: 'add' })],
    slices: (views) => slicedWhiten(views, { size: 12 }, generator()),
    shrunkSlices: (views) => slicedWhiten(views, { size: 12, epsilon: 0.1 }, generator()),
  };
  const flat = (tensor: Tensor): number[] => Array.from(tensor.detach().data() as Float64Array);

  test.each(Object.keys(ours))('%s', (name) => {
    const theirs = expected[name]!;
    const views = [x, y].slice(0, theirs.outputs.length).map((view) => view.clone().requiresGrad_());
    const outputs = ours[name]!(views);
    expect(largestDifference(outputs.map(flat), theirs.outputs)).toBeLessThan(1e-10);
    const losses = outputs.map((z) => z.pow(3).mul(weights).add(z.mul(weights.square())).sum());
    const gradients = torch.grad(
      losses.reduce((a, b) => a.add(b)),
      views,
    );
    const scale = Math.max(...theirs.gradients.flat().map(Math.abs));
    expect(largestDifference(gradients.map(flat), theirs.gradients) / scale).toBeLessThan(1e-10);
  });
});
