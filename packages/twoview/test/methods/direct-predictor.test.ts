// DirectPred's and DirectCopy's matrix beside closed forms and NumPy, and the running correlation.
import { execFileSync, spawnSync } from 'node:child_process';
import * as torch from '@twoview/torch';
import { type DirectConfig, DirectPredictor, directMatrix, predictorSchema } from 'twoview/methods';
import { describe, expect, test } from 'vitest';
import { difference, generator } from './setup.js';

const direct = (config: object): DirectConfig => predictorSchema.parse(config) as DirectConfig;
const directPred = (config: object = {}): DirectConfig => direct({ name: 'directPred', ...config });
const directCopy = (config: object = {}): DirectConfig => direct({ name: 'directCopy', ...config });

/** The matrix of a diagonal F, which is diagonal too. */
function diagonal(values: number[], config: DirectConfig): number[] {
  const matrix = directMatrix(torch.diag(torch.tensor(values, { dtype: 'float64' })), config);
  const own = torch.diag(matrix);
  expect(difference(matrix, torch.diag(own))).toBeLessThan(1e-15);
  return own.tolist() as number[];
}

function expectAll(actual: number[], expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(value, `eigenvalue ${i}`).toBeCloseTo(expected[i]!, 12);
  });
}

/** A correlation matrix with some eigenvalues of zero. */
function correlation(seed: number, size = 7, rank = 5): torch.Tensor {
  const factor = torch.randn([size, rank], { generator: generator(seed), dtype: 'float64' });
  return factor.matmul(factor.transpose(0, 1)).div(rank);
}

describe('the matrix of a diagonal F', () => {
  test('code: p = sqrt(s / max s) + epsilon, with epsilon outside the root', () => {
    expectAll(diagonal([4, 1, 0.25, 0], directPred({ epsilon: 0.1 })), [1.1, 0.6, 0.35, 0.1]);
    // Scale-free: a hundred times the F gives the same matrix.
    expectAll(diagonal([400, 100, 25, 0], directPred({ epsilon: 0.1 })), [1.1, 0.6, 0.35, 0.1]);
  });

  test('code: p is at least 1e-4, and rounding below zero counts as zero', () => {
    expectAll(diagonal([1, 0, -1e-9], directPred({ epsilon: 0 })), [1, 1e-4, 1e-4]);
  });

  test('code: the shift is taken off s / max s inside the root, and what is left is at least 1e-4', () => {
    expectAll(diagonal([4, 1, 0.1], directPred({ epsilon: 0, shift: 0.05 })), [0.95 ** 0.5, 0.2 ** 0.5, 1e-2]);
    expectAll(diagonal([4, 1, 0], directPred({ epsilon: 0, shift: -0.05 })), [1.05 ** 0.5, 0.3 ** 0.5, 0.05 ** 0.5]);
  });

  test('paper: p = sqrt(s) + epsilon max s, as equation 18 is printed', () => {
    expectAll(diagonal([4, 1, 0], directPred({ epsilon: 0.1, formula: 'paper' })), [2.4, 1.4, 0.4]);
    expectAll(diagonal([4, 1, 0], directPred({ epsilon: 0, formula: 'paper', shift: 0.5 })), [
      3.5 ** 0.5,
      0.5 ** 0.5,
      0,
    ]);
  });

  test('DirectCopy: F over its largest eigenvalue plus epsilon, or F plus epsilon as printed', () => {
    expectAll(diagonal([4, 1, 0], directCopy({ epsilon: 0.3 })), [1.3, 0.55, 0.3]);
    expectAll(diagonal([4, 1, 0], directCopy({ epsilon: 0.3, formula: 'paper' })), [4.3, 1.3, 0.3]);
  });

  test('a collapsed F gives finite matrices', () => {
    expectAll(diagonal([0, 0], directPred({ epsilon: 0.1 })), [0.1, 0.1]);
    expectAll(diagonal([0, 0], directCopy({ epsilon: 0.3 })), [0.3, 0.3]);
  });
});

test('the matrix of any F is symmetric and has its eigenvectors', () => {
  const f = correlation(3);
  for (const config of [directPred(), directPred({ formula: 'paper' }), directCopy()]) {
    const matrix = directMatrix(f, config);
    expect(difference(matrix, matrix.transpose(0, 1))).toBeLessThan(1e-14);
    expect(difference(matrix.matmul(f), f.matmul(matrix))).toBeLessThan(1e-12);
  }
  // With epsilon 0 the printed form is the square root of F.
  const root = directMatrix(f, directPred({ epsilon: 0, formula: 'paper' }));
  expect(difference(root.matmul(root), f)).toBeLessThan(1e-12);
});

