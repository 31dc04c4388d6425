// NPY files, read back by NumPy.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npyHeader, writeNpy } from 'twoview/interchange';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-npy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
);

test.skipIf(!python)('NumPy reads every type and shape that is written', () => {
  const arrays = [
    { array: Float32Array.of(1.5, -2, 1e-30, 3, 4, 5), shape: [2, 3] },
    { array: Float64Array.of(Math.PI, -0), shape: [2] },
    { array: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 7), shape: [2, 2, 1] },
    { array: Uint8Array.of(0, 255), shape: [1, 2] },
    { array: new Float32Array(0), shape: [0, 512] },
    // A part of a larger buffer.
    { array: Float32Array.from({ length: 10 }, (_, i) => i).subarray(3, 7), shape: [4] },
  ];
  const files = arrays.map(({ array, shape }, i) => {
    const file = path.join(folder, `${i}.npy`);
    writeNpy(file, array, shape);
    return file;
  });
  const script =
    'import json, sys, numpy as np\n' +
    'arrays = [np.load(f) for f in json.load(sys.stdin)]\n' +
    'json.dump([[a.dtype.name, a.shape, a.flatten().tolist()] for a in arrays], sys.stdout)';
  const output = execFileSync(python!, ['-c', script], { input: JSON.stringify(files), encoding: 'utf8', cwd: '/' });
  const read = JSON.parse(output) as [string, number[], number[]][];
  expect(read.map(([name, shape]) => [name, shape])).toEqual([
    ['float32', [2, 3]],
    ['float64', [2]],
    ['int32', [2, 2, 1]],
    ['uint8', [1, 2]],
    ['float32', [0, 512]],
    ['float32', [4]],
  ]);
  read.forEach(([, , values], i) => {
    expect(values).toEqual(Array.from(arrays[i]!.array));
  });
});

test('data start at a multiple of 64 bytes, whatever the shape', () => {
  for (const shape of [[1], [12345, 6], [1, 2, 3, 4, 5], Array.from({ length: 20 }, () => 1)]) {
    const header = npyHeader('float32', shape);
    expect(header.length % 64).toBe(0);
    expect(Buffer.from(header).readUInt16LE(8)).toBe(header.length - 10);
    expect(header.at(-1)).toBe(0x0a);
  }
});

test('a shape that does not fit is refused before anything is written', () => {
  const file = path.join(folder, 'wrong.npy');
  expect(() => writeNpy(file, new Float32Array(5), [2, 3])).toThrow(/shape \[2, 3\] has 6 elements, the array 5/);
  expect(readdirSync(folder)).not.toContain('wrong.npy');
});

test('a file that is there is replaced, and nothing is left beside it', () => {
  const file = path.join(folder, 'again.npy');
  writeNpy(file, new Float32Array(1000), [1000]);
  writeNpy(file, Uint8Array.of(9), [1]);
  expect(readFileSync(file).at(-1)).toBe(9);
  expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([]);
});
