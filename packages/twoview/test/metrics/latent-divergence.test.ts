// Latent divergences against plain loops and numpy, in closed form, and where classes are small, single or collapsed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type LatentDivergence, latentDivergence } from 'twoview/metrics';
import { expect, test } from 'vitest';
import { double, gaussian } from './embeddings.js';

const distances = ['cosine', 'l2'] as const;

/** Latents around a centre for each class, far from the origin, and the same moved by noise. */
function latents(labels: readonly number[], noise = 0.5): { benign: Tensor; other: Tensor } {
  const count = labels.length;
  const centres = gaussian(1, Math.max(...labels) + 1, 6).mul(2);
  const own = centres.indexSelect(0, torch.tensor(BigInt64Array.from(labels, BigInt)));
  const benign = own.add(gaussian(2, count, 6)).add(3);
  return { benign, other: benign.add(gaussian(3, count, 6).mul(noise)) };
}

const labels = [0, 1, 2, 0, 1, 2, 2, 0, 0, 2, 1, 0, 2, 2];

/** The definition, pair by pair. */
function loop(benign: number[][], other: number[][], y: readonly number[], distance: 'cosine' | 'l2') {
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, k) => sum + v * b[k]!, 0);
  const d = (a: number[], b: number[]) =>
    distance === 'l2'
      ? Math.sqrt(a.reduce((sum, v, k) => sum + (v - b[k]!) ** 2, 0))
      : 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const mean = (chosen: (i: number, j: number) => boolean) => {
    const values = y.flatMap((_, i) =>
      y.flatMap((__, j) => (i !== j && chosen(i, j) ? [d(other[i]!, benign[j]!)] : [])),
    );
    return { mean: values.reduce((a, b) => a + b, 0) / values.length, pairs: values.length };
  };
  const [intra, inter] = [mean((i, j) => y[i] === y[j]), mean((i, j) => y[i] !== y[j])];
  const classes = [...new Set(y)].sort();
  return {
    intra: intra.mean,
    inter: inter.mean,
    relative: intra.mean / inter.mean,
    pairs: { intra: intra.pairs, inter: inter.pairs },
    byClass: classes.map((a) => classes.map((b) => mean((i, j) => y[i] === a && y[j] === b).mean)),
  };
}

function expectClose(ours: Omit<LatentDivergence, 'pairs'>, theirs: Omit<LatentDivergence, 'pairs'>): void {
  for (const name of ['intra', 'inter', 'relative'] as const) expect(ours[name], name).toBeCloseTo(theirs[name], 10);
  expect(ours.byClass.length).toBe(theirs.byClass.length);
  ours.byClass.forEach((row, a) => {
    row.forEach((value, b) => {
      expect(value, `${a}, ${b}`).toBeCloseTo(theirs.byClass[a]![b]!, 10);
    });
  });
}

test.each(distances)('%s: the definition, pair by pair, in blocks of any size', (distance) => {
  const { benign, other } = latents(labels);
  for (const [x, name] of [
    [other, 'adversarial'],
    [benign, 'benign'],
  ] as const) {
    const wanted = loop(benign.tolist() as number[][], x.tolist() as number[][], labels, distance);
    for (const chunk of [1, 4, 14, 1024]) {
      const ours = latentDivergence(benign, x, labels, { distance, chunk });
      expectClose(ours, wanted);
      expect(ours.pairs, name).toEqual(wanted.pairs);
    }
  }
});

test('roles are not exchanged: rows of byClass are classes of the other latents', () => {
  const { benign, other } = latents(labels, 3);
  const forth = latentDivergence(benign, other, labels).byClass;
  const back = latentDivergence(other, benign, labels).byClass;
  expect(forth[0]![1]).toBeCloseTo(back[1]![0]!, 12);
  expect(forth[0]![1]).not.toBeCloseTo(forth[1]![0]!, 3);
});

test('cosine is the distance if left out, and float32 latents are summed in float64', () => {
  const { benign, other } = latents(labels);
  const [x, y] = [benign.float(), other.float()];
  const wanted = latentDivergence(x.double(), y.double(), labels, { distance: 'cosine' });
  expect(latentDivergence(x, y, labels)).toEqual(wanted);
});

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
);

test.skipIf(!python)('numpy gives the same measures', () => {
  const { benign, other } = latents(labels);
  const peer = fileURLToPath(new URL('latent_divergence_peer.py', import.meta.url));
  const request = JSON.stringify({ benign: benign.tolist(), other: other.tolist(), labels });
  const theirs = JSON.parse(execFileSync(python!, [peer], { input: request, encoding: 'utf8' }));
  for (const distance of distances)
    expectClose(latentDivergence(benign, other, labels, { distance }), theirs[distance]);
});

