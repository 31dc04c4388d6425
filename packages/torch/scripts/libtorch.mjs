// Finds the libtorch to build against and says what a compiler and a linker need to know about it.
//
// Order: TWOVIEW_LIBTORCH, if set, is the only one looked at. Otherwise every libtorch found (the torch that python3
// on PATH or /usr/bin/python3 would import, and Debian's or Ubuntu's libtorch-dev) is weighed and the newest usable
// one is taken; between equals, one with CUDA, then a pip-installed one.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The Debian names of the two architectures' library folders. */
export const TRIPLETS = ['x86_64-linux-gnu', 'aarch64-linux-gnu'];

/** The oldest libtorch that is supported. */
export const MINIMUM_VERSION = '1.13';

/** What stops a build, in one sentence that says what to do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ missingPackage?: string, exitCode?: 1 | 2 }} [options] `missingPackage`: the Debian package that would
   *   solve it; `exitCode`: 2 when something has to be done by hand first, 1 when a step that should work failed
   */
  constructor(message, { missingPackage, exitCode = 2 } = {}) {
    super(message);
    this.missingPackage = missingPackage;
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} Libtorch
 * @property {'variable' | 'pip' | 'debian'} origin how it was found
 * @property {string} version `major.minor.patch`, from the headers
 * @property {string} versionText the version as its packager writes it, such as `2.6.0+cu124`
 * @property {string} root the folder that was examined
 * @property {string[]} includeDirs for -isystem (the compiler's own /usr/include is left out)
 * @property {string[]} cudaIncludeDirs the CUDA runtime's headers, where they were found
 * @property {string[]} libDirs for -L
 * @property {string[]} libraries for -l
 * @property {string[]} rpath folders the dynamic loader must be told of (none for the system's own)
 * @property {boolean} cuda whether the library has CUDA
 * @property {0 | 1} cxx11Abi the value of _GLIBCXX_USE_CXX11_ABI it was compiled with
 * @property {17 | 20} cxxStandard the C++ standard its headers need
 * @property {string} key changes whenever the library does
 */

/**
 * The libtorch to build against.
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Libtorch>}
 * @throws {SetupError} when there is none, or only unusable ones
 */
export async function findLibtorch({ env = process.env } = {}) {
  if (env.TWOVIEW_LIBTORCH) return fromVariable(env.TWOVIEW_LIBTORCH);
  const found = await allLibtorches(env);
  const usable = found.filter((candidate) => !candidate.problem);
  if (usable.length > 0) return usable.sort(preferred)[0].libtorch;
  throw (
    problemOf(found[0]) ?? new SetupError(`no libtorch was found: ${remedy()}.`, { missingPackage: 'libtorch-dev' })
  );
}

/** Everything found without TWOVIEW_LIBTORCH, usable or not: `{ libtorch }` or `{ problem }` each. */
async function allLibtorches(env) {
  const roots = new Set(await Promise.all(['python3', '/usr/bin/python3'].map((python) => torchOfPython(python, env))));
  roots.delete(undefined);
  const candidates = [...roots].map((root) => examine('pip', root));
  candidates.push(...TRIPLETS.map((triplet) => examineDebian('/', triplet)));
  const known = new Set();
  return candidates.filter((candidate) => {
    if (!candidate || (candidate.libtorch && known.has(candidate.libtorch.key))) return false;
    if (candidate.libtorch) known.add(candidate.libtorch.key);
    return true;
  });
}

function problemOf(candidate) {
  return candidate && new SetupError(candidate.problem, { missingPackage: candidate.missingPackage });
}

function preferred(a, b) {
  return (
    compareVersions(b.libtorch.version, a.libtorch.version) ||
    Number(b.libtorch.cuda) - Number(a.libtorch.cuda) ||
    Number(b.libtorch.origin === 'pip') - Number(a.libtorch.origin === 'pip')
  );
}

function fromVariable(value) {
  const given = resolve(value);
  const folders = [given, join(given, 'libtorch'), join(given, 'torch'), join(given, 'usr')];
  const found = folders.flatMap((folder) => [
    examine('variable', folder),
    ...TRIPLETS.map((triplet) => examineTree(folder, triplet)),
  ]);
  const candidates = found.filter(Boolean);
  // A whole root file system also has lib/ as a link to usr/lib/, without include/ beside it: that is no problem yet.
  const best = candidates.find((candidate) => candidate.libtorch) ?? candidates[0];
  if (best?.libtorch) return best.libtorch;
  throw (
    problemOf(best) ??
    new SetupError(
      `TWOVIEW_LIBTORCH=${value} holds no libtorch: it must name an unpacked libtorch folder, a pip-installed torch folder or an unpacked Debian package tree.`,
    )
  );
}

/**
 * The folder of the `torch` package that this Python would import, without importing it. Each Python is asked once a
 * process: starting one takes longer than everything else here.
 */
function torchOfPython(python, env) {
  const question = `${python} ${env.PATH} ${env.PYTHONPATH}`;
  let answer = answers.get(question);
  if (!answer) {
    answer = askPython(python, env);
    answers.set(question, answer);
  }
  return answer;
}

const answers = new Map();

function askPython(python, env) {
  const code =
    "import importlib.util as u; s = u.find_spec('torch'); print(list(s.submodule_search_locations)[0] if s and s.origin else '')";
  return new Promise((done) => {
    // Run from /, since `-c` puts the working folder first on Python's search path.
    execFile(python, ['-c', code], { env, cwd: '/', timeout: 20_000 }, (error, stdout) => {
      const root = error ? '' : stdout.trim();
      done(root && existsSync(join(root, 'version.py')) ? root : undefined);
    });
  });
}

/** A folder with lib/ and include/ side by side: a pip-installed torch or an unpacked libtorch. */
function examine(origin, root) {
  const libDir = firstOf(['lib', 'lib64'], (name) => join(root, name), holdsLibtorch);
  if (!libDir) return undefined;
  // Debian's Python package only links to the system's library, which is examined in its own right.
  const real = dirname(realpathSync(join(libDir, 'libtorch_cpu.so')));
  const triplet = TRIPLETS.find((name) => real === `/usr/lib/${name}`);
  if (triplet) return origin === 'variable' ? examineDebian('/', triplet) : undefined;
  if (!holdsHeaders(join(root, 'include'))) {
    return {
      problem: `libtorch in ${root} has no C++ headers (include/ATen is missing): install the complete package, for example \`pip install --force-reinstall torch\`, or set TWOVIEW_LIBTORCH to an unpacked libtorch.`,
    };
  }
  return describe({ origin, root, include: join(root, 'include'), libDir, systemWide: false });
}

/** The system's own libtorch (`prefix` is `/`). */
function examineDebian(prefix, triplet) {
  const libDir = join(prefix, 'usr/lib', triplet);
  const include = join(prefix, 'usr/include');
  if (!existsSync(libDir)) return undefined;
  const runtime = readdirSync(libDir).some((name) => /^libtorch_cpu\.so/.test(name));
  if (!runtime) return undefined;
  if (!holdsLibtorch(libDir) || !holdsHeaders(include)) {
    return {
      problem: `libtorch is in ${libDir} without its C++ headers: run \`apt-get install libtorch-dev\`.`,
      missingPackage: 'libtorch-dev',
    };
  }
  return describe({ origin: 'debian', root: join(prefix, 'usr'), include, libDir, systemWide: prefix === '/' });
}

/** A Debian package tree unpacked somewhere: usr/include and usr/lib/<triplet>. */
function examineTree(folder, triplet) {
  const libDir = join(folder, 'lib', triplet);
  if (!existsSync(libDir) || !holdsLibtorch(libDir)) return undefined;
  const include = join(folder, 'include');
  if (!holdsHeaders(include)) {
    return {
      problem: `libtorch is in ${libDir} without its C++ headers: unpack Debian's libtorch-dev package there too.`,
    };
  }
  return describe({ origin: 'variable', root: folder, include, libDir, systemWide: folder === '/usr' });
}

function describe({ origin, root, include, libDir, systemWide }) {
  const version = versionFromHeaders(include);
  const versionText = versionFromPackage(root) ?? version;
  if (!version) return { problem: `the version of libtorch in ${root} cannot be read from its headers: ${remedy()}.` };
  if (compareVersions(version, MINIMUM_VERSION) < 0) {
    return {
      problem: `libtorch ${versionText} in ${root} is too old, ${MINIMUM_VERSION} or newer is needed: ${remedy()}.`,
    };
  }
  const cuda = existsSync(join(libDir, 'libtorch_cuda.so'));
  const cudaIncludeDirs = cuda ? cudaHeaders(root) : [];
  const c10 = realpathSync(join(libDir, 'libc10.so'));
  const cpu = statSync(realpathSync(join(libDir, 'libtorch_cpu.so')));
  const apiInclude = join(include, 'torch/csrc/api/include');
  const libtorch = {
    origin,
    version,
    versionText,
    root,
    includeDirs: systemWide ? [apiInclude] : [include, apiInclude],
    cudaIncludeDirs,
    libDirs: [libDir],
    libraries: ['torch', 'torch_cpu', 'c10', ...(cuda ? ['torch_cuda', 'c10_cuda'] : [])],
    rpath: systemWide ? [] : [libDir, ...unpackedBlas(libDir)],
    cuda,
    cxx11Abi: cxx11Abi(c10),
    cxxStandard: compareVersions(version, '2.12') < 0 ? 17 : 20,
  };
  const identity = JSON.stringify([libtorch, cpu.size, cpu.mtimeMs]);
  return { libtorch: { ...libtorch, key: createHash('sha256').update(identity).digest('hex').slice(0, 12) } };
}

/** `major.minor.patch` from version.h, which newer releases keep in another folder. */
function versionFromHeaders(include) {
  for (const path of ['torch/headeronly/version.h', 'torch/csrc/api/include/torch/version.h']) {
    const file = join(include, path);
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`#define TORCH_VERSION_${part}\\s+(\\d+)`).exec(text)?.[1],
    );
    if (parts.every((part) => part !== undefined)) return parts.join('.');
  }
  return undefined;
}

