import { describe, expect, it } from 'vitest';
import { blasEnvironment, blasLibrary, openBlasCore, parseProcessor } from '../../src/engine/blas.js';

const cpuinfo = (vendor: string, flags: string) =>
  `processor\t: 0\nvendor_id\t: ${vendor}\nmodel name\t: something\nflags\t\t: fpu sse2 ${flags}\nbogomips\t: 1\n`;
const AVX2 = 'avx avx2 fma';
const AVX512 = `${AVX2} avx512f avx512dq avx512cd avx512bw avx512vl`;

describe("the choice of OpenBLAS's kernels", () => {
  it.each([
    ['a Xeon with AVX-512, whatever its model', 'GenuineIntel', AVX512, 'SKYLAKEX'],
    ['an EPYC with AVX-512', 'AuthenticAMD', AVX512, 'SKYLAKEX'],
    ['an Intel processor with AVX2', 'GenuineIntel', AVX2, 'HASWELL'],
    ['an AMD processor with AVX2', 'AuthenticAMD', AVX2, 'ZEN'],
    ['half of AVX-512', 'GenuineIntel', `${AVX2} avx512f avx512cd`, 'HASWELL'],
    ['AVX2 without fused multiply-add', 'GenuineIntel', 'avx avx2', null],
    ['an old processor', 'GenuineIntel', 'avx', null],
  ])('%s', (_, vendor, flags, core) => {
    const processor = parseProcessor(cpuinfo(vendor, flags));
    expect(processor && openBlasCore(processor)).toBe(core);
    expect(blasEnvironment(processor)).toEqual(core ? { OPENBLAS_CORETYPE: core } : {});
  });

  it('is left to the library on other architectures', () => {
    const arm = parseProcessor('processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\n');
    expect(arm).toBeNull();
    expect(blasEnvironment(arm)).toEqual({});
  });
});

describe('the library behind BLAS', () => {
  it('is named by a path without links, and is OpenBLAS only if both are', () => {
    const { blas, lapack, isOpenBlas } = blasLibrary();
    expect(isOpenBlas).toBe([blas, lapack].every((path) => path?.includes('openblas') ?? false));
    if (blas) expect(blas).not.toContain('alternatives');
  });
});