test('classes on orthogonal axes: 0 within, 1 between; adversarial latents that changed sides reverse it', () => {
  const benign = double([
    [1, 0],
    [3, 0],
    [0, 2],
    [0, 5],
  ]);
  const y = [0, 0, 1, 1];
  const calm = latentDivergence(benign, benign, y);
  expect([calm.intra, calm.inter, calm.relative]).toEqual([0, 1, 0]);
  expect(calm.pairs).toEqual({ intra: 4, inter: 8 });
  const fooled = latentDivergence(benign, benign.flip([1]), y);
  expect([fooled.intra, fooled.inter, fooled.relative]).toEqual([1, 0, Number.NaN]);
  expect(fooled.byClass).toEqual([
    [1, 0],
    [0, 1],
  ]);
  // By length: (2 + 2 + 3 + 3) / 4 within.
  expect(latentDivergence(benign, benign, y, { distance: 'l2' }).intra).toBeCloseTo(2.5, 12);
});

test('a class of one image has no pairs of its own; one class alone has no others', () => {
  const { benign, other } = latents([0, 1, 0, 3]);
  const result = latentDivergence(benign, other, [0, 1, 0, 3]);
  expect(result.pairs).toEqual({ intra: 2, inter: 10 });
  expect(result.byClass[1]![1]).toBeNaN();
  expect(result.byClass[0]![1]).toBeGreaterThan(0);
  expect(result.byClass[2]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  for (const distance of distances) {
    const single = latentDivergence(benign, other, [0, 0, 0, 0], { distance });
    expect(single.intra).toBeGreaterThan(0);
    expect([single.inter, single.relative, single.pairs.inter]).toEqual([Number.NaN, Number.NaN, 0]);
    const alone = latentDivergence(benign, other, [0, 1, 2, 3], { distance });
    expect([alone.intra, alone.relative, alone.pairs.intra]).toEqual([Number.NaN, Number.NaN, 0]);
    expect(alone.inter).toBeGreaterThan(0);
  }
  expect(latentDivergence(benign, other, [0, 0, 0, 0], { classes: 3 }).byClass).toHaveLength(3);
});

test('a collapse, latents of zero and latents that are not finite give numbers or NaN', () => {
  const y = [0, 0, 1, 1];
  for (const distance of distances) {
    const point = latentDivergence(torch.ones([4, 3]), torch.ones([4, 3]), y, { distance });
    expect([point.intra, point.inter, point.relative]).toEqual([
      expect.closeTo(0, 12),
      expect.closeTo(0, 12),
      Number.NaN,
    ]);
    const diverged = torch.ones([4, 3]);
    diverged.narrow(0, 1, 1).fill_(Number.NaN);
    const { intra, inter, relative, byClass } = latentDivergence(diverged, torch.ones([4, 3]), y, { distance });
    expect([intra, inter, relative, ...byClass.flat()].every(Number.isNaN)).toBe(true);
  }
  expect(latentDivergence(torch.zeros([4, 3]), torch.ones([4, 3]), y).intra).toBe(1);
});

test('distances are never all in memory, and nothing is left there', () => {
  const [count, y] = [2000, Array.from({ length: 2000 }, (_, i) => i % 10)];
  const [benign, other] = [gaussian(4, count, 8), gaussian(5, count, 8)];
  other.requiresGrad_(true);
  torch.resetPeakMemory();
  const before = torch.memory();
  latentDivergence(benign, other, y, { distance: 'l2', chunk: 50 });
  latentDivergence(benign, other, y);
  const after = torch.memory();
  expect(after.handles).toBe(before.handles);
  expect(after.peakBytes - before.bytes).toBeLessThan((count * count * 8) / 4);
});

test('what does not fit is refused in a sentence', () => {
  const z = torch.ones([4, 3]);
  const y = [0, 0, 1, 1];
  expect(() => latentDivergence(z, torch.ones([3, 3]), y)).toThrow(
    'latentDivergence: benign is [4, 3] and other [3, 3]; give latents of the same images',
  );
  expect(() => latentDivergence(torch.ones([4]), z, y)).toThrow(/must be a matrix \[N, D\]/);
  expect(() => latentDivergence(z, z, [0, 0, 1])).toThrow(/3 labels for 4 embeddings/);
  expect(() => latentDivergence(z, z, [0, 0, 1, -1])).toThrow(/labels\[3\] is -1/);
  expect(() => latentDivergence(z, z, y, { classes: 1 })).toThrow(/labels\[2\] is 1/);
  expect(() => latentDivergence(z, z, y, { classes: 0 })).toThrow(/classes must be a whole number of at least 1/);
  expect(() => latentDivergence(z, z, y, { chunk: 0.5 })).toThrow(/chunk must be/);
  expect(() => latentDivergence(z, z, y, { distance: 'l1' as 'l2' })).toThrow(/take 'cosine' or 'l2'/);
});
