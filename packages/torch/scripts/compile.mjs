// Runs the C++ compiler: finds it, compiles sources side by side into objects that are kept, links a shared library.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { basename, join } from 'node:path';
import { SetupError } from './libtorch.mjs';

/** A compiler over libtorch's headers takes about this much memory. */
const BYTES_PER_COMPILER = 1.3e9;

/** From this many sources on, reading libtorch's headers once beforehand saves time. */
const PRECOMPILE_FROM = 300;

/**
 * The C++ compiler: `CXX` if set, else g++, else clang++.
 * @returns {Promise<{ command: string, version: string }>}
 * @throws {SetupError} when there is none
 */
export async function findCompiler({ env = process.env } = {}) {
  for (const command of env.CXX ? [env.CXX] : ['g++', 'clang++']) {
    const result = await run(command, ['--version'], { env }).catch(() => undefined);
    if (result?.code === 0) return { command, version: result.output.split('\n')[0].trim() };
  }
  if (env.CXX) throw new SetupError(`CXX=${env.CXX} is not a C++ compiler that runs: unset it or name one.`);
  throw new SetupError('no C++ compiler was found: install g++ (Debian and Ubuntu: `apt-get install g++`).', {
    missingPackage: 'g++',
  });
}

/** What every source that includes libtorch's headers is compiled with. */
export function libtorchCompileFlags(libtorch) {
  const cudaHeaders = libtorch.cudaIncludeDirs.length > 0;
  return [
    '-O2',
    '-fPIC',
    '-fvisibility=hidden',
    `-std=c++${libtorch.cxxStandard}`,
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    // GCC 12 sees an overflow in libtorch's reference counting, once inlined, that is not there.
    '-Wno-stringop-overflow',
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi}`,
    ...(libtorch.cuda ? ['-DTWOVIEW_CUDA'] : []),
    // The allocator's statistics are declared in a header that needs CUDA's own, which a driver does not bring.
    ...(cudaHeaders ? ['-DTWOVIEW_CUDA_ALLOCATOR'] : []),
    ...[...libtorch.includeDirs, ...libtorch.cudaIncludeDirs].flatMap((folder) => ['-isystem', folder]),
  ];
}

/** What a library that calls libtorch is linked with. */
export function libtorchLinkFlags(libtorch) {
  return [
    ...libtorch.libDirs.map((folder) => `-L${folder}`),
    // libtorch_cuda registers its operators when loaded, though nothing here names a symbol of it.
    '-Wl,--no-as-needed',
    ...libtorch.libraries.map((name) => `-l${name}`),
    // The old kind of run path also serves the libraries that libtorch itself needs.
    ...(libtorch.rpath.length > 0 ? ['-Wl,--disable-new-dtags'] : []),
    ...libtorch.rpath.map((folder) => `-Wl,-rpath,${folder}`),
  ];
}

/**
 * Compiles `sources` and links them into `output`. Objects whose source, headers and flags have not changed are taken
 * from `objectDir`.
 * @param {object} options
 * @param {{ command: string, version: string }} options.compiler
 * @param {string[]} options.sources
 * @param {string[]} options.headers files of ours that the sources may include; any change recompiles all
 * @param {string[]} options.compileFlags
 * @param {string[]} options.linkFlags
 * @param {string} options.output
 * @param {string} options.objectDir
 * @param {string} options.logFile everything the compiler says
 * @param {string[]} [options.precompile] headers worth reading once for all sources, such as `ATen/ATen.h`
 * @param {(done: number, total: number) => void} [options.onProgress]
 * @returns {Promise<{ warnings: number }>}
 * @throws {SetupError} with the compiler's first error and the log's path
 */
export async function buildSharedLibrary(options) {
  const { compiler, sources, headers, compileFlags, linkFlags, output, objectDir, logFile, precompile = [] } = options;
  mkdirSync(objectDir, { recursive: true });
  const common = hashOf([compiler.version, ...compileFlags, ...headers.map((file) => readFileSync(file))]);
  const units = sources.map((source) => {
    const name = basename(source).replace(/\.\w+$/, '');
    return { source, object: join(objectDir, `${name}-${hashOf([common, readFileSync(source)]).slice(0, 16)}.o`) };
  });
  const missing = units.filter((unit) => !existsSync(unit.object));
  let warnings = 0;
  const compile = async (args) => {
    const { code, output: text } = await run(compiler.command, args);
    appendFileSync(logFile, `${[compiler.command, ...args].join(' ')}\n${text}\n`);
    if (code !== 0) throw compileError(text, logFile);
    warnings += text.match(/: warning: /g)?.length ?? 0;
  };

  const prefixDir = join(objectDir, `prefix-${process.pid}`);
  try {
    const prefix = missing.length >= PRECOMPILE_FROM && precompile.length > 0 ? join(prefixDir, 'prefix.h') : undefined;
    if (prefix) {
      mkdirSync(prefixDir, { recursive: true });
      writeFileSync(prefix, precompile.map((header) => `#include <${header}>\n`).join(''));
      await compile([...compileFlags, '-x', 'c++-header', prefix, '-o', `${prefix}.gch`]);
    }
    let done = 0;
    await inParallel(missing, parallelCompilers(), async ({ source, object }) => {
      const part = `${object}.${process.pid}.part`;
      await compile([...compileFlags, ...(prefix ? ['-include', prefix] : []), '-c', source, '-o', part]);
      renameSync(part, object);
      done++;
      options.onProgress?.(done, missing.length);
    });
  } finally {
    rmSync(prefixDir, { recursive: true, force: true });
  }
  await compile(['-shared', '-o', output, ...units.map((unit) => unit.object), ...linkFlags]);
  return { warnings };
}

function compileError(text, logFile) {
  const first =
    text.split('\n').find((line) => /\berror\b|undefined reference|cannot find/i.test(line)) ??
    text.trim().split('\n').at(-1);
  const killed = /Killed|cc1plus/.test(text) && /signal|Killed/.test(text);
  const why = killed ? 'the compiler ran out of memory' : (first ?? 'the compiler failed').trim();
  return new SetupError(`the native part does not compile: ${why} (everything it said is in ${logFile})`, {
    exitCode: 1,
  });
}

function parallelCompilers() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_COMPILER)));
}

async function inParallel(items, width, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Runs a command to its end: `{ code, output }`, standard output and error together. */
export function run(command, args, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', failed);
    child.on('close', (code, signal) =>
      done({ code: signal ? 1 : code, output: signal ? `${output}\n${signal}` : output }),
    );
  });
}

export function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
