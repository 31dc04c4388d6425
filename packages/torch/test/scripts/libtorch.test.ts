import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libtorchCompileFlags, libtorchLinkFlags } from '../../scripts/compile.mjs';
import { compareVersions, findLibtorch } from '../../scripts/libtorch.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twoview-libtorch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text = '') {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const NEW_ABI = '_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_string';
const OLD_ABI = '_ZN3c105ErrorC1ENS_14SourceLocationESs';

function putLibraries(lib: string, { symbol = NEW_ABI, cuda = false } = {}) {
  put(`${lib}/libtorch.so`);
  put(`${lib}/libtorch_cpu.so`);
  put(`${lib}/libc10.so`, symbol);
  if (cuda) put(`${lib}/libtorch_cuda.so`);
}

function putHeaders(include: string, version: string, file = 'torch/csrc/api/include/torch/version.h') {
  const [major, minor, patch] = version.split('.');
  put(`${include}/ATen/ATen.h`);
  put(
    `${include}/${file}`,
    `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`,
  );
}

const find = (path: string) => findLibtorch({ env: { TWOVIEW_LIBTORCH: join(folder, path) } });

describe('TWOVIEW_LIBTORCH', () => {
  it('names an unpacked libtorch', async () => {
    putLibraries('libtorch/lib', { symbol: OLD_ABI });
    putHeaders('libtorch/include', '2.4.1');
    put('libtorch/build-version', '2.4.1+cpu\n');
    const root = join(folder, 'libtorch');
    expect(await find('libtorch')).toMatchObject({
      origin: 'variable',
      version: '2.4.1',
      versionText: '2.4.1+cpu',
      root,
      includeDirs: [join(root, 'include'), join(root, 'include/torch/csrc/api/include')],
      libDirs: [join(root, 'lib')],
      libraries: ['torch', 'torch_cpu', 'c10'],
      rpath: [join(root, 'lib')],
      cuda: false,
      cxx11Abi: 0,
      cxxStandard: 17,
    });
    expect(await find('.')).toMatchObject({ root });
  });

  it.each(['x86_64-linux-gnu', 'aarch64-linux-gnu'])('names an unpacked Debian tree of %s', async (triplet) => {
    putLibraries(`usr/lib/${triplet}`);
    put(`usr/lib/${triplet}/openblas-openmp/libblas.so.3`);
    put(`usr/lib/${triplet}/blas/libblas.so.3`);
    putHeaders('usr/include', '1.13.0');
    const lib = join(folder, 'usr/lib', triplet);
    expect(await find('.')).toMatchObject({
      version: '1.13.0',
      cxx11Abi: 1,
      libDirs: [lib],
      rpath: [lib, join(lib, 'openblas-openmp'), join(lib, 'blas')],
    });
  });

  it('names a root file system whose lib is a link to usr/lib', async () => {
    putLibraries('usr/lib/x86_64-linux-gnu');
    putHeaders('usr/include', '2.6.0');
    symlinkSync('usr/lib', join(folder, 'lib'));
    expect(await find('.')).toMatchObject({ version: '2.6.0', libDirs: [join(folder, 'usr/lib/x86_64-linux-gnu')] });
  });

  it('takes the C++ standard that the version needs, wherever its header is', async () => {
    putLibraries('lib');
    putHeaders('include', '2.12.0', 'torch/headeronly/version.h');
    const libtorch = await find('.');
    expect(libtorch.cxxStandard).toBe(20);
    expect(libtorchCompileFlags(libtorch)).toContain('-std=c++20');
  });

  it.each([
    ['is missing', 'nothing', /TWOVIEW_LIBTORCH=.* holds no libtorch/],
    ['is too old', 'old', /libtorch 1\.12\.1 .* too old, 1\.13 or newer is needed: .*pip install torch/],
    ['has no headers', 'bare', /no C\+\+ headers/],
  ])('is refused in one sentence when it %s', async (_, path, message) => {
    putLibraries('old/lib');
    putHeaders('old/include', '1.12.1');
    putLibraries('bare/lib');
    await expect(find(path)).rejects.toThrow(message);
  });
});

describe('CUDA', () => {
  it('is linked, and its allocator asked, where library and headers are there', async () => {
    putLibraries('site/torch/lib', { cuda: true });
    putHeaders('site/torch/include', '2.6.0');
    put('site/nvidia/cuda_runtime/include/cuda_runtime_api.h');
    const libtorch = await find('site/torch');
    expect(libtorch).toMatchObject({ cuda: true, cudaIncludeDirs: [join(folder, 'site/nvidia/cuda_runtime/include')] });
    expect(libtorchCompileFlags(libtorch)).toEqual(
      expect.arrayContaining(['-DTWOVIEW_CUDA', '-DTWOVIEW_CUDA_ALLOCATOR']),
    );
    expect(libtorchLinkFlags(libtorch)).toEqual(
      expect.arrayContaining(['-Wl,--no-as-needed', '-ltorch_cuda', '-lc10_cuda']),
    );
  });

  it('is linked without its headers too', async () => {
    putLibraries('torch/lib', { cuda: true });
    putHeaders('torch/include', '2.6.0');
    const flags = libtorchCompileFlags({ ...(await find('torch')), cudaIncludeDirs: [] });
    expect(flags).toContain('-DTWOVIEW_CUDA');
    expect(flags).not.toContain('-DTWOVIEW_CUDA_ALLOCATOR');
  });
});

describe('without the variable', () => {
  it("the newest wins, here the torch that PATH's python3 would import", async () => {
    putLibraries('site/torch/lib');
    putHeaders('site/torch/include', '99.0.0');
    put('site/torch/version.py', "__version__ = '99.0.0+cpu'\n");
    chmodSync(put('bin/python3', `#!/bin/sh\necho '${join(folder, 'site/torch')}'\n`), 0o755);
    const libtorch = await findLibtorch({ env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` } });
    expect(libtorch).toMatchObject({ origin: 'pip', versionText: '99.0.0+cpu', root: join(folder, 'site/torch') });
  });
});

it('compares versions by their numbers', () => {
  expect(compareVersions('1.13.0', '1.13')).toBe(0);
  expect(compareVersions('2.2', '2.12')).toBeLessThan(0);
  expect(compareVersions('2.6.0', '1.13.1')).toBeGreaterThan(0);
});
