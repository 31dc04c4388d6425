#!/usr/bin/env node
// Builds the toolkit's own operators (native/*.cc) into one shared library against the libtorch that @twoview/torch uses,
// in .cache/<key>/kernels.so, and records it in .cache/current.json. Does nothing when that build exists. The key hashes
// sources, flags, libtorch, compiler and processor, because the code is compiled for the machine it is built on.
//
// `node build-kernels.mjs` prints what it did; buildKernels() is what set-up calls.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));
const nativeDir = join(packageDir, 'native');
const cacheDir = join(packageDir, '.cache');

/** The build scripts of @twoview/torch: beside this package in the workspace, in its scope when installed. */
async function torchScripts() {
  const places = ['../../torch/scripts/', '../node_modules/@twoview/torch/scripts/', '../../@twoview/torch/scripts/'];
  const found = places
    .map((place) => new URL(place, import.meta.url))
    .find((url) => existsSync(new URL('compile.mjs', url)));
  if (!found) throw new Error('@twoview/torch is not installed beside this package: run `npm install` first.');
  const modules = ['compile.mjs', 'libtorch.mjs', 'lock.mjs'].map((name) => import(new URL(name, found).href));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** What decides which instructions `-march=native` stands for. */
function processor() {
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return [arch(), cpus()[0]?.model ?? '', /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1] ?? ''].join(' ');
}

/** libtorch's flags, then the kernels' own. Not fast-math: a result must not depend on how a loop was split. */
function kernelFlags(libtorchFlags, compiler) {
  // clang's OpenMP is another library than the one libtorch runs on; without it samples are augmented one after another.
  const openMp = /clang/i.test(compiler.version) ? [] : ['-fopenmp'];
  return [...libtorchFlags, '-O3', '-march=native', '-fno-math-errno', '-fno-trapping-math', '-DNDEBUG', ...openMp];
}

/**
 * Builds the library unless this very build exists, and makes it the current one.
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 * @returns {Promise<{ built: boolean, current: { library: string, libtorch: string } }>}
 * @throws when there is no compiler or libtorch, or the sources do not compile against it; the message says what to do
 */
export async function buildKernels({ env = process.env, log = () => {} } = {}) {
  const torch = await torchScripts();
  const [libtorch, compiler] = await Promise.all([torch.findLibtorch({ env }), torch.findCompiler({ env })]);
  const files = (ending) =>
    readdirSync(nativeDir)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(nativeDir, name));
  const sources = files('.cc');
  const headers = files('.h');
  const compileFlags = kernelFlags(torch.libtorchCompileFlags(libtorch), compiler);
  const linkFlags = torch.libtorchLinkFlags(libtorch);
  if (compileFlags.includes('-fopenmp')) linkFlags.push('-fopenmp');

  const texts = [...sources, ...headers].map((file) => readFileSync(file));
  const key = torch
    .hashOf([libtorch.key, compiler.version, processor(), ...compileFlags, ...linkFlags, ...texts])
    .slice(0, 12);
  const folder = join(cacheDir, `kernels-${libtorch.version}-${key}`);
  const library = join(folder, 'kernels.so');
  let built = false;
  if (!existsSync(library)) {
    await torch.withLock(join(cacheDir, 'build.lock'), async () => {
      if (existsSync(library)) return;
      log(`Building the image kernels against ${torch.describeLibtorch(libtorch)} with ${compiler.version}...`);
      const part = join(cacheDir, `part-${process.pid}`);
      mkdirSync(part, { recursive: true });
      try {
        await torch.buildSharedLibrary({
          compiler,
          sources,
          headers,
          compileFlags,
          linkFlags,
          output: join(part, 'kernels.so'),
          objectDir: join(part, 'objects'),
          logFile: join(cacheDir, 'build.log'),
        });
        mkdirSync(folder, { recursive: true });
        renameSync(join(part, 'kernels.so'), library);
        built = true;
      } finally {
        rmSync(part, { recursive: true, force: true });
      }
    });
  }
  const current = { library, libtorch: libtorch.version };
  torch.writeFileAtomically(join(cacheDir, 'current.json'), `${JSON.stringify(current, null, 2)}\n`);
  return { built, current };
}

if (process.argv[1] && fileURLToPath(import.meta.url) === createRequire(import.meta.url).resolve(process.argv[1])) {
  try {
    const { built, current } = await buildKernels({ log: console.log });
    console.log(`${built ? 'Built' : 'The image kernels are built:'} ${current.library}`);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