function versionFromPackage(root) {
  const python = join(root, 'version.py');
  if (existsSync(python)) return /__version__\s*=\s*['"]([^'"]+)['"]/.exec(readFileSync(python, 'utf8'))?.[1];
  const unpacked = join(root, 'build-version');
  return existsSync(unpacked) ? readFileSync(unpacked, 'utf8').trim() : undefined;
}

/** Reads the ABI from the library itself: the mangled name of c10::Error's constructor holds its string type. */
function cxx11Abi(c10) {
  return readFileSync(c10).includes('_ZN3c105ErrorC1ENS_14SourceLocationESs') ? 0 : 1;
}

/**
 * pip's torch comes with the CUDA headers in packages beside it, several folders of them; otherwise a CUDA toolkit may
 * have them. One source only: headers of two versions do not go together.
 */
function cudaHeaders(root) {
  const beside = join(root, '..', 'nvidia');
  const packaged = existsSync(beside) ? readdirSync(beside).map((name) => join(beside, name, 'include')) : [];
  const complete = (folders) => folders.some((folder) => existsSync(join(folder, 'cuda_runtime_api.h')));
  const places = [packaged, ['/usr/local/cuda/include']];
  return (places.find(complete) ?? []).filter((folder) => existsSync(folder));
}

/** In an unpacked Debian tree nothing has set the links that choose a BLAS: OpenBLAS first, the reference one last. */
function unpackedBlas(libDir) {
  const names = ['openblas-openmp', 'openblas-pthread', 'openblas-serial', 'blas', 'lapack'];
  return names.map((name) => join(libDir, name)).filter((folder) => existsSync(folder));
}

const holdsLibtorch = (libDir) =>
  ['libtorch.so', 'libtorch_cpu.so', 'libc10.so'].every((name) => existsSync(join(libDir, name)));
const holdsHeaders = (include) => existsSync(join(include, 'ATen/ATen.h'));

function remedy() {
  return 'install libtorch-dev (Debian 12, Ubuntu 24.04 or newer), `pip install torch`, or set TWOVIEW_LIBTORCH to an unpacked libtorch from https://pytorch.org';
}

/** The first of `values` (mapped) that is truthy, or that `accepts`. */
function firstOf(values, map, accepts = Boolean) {
  for (const value of values) {
    const mapped = map(value);
    if (mapped && accepts(mapped)) return mapped;
  }
  return undefined;
}

/** Negative, zero or positive, by the numbers of `1.13` or `2.6.0`. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What to call it in a sentence: `libtorch 1.13.0 (Debian's)`. */
export function describeLibtorch(libtorch) {
  const place = { debian: "the system's package", pip: libtorch.root, variable: libtorch.root }[libtorch.origin];
  return `libtorch ${libtorch.versionText} (${place}${libtorch.cuda ? ', with CUDA' : ''})`;
}
