// Agreement with the same losses written in Python from torch.nn.functional; skipped where PyTorch is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@twoview/torch';
import {
  type AdrTerms,
  adrTerms,
  alignmentLoss,
  barlowTwins,
  contrastiveNce,
  cosine,
  distance,
  exactCovariance,
  infoNce,
  mse,
  ntXent,
  simpleContrastive,
  softTriplet,
  supervisedContrastive,
  uniformityLoss,
  vicreg,
} from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, largestDifference, relativeError, valueAndGradients } from './gradients.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { cwd: '/' }).status === 0,
);

describe.skipIf(!python)('PyTorch gives the same values and gradients', () => {
  const inputs = { a: gaussian(21, 9, 6), b: gaussian(22, 9, 6), queue: gaussian(23, 15, 6) };
  const [temperature, beta, margin] = [0.2, 0.6, 0.1];
  // Classes with one, two and three images.
  const labels = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 3, 4);
  const request = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.tolist()]));
  const peer = fileURLToPath(new URL('pytorch_peer.py', import.meta.url));
  const output = python
    ? execFileSync(python, [peer], {
        input: JSON.stringify({ ...request, labels: [...labels], temperature, beta, margin }),
        encoding: 'utf8',
      })
    : '{}';
  const expected = JSON.parse(output) as Record<string, { value: number; gradients: number[][] }>;

  /** A term of ADR with each of the inputs as the adversarial one; latents are logits too. */
  const adr = (name: keyof AdrTerms) => (a?: Tensor, b?: Tensor) =>
    adrTerms(a!, b!, a!, b!, labels)[name].add(adrTerms(b!, a!, b!, a!, labels)[name], { alpha: 2 });

  const ours: Record<string, (...inputs: Tensor[]) => Tensor> = {
    cosine: (a, b) => cosine(a!, b!),
    byol: (a, b) => cosine(a!, b!, { convention: 'byol' }),
    mse: (a, b) => mse(a!, b!),
    ntXent: (a, b) => ntXent(a!, b!, { temperature }),
    infoNce: (a, b) => infoNce(a!, b!, { temperature }),
    infoNceQueue: (a, b, negatives) => infoNce(a!, b!, { temperature, negatives: negatives! }),
    barlowTwins: (a, b) => barlowTwins(a!, b!, { lambda: 0.005 }),
    barlowTwinsScaled: (a, b) => barlowTwins(a!, b!, { lambda: 0.3, scale: 0.024 }),
    vicreg: (a, b) => vicreg(a!, b!),
    vicregPaper: (a, b) => vicreg(a!, b!, { convention: 'paper' }),
    supervisedOut: (a, b) => supervisedContrastive([a!, b!], labels, { temperature }),
    supervisedIn: (a, b) => supervisedContrastive([a!, b!], labels, { temperature, variant: 'in' }),
    supervisedOneView: (a) => supervisedContrastive([a!], labels, { temperature }),
    supervisedThreeViews: (a, b, c) => supervisedContrastive([a!, b!, c!.slice(0, 0, 9)], labels, { temperature }),
    simpleContrastive: (a, b) => simpleContrastive(a!, b!, { beta }),
    softTriplet: (a, b) => softTriplet(a!, b!, { temperature, margin }),
    softTripletThree: (a, b) => softTriplet(a!, b!, { temperature, margin, negatives: 3, normalize: false }),
    contrastiveNce: (a, b) => contrastiveNce(a!, b!, { temperature, beta }),
    contrastiveNceTen: (a, b) => contrastiveNce(a!, b!, { temperature, beta, negatives: 10, normalize: false }),
    exactCovariance: (a, b) => exactCovariance(a!, b!, { temperature, beta }),
    exactCovarianceOne: (a, b) => exactCovariance(a!, b!, { temperature, beta, negatives: 1 }),
    alignment: (a, b) => alignmentLoss(a!, b!, { alpha: 1.5 }),
    uniformity: (a) => uniformityLoss(a!),
    distance1: (a, b) => distance(a!, b!, { power: 1 }),
    distance3: (a, b) => distance(a!, b!, { order: 3 }),
    distance4: (a, b) => distance(a!, b!, { order: 4 }),
    'adr localCompactness': adr('localCompactness'),
    'adr localSmoothness': adr('localSmoothness'),
    'adr globalCompactness': adr('globalCompactness'),
    'adr confidence': adr('confidence'),
    wMse: (a, b) => mse(a!, b!, { features: 'sum', normalize: true }),
  };
  test.each(Object.keys(ours))('%s', (name) => {
    const theirs = expected[name]!;
    const tensors = [inputs.a, inputs.b, inputs.queue].slice(0, theirs.gradients.length);
    const { value, gradients } = valueAndGradients(ours[name]!, tensors);
    expect(Math.abs(value - theirs.value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(theirs.value)));
    expect(largestDifference(gradients, theirs.gradients)).toBeLessThan(1e-12);
    expect(relativeError(gradients, theirs.gradients)).toBeLessThan(1e-12);
  });
});