test('a float32 F is decomposed in float64 and answered in float32', () => {
  const f = correlation(4).float();
  const matrix = directMatrix(f, directPred());
  expect(matrix.dtype).toBe('float32');
  expect(difference(matrix, directMatrix(f.double(), directPred()).float())).toBe(0);
});

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
);

test.skipIf(!python)('NumPy, by the general eigensolver of the authors, finds the same matrices', () => {
  const f = correlation(5, 9, 9);
  const program = `
import json, sys, numpy as np
f = np.array(json.load(sys.stdin))
s, u = np.linalg.eig(f)
s, u = s.real, u.real
share = np.clip(s, 0, None) / s.max()
def build(p): return (u @ np.diag(p) @ np.linalg.inv(u)).tolist()
json.dump({
  'code': build(np.maximum(np.sqrt(share) + 0.1, 1e-4)),
  'shift': build(np.maximum(np.sqrt(np.maximum(share - 0.1, 1e-4)), 1e-4)),
  'paper': build(np.sqrt(s) + 0.1 * s.max()),
  'copy': (f / s.max() + 0.3 * np.eye(len(f))).tolist(),
}, sys.stdout)`;
  const output = execFileSync(python!, ['-c', program], {
    input: JSON.stringify(f.tolist()),
    encoding: 'utf8',
    cwd: '/',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  const theirs = JSON.parse(output) as Record<string, number[][]>;
  const ours: Record<string, DirectConfig> = {
    code: directPred({ epsilon: 0.1 }),
    shift: directPred({ epsilon: 0, shift: 0.1 }),
    paper: directPred({ epsilon: 0.1, formula: 'paper' }),
    copy: directCopy({ epsilon: 0.3 }),
  };
  for (const [name, config] of Object.entries(ours)) {
    const expected = torch.tensor(theirs[name]!, { dtype: 'float64' });
    expect(difference(directMatrix(f, config), expected), name).toBeLessThan(1e-10);
  }
});

describe('the running correlation', () => {
  const batches = [1, 2, 3].map((seed) => torch.randn([8, 3], { generator: generator(seed) }).add(2));
  const means = batches.map((z) => z.transpose(0, 1).matmul(z).div(8));
  const observed = (config: DirectConfig): torch.Tensor => {
    const predictor = new DirectPredictor(config, 3, generator());
    for (const z of batches) predictor.observe(z);
    return predictor.stateDict().get('correlation')!;
  };

  test('the first batch sets it, uncentred', () => {
    const predictor = new DirectPredictor(directPred({ rho: 0.9 }), 3, generator());
    predictor.observe(batches[0]!);
    expect(difference(predictor.stateDict().get('correlation')!, means[0]!)).toBeLessThan(1e-6);
  });

  test('later ones enter with the weight 1 - rho', () => {
    const expected = means[0]!
      .mul(0.09)
      .add(means[1]!.mul(0.3 * 0.7))
      .add(means[2]!.mul(0.7));
    expect(difference(observed(directPred({ rho: 0.3 })), expected)).toBeLessThan(1e-5);
  });

  test('with rho null all batches count the same', () => {
    const expected = means[0]!.add(means[1]!).add(means[2]!).div(3);
    expect(difference(observed(directPred({ rho: null })), expected)).toBeLessThan(1e-5);
  });

  test('no gradient flows into it', () => {
    const predictor = new DirectPredictor(directPred(), 3, generator());
    predictor.observe(torch.randn([4, 3], { generator: generator(), requiresGrad: true }));
    expect(predictor.stateDict().get('correlation')!.requiresGrad).toBe(false);
  });
});

test('the matrix is set after the steps whose number, from 0, is a multiple of every', () => {
  const predictor = new DirectPredictor(directPred({ every: 3 }), 4, generator());
  const start = predictor.weight.clone();
  predictor.observe(torch.randn([8, 4], { generator: generator(2) }));
  predictor.afterStep(1);
  predictor.afterStep(2);
  expect(difference(predictor.weight, start)).toBe(0);
  predictor.afterStep(3);
  const set = predictor.weight.clone();
  expect(difference(set, directMatrix(predictor.stateDict().get('correlation')!, directPred()))).toBe(0);
  expect(difference(set, start)).toBeGreaterThan(1e-3);
  predictor.afterStep(4);
  expect(difference(predictor.weight, set)).toBe(0);
});
