#!/usr/bin/env node
// Builds the engine's two addons against the libtorch that is here, once for each state of library, compiler and
// sources. `node build.mjs` prints what it did; buildAddons() is what set-up calls.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSharedLibrary, findCompiler, hashOf, libtorchCompileFlags, libtorchLinkFlags, run } from './compile.mjs';
import { isEntry } from './entry.mjs';
import { compareVersions, describeLibtorch, findLibtorch, SetupError } from './libtorch.mjs';
import { withLock, writeFileAtomically } from './lock.mjs';

const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));
const nativeDir = join(packageDir, 'native');

/** Where builds are kept: one folder a key, and current.json, which names the one to load. */
export const cacheDir = join(packageDir, '.cache');

/** Read once for all sources; the rest of libtorch's headers are cheap beside these. */
const HEAVY_HEADERS = ['ATen/ATen.h', 'ATen/core/dispatch/Dispatcher.h'];

/** Builds and objects that nothing has used for this long are removed. */
const KEEP_MS = 30 * 24 * 3600 * 1000;

/**
 * Builds the addons unless this very build exists, and makes it the current one.
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 * @returns {Promise<{ built: boolean, current: object }>} `current` is what current.json holds
 * @throws {SetupError} when there is no compiler or libtorch, or the sources do not compile against it
 */
export async function buildAddons({ env = process.env, log = () => {} } = {}) {
  const [libtorch, compiler, napiDir] = await Promise.all([
    findLibtorch({ env }),
    findCompiler({ env }),
    napiHeaders(),
  ]);
  const plan = planBuild(libtorch, compiler, napiDir);
  const folder = join(cacheDir, plan.key);
  const complete = () => ['torch.node', 'env.node'].every((name) => existsSync(join(folder, name)));
  let built = false;
  if (!complete()) {
    const onWait = () => log('Another process is building the engine; waiting for it.');
    await withLock(
      join(cacheDir, 'build.lock'),
      async () => {
        if (complete()) return;
        await compileInto(folder, plan, log);
        built = true;
      },
      { onWait },
    );
  }
  const current = {
    key: plan.key,
    torch: join(folder, 'torch.node'),
    env: join(folder, 'env.node'),
    compiler: compiler.version,
    libtorch,
  };
  const file = join(cacheDir, 'current.json');
  const text = `${JSON.stringify(current, null, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileAtomically(file, text);
  return { built, current };
}

/** Everything that decides what the build will be, and a key made of it. */
function planBuild(libtorch, compiler, napiDir) {
  const inNative = (ending) =>
    readdirSync(nativeDir)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(nativeDir, name));
  const sources = inNative('.cc');
  const headers = inNative('.h');
  const envSource = join(nativeDir, 'env.cc');
  const napi = ['-isystem', napiDir];
  const plan = {
    libtorch,
    compiler,
    headers,
    torch: {
      sources: sources.filter((source) => source !== envSource),
      compileFlags: [...libtorchCompileFlags(libtorch), ...napi],
      linkFlags: libtorchLinkFlags(libtorch),
    },
    env: {
      sources: [envSource],
      compileFlags: ['-O2', '-fPIC', '-fvisibility=hidden', '-std=c++17', '-Wall', '-Wextra', ...napi],
      linkFlags: [],
    },
  };
  const napiFiles = readdirSync(napiDir)
    .sort()
    .map((name) => join(napiDir, name))
    .filter((file) => statSync(file).isFile());
  const parts = [libtorch.key, compiler.version, JSON.stringify([plan.torch, plan.env])];
  for (const file of [...sources, ...headers, ...napiFiles]) parts.push(file, readFileSync(file));
  return { ...plan, key: `torch-${libtorch.version}-${hashOf(parts).slice(0, 12)}` };
}

async function compileInto(folder, plan, log) {
  if (plan.libtorch.cxxStandard === 20 && gccMajor(plan.compiler) < 11) {
    throw new SetupError(
      `libtorch ${plan.libtorch.version} needs C++20, which ${plan.compiler.version} lacks: install g++ 11 or newer, or an older torch.`,
    );
  }
  log(
    `Building the engine's addon against ${describeLibtorch(plan.libtorch)} with ${plan.compiler.version} (under two minutes on two cores)...`,
  );
  const started = Date.now();
  const objectDir = join(cacheDir, 'objects');
  const part = join(cacheDir, `part-${process.pid}`);
  const logFile = join(cacheDir, 'build.log');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  rmSync(logFile, { force: true });
  try {
    const shared = { compiler: plan.compiler, headers: plan.headers, objectDir, logFile };
    const env = await buildSharedLibrary({ ...shared, ...plan.env, output: join(part, 'env.node') });
    const torch = await buildSharedLibrary({
      ...shared,
      ...plan.torch,
      output: join(part, 'torch.node'),
      precompile: HEAVY_HEADERS,
    });
    await checkThatItLoads(join(part, 'torch.node'), logFile);
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
    const warnings = env.warnings + torch.warnings;
    const remark = warnings > 0 ? `, with ${warnings} compiler warnings (${logFile})` : '';
    log(`Built in ${Math.round((Date.now() - started) / 1000)} s${remark}.`);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  removeUnused(folder);
}

/** A missing symbol or library shows only when the addon is loaded: better here, with the loader's words, than later. */
async function checkThatItLoads(addon, logFile) {
  const { code, output } = await run(process.execPath, ['-e', 'require(process.argv[1])', addon]);
  if (code === 0) return;
  const why = output.split('\n').find((line) => /Error:/.test(line)) ?? output.trim().split('\n').at(-1) ?? '';
  throw new SetupError(
    `the engine's addon was built but does not load: ${why.trim()} (the build's log is ${logFile})`,
    {
      exitCode: 1,
    },
  );
}

function removeUnused(folder) {
  const names = readdirSync(cacheDir)
    .filter((name) => name.startsWith('torch-'))
    .map((name) => join(cacheDir, name));
  const objects = join(cacheDir, 'objects');
  for (const path of [...names, ...readdirSync(objects).map((name) => join(objects, name))]) {
    if (path !== folder && Date.now() - statSync(path).mtimeMs > KEEP_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

function gccMajor(compiler) {
  const version = /\) (\d+\.\d+)/.exec(compiler.version)?.[1];
  return version && compareVersions(version, '11') < 0 ? Number.parseInt(version, 10) : 11;
}

/** The folder of Node's C interface, from the node-api-headers package. */
async function napiHeaders() {
  try {
    return createRequire(import.meta.url)('node-api-headers').include_dir;
  } catch {
    throw new SetupError('the npm package node-api-headers is missing: run `npm ci` in the repository first.');
  }
}

if (isEntry(import.meta.url)) {
  try {
    const { built, current } = await buildAddons({ log: console.log });
    if (!built) console.log(`The engine is built: ${current.torch}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}
