import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as torch from '@twoview/torch';
import { loadNativeKernels, PARAM_COUNT } from 'twoview/augment';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AugmentKernelArguments, loadKernels } from '../../src/augment/native.js';

describe('a library that cannot be used', () => {
  let folder: string;
  const record = (content: string) => {
    const file = join(folder, 'current.json');
    writeFileSync(file, content);
    return pathToFileURL(file);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'twoview-kernels-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const reasonOf = (url: URL) => {
    const result = loadKernels(url);
    return result.available ? 'available' : result.reason;
  };

  test('leaves a sentence that says why and what to run, and throws nothing', () => {
    expect(reasonOf(pathToFileURL(join(folder, 'missing.json')))).toMatch(/not been built; run `node scripts/);
    expect(reasonOf(record('{'))).toMatch(/not been built/);
    expect(reasonOf(record('{"library":"/nowhere/kernels.so","libtorch":"1.0.0"}'))).toMatch(/are gone/);
    const bogus = join(folder, 'kernels.so');
    writeFileSync(bogus, 'not a library');
    expect(reasonOf(record(JSON.stringify({ library: bogus, libtorch: '0.1.0' })))).toMatch(
      /built for libtorch 0\.1\.0/,
    );
    const current = JSON.stringify({ library: bogus, libtorch: torch.version });
    expect(reasonOf(record(current))).toMatch(/could not be loaded/);
  });
});

const kernels = loadNativeKernels();

describe.skipIf(!kernels.available)('the operator twoview::augment', () => {
  const valid = (): AugmentKernelArguments => ({
    images: torch.zeros([2, 3, 8, 8], { dtype: 'uint8' }),
    params: torch.tensor([
      [0, 0, 8, 8, 0, -1, 1, 1, 1, 0, 0, 1, 0],
      [0, 0, 8, 8, 0, -1, 1, 1, 1, 0, 0, 0, 0],
    ]),
    size: 8,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    blurKernel: 3,
    solarizeThreshold: 0.5,
    channelsLast: false,
  });
  const call = (change: Partial<AugmentKernelArguments>) => {
    if (!kernels.available) throw new Error(kernels.reason);
    return kernels.augment({ ...valid(), ...change });
  };

  test('takes valid arguments', () => {
    expect(call({}).shape).toEqual([2, 3, 8, 8]);
  });

  const byte = { dtype: 'uint8' } as const;
  const hostile: [string, () => Partial<AugmentKernelArguments>, RegExp][] = [
    ['float images', () => ({ images: torch.zeros([2, 3, 8, 8]) }), /images must be uint8/],
    ['images of three dimensions', () => ({ images: torch.zeros([3, 8, 8], byte) }), /images must be uint8/],
    ['grey images', () => ({ images: torch.zeros([2, 1, 8, 8], byte) }), /images must be uint8/],
    ['images without rows', () => ({ images: torch.zeros([2, 3, 0, 8], byte) }), /image sides/],
    ['too few rows of parameters', () => ({ params: torch.zeros([1, PARAM_COUNT]) }), /params must be float32/],
    ['too few parameters', () => ({ params: torch.zeros([2, PARAM_COUNT - 1]) }), /params must be float32/],
    [
      'double parameters',
      () => ({ params: torch.zeros([2, PARAM_COUNT], { dtype: 'float64' }) }),
      /params must be float32/,
    ],
    ['no size', () => ({ size: 0 }), /size must be between/],
    ['a negative size', () => ({ size: -8 }), /size must be between/],
    ['a huge size', () => ({ size: 2 ** 40 }), /size must be between/],
    ['a short mean', () => ({ mean: [0] }), /three numbers/],
    ['a zero std', () => ({ std: [1, 0, 1] }), /std positive/],
    ['a mean that is not finite', () => ({ mean: [0, Number.NaN, 0] }), /mean must be finite/],
    ['an even blur kernel', () => ({ blurKernel: 4 }), /odd/],
    ['a blur kernel wider than reflection allows', () => ({ blurKernel: 17 }), /needs an output wider/],
    ['a huge blur kernel', () => ({ blurKernel: 2 ** 40 + 1 }), /odd number/],
    ['a threshold that is not finite', () => ({ solarizeThreshold: Number.NaN }), /threshold must be finite/],
  ];
  test.each(hostile)('refuses %s', (_, change, message) => {
    expect(() => call(change())).toThrow(message);
  });

  test('fails with an error, not a crash, when the result does not fit into memory', () => {
    const count = 4000;
    const row = [0, 0, 1, 1, 0, -1, 1, 1, 1, 0, 0, 0, 0];
    const params = torch.tensor(Array.from({ length: count }, () => row));
    expect(() => call({ images: torch.zeros([count, 3, 1, 1], byte), params, size: 8192 })).toThrow();
  });
});
