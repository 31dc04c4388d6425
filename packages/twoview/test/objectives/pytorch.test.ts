// Agreement with the same losses written in Python from torch.nn.functional; skipped where PyTorch is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@twoview/torch';
import { cosine, infoNce, mse, ntXent } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, largestDifference, valueAndGradients } from './gradients.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

describe.skipIf(!python)('PyTorch gives the same values and gradients', () => {
  const inputs = { a: gaussian(21, 9, 6), b: gaussian(22, 9, 6), queue: gaussian(23, 15, 6) };
  const temperature = 0.2;
  const request = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.tolist()]));
  const peer = fileURLToPath(new URL('pytorch_peer.py', import.meta.url));
  const output = python
    ? execFileSync(python, [peer], { input: JSON.stringify({ ...request, temperature }), encoding: 'utf8' })
    : '{}';
  const expected = JSON.parse(output) as Record<string, { value: number; gradients: number[][] }>;

  const ours: Record<string, (...inputs: Tensor[]) => Tensor> = {
    cosine: (a, b) => cosine(a!, b!),
    byol: (a, b) => cosine(a!, b!, { convention: 'byol' }),
    mse: (a, b) => mse(a!, b!),
    ntXent: (a, b) => ntXent(a!, b!, { temperature }),
    infoNce: (a, b) => infoNce(a!, b!, { temperature }),
    infoNceQueue: (a, b, negatives) => infoNce(a!, b!, { temperature, negatives: negatives! }),
  };
  test.each(Object.keys(ours))('%s', (name) => {
    const theirs = expected[name]!;
    const tensors = [inputs.a, inputs.b, inputs.queue].slice(0, theirs.gradients.length);
    const { value, gradients } = valueAndGradients(ours[name]!, tensors);
    expect(Math.abs(value - theirs.value)).toBeLessThan(1e-12);
    expect(largestDifference(gradients, theirs.gradients)).toBeLessThan(1e-12);
  });
});
