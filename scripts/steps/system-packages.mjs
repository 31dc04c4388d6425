// Finds what has to come from the operating system (a compiler, libtorch, OpenBLAS, the tests' references) and
// installs what is missing with apt-get, on Debian and Ubuntu, where this process may.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCompiler, run } from '../../packages/torch/scripts/compile.mjs';
import {
  compareVersions,
  findLibtorch,
  MINIMUM_VERSION,
  SetupError,
  TRIPLETS,
} from '../../packages/torch/scripts/libtorch.mjs';

/** OpenBLAS that shares libtorch's threads. */
const OPENBLAS = 'libopenblas0-openmp';

/** What the comparison tests compare with; they are skipped where these are missing. */
const PEERS = [
  { packages: ['python3-torch', 'python3-torchvision'], present: () => pythonHas('torch', 'torchvision') },
  { packages: ['chromium'], present: () => onPath('chromium', 'chromium-browser', 'google-chrome'), notOn: 'ubuntu' },
];

/**
 * What is missing of a compiler, libtorch and a fast BLAS, and how it will be installed. Changes nothing but, where
 * there is none, apt-get's list of packages.
 * @returns {Promise<{ apt: object, packages: string[] } | undefined>} undefined when nothing is missing
 * @throws {SetupError} when something is missing and cannot be installed from here
 */
export async function planSystemPackages({ env }) {
  if (process.platform !== 'linux') {
    throw new SetupError(
      `Twoview is built on Linux and this is ${process.platform}: use a Linux machine, a container or WSL 2.`,
    );
  }
  const packages = await missingPackages(env);
  if (packages.length === 0) return undefined;
  const candidateKnown = packages.includes('libtorch-dev') && onPath('apt-cache') && !packageListsMissing();
  if (candidateKnown) await checkCandidate();
  const apt = await aptGet(packages);
  if (packageListsMissing()) await update(apt);
  if (packages.includes('libtorch-dev') && !candidateKnown) await checkCandidate();
  return { apt, packages };
}

/**
 * Installs what planSystemPackages found missing, and checks that compiler, libtorch and BLAS are there now.
 * @throws {SetupError}
 */
export async function ensureSystemPackages(plan, { env, log, logDir }) {
  if (plan) await install(plan.apt, plan.packages, { log, logDir });
  const libtorch = await findLibtorch({ env });
  await findCompiler({ env });
  if (libtorch.origin === 'debian') warnOfSlowBlas(log);
}

/**
 * Installs the references of the comparison tests where that is possible; where it is not, says that they will be skipped.
 */
export async function ensureTestPeers({ log, logDir }) {
  const { id } = distribution();
  const missing = [];
  for (const peer of PEERS) {
    if (peer.notOn !== id && !(await peer.present())) missing.push(...peer.packages);
  }
  if (missing.length === 0) return;
  try {
    const apt = await aptGet(missing);
    log('The tests compare Twoview with PyTorch in Python and look at its reports in a browser.');
    log('(With TWOVIEW_SKIP_PEERS=1 nothing is installed for that, and those tests are skipped.)');
    await install(apt, missing, { log, logDir });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log(`The tests that compare with ${list(missing)} will be skipped: ${error.message}`);
  }
}

async function missingPackages(env) {
  const missing = [];
  const need = async (find) => {
    try {
      return await find({ env });
    } catch (error) {
      if (!(error instanceof SetupError) || !error.missingPackage) throw error;
      missing.push(error.missingPackage);
      return undefined;
    }
  };
  await need(findCompiler);
  const libtorch = await need(findLibtorch);
  const systemLibtorch = missing.includes('libtorch-dev') || libtorch?.origin === 'debian';
  if (systemLibtorch && !openBlasInstalled()) missing.push(OPENBLAS);
  return missing;
}

/** How apt-get is run here: as root, or through a sudo that asks for no password. */
async function aptGet(packages) {
  if (!onPath('apt-get')) {
    throw new SetupError(
      `this system lacks ${list(packages)} (Debian's names) and has no apt-get: install a C++ compiler with your package manager and libtorch with \`pip install torch\`, then run this again.`,
    );
  }
  if (process.getuid?.() === 0) return { command: 'apt-get', prefix: [] };
  const sudo = await run('sudo', ['-n', 'true']).catch(() => undefined);
  if (sudo?.code === 0) return { command: 'sudo', prefix: ['-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] };
  throw new SetupError(
    `system packages are missing: run \`sudo apt-get install --no-install-recommends ${packages.join(' ')}\`, then run this again.`,
  );
}

/** Refuses a distribution whose libtorch is older than what is supported, before anything is downloaded. */
async function checkCandidate() {
  const { output } = await run('apt-cache', ['policy', 'libtorch-dev'], { env: { ...process.env, LC_ALL: 'C' } });
  const candidate = /Candidate:\s*(?:\d+:)?(\d+(?:\.\d+)+)/.exec(output)?.[1];
  if (candidate && compareVersions(candidate, MINIMUM_VERSION) >= 0) return;
  const has = candidate
    ? `offers libtorch ${candidate}, and ${MINIMUM_VERSION} or newer is needed`
    : 'offers no libtorch';
  throw new SetupError(
    `${distribution().name} ${has}: run \`pip install torch\`, or set TWOVIEW_LIBTORCH to an unpacked libtorch from https://pytorch.org, then run this again.`,
  );
}

async function install(apt, packages, { log, logDir }) {
  if (packageListsMissing()) await update(apt);
  const options = ['install', '--no-install-recommends', ...packages];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const ask = async () => (await run('apt-get', ['--assume-no', ...options], { env: environment })).output;
  let preview = await ask();
  if (/^E: /m.test(preview.replace(/^E: .*(lock|root).*$/gm, ''))) {
    // Lists older than the archive name packages that are gone.
    await update(apt);
    preview = await ask();
  }
  log(`Installing ${list(packages)} with apt-get${sizes(preview)}.`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const waiting = setInterval(() => log(`  still installing after ${seconds()} s`), 60_000);
  try {
    const { code, output } = await run(apt.command, [...apt.prefix, '--yes', ...options], { env: environment });
    const logFile = join(logDir, 'apt-get.log');
    mkdirSync(dirname(logFile), { recursive: true });
    writeFileSync(logFile, output);
    if (code !== 0) {
      const why = /^E: (.*)$/m.exec(output)?.[1] ?? 'it gives no reason';
      throw new SetupError(
        `apt-get could not install ${list(packages)}: ${why} (everything it said is in ${logFile})`,
        { exitCode: 1 },
      );
    }
  } finally {
    clearInterval(waiting);
  }
  log(`Installed in ${seconds()} s.`);
}

async function update(apt) {
  const { code, output } = await run(apt.command, [...apt.prefix, 'update', '-q']);
  if (code !== 0) {
    const why = /^E: (.*)$/m.exec(output)?.[1] ?? 'it gives no reason';
    throw new SetupError(`\`apt-get update\` failed: ${why}; check the network and run this again.`, { exitCode: 1 });
  }
}

/** `, 123 MB to download and 456 MB on disk`, as apt-get foresees it. */
function sizes(preview) {
  const download = /Need to get (?:[\d.,]+ ?\w+\/)?([\d.,]+ ?[kMG]?B) of archives/.exec(preview)?.[1];
  const disk = /After this operation, ([\d.,]+ ?[kMG]?B) of additional/.exec(preview)?.[1];
  return download && disk ? ` (${download} to download, ${disk} on disk; this takes minutes)` : '';
}

const packageListsMissing = () => {
  const folder = '/var/lib/apt/lists';
  return !existsSync(folder) || !readdirSync(folder).some((name) => /_Packages/.test(name));
};

function distribution() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  return { id: field('ID') ?? 'linux', name: field('PRETTY_NAME') ?? 'this system' };
}

/** The file that a system-wide library name stands for, or undefined. */
function systemLibrary(name) {
  const path = TRIPLETS.map((triplet) => `/usr/lib/${triplet}/${name}`).find((file) => existsSync(file));
  return path && realpathSync(path);
}

function openBlasInstalled() {
  return TRIPLETS.some((triplet) =>
    ['openblas-openmp', 'openblas-pthread', 'openblas-serial'].some((kind) =>
      existsSync(`/usr/lib/${triplet}/${kind}`),
    ),
  );
}

function warnOfSlowBlas(log) {
  for (const name of ['libblas.so.3', 'liblapack.so.3']) {
    const library = systemLibrary(name);
    if (library && /openblas/.test(library)) continue;
    const triplet = TRIPLETS.find((candidate) => library?.includes(candidate)) ?? TRIPLETS[0];
    log(
      `warning: ${name} is ${library ?? 'missing'}, not OpenBLAS, and everything will be many times slower: run \`sudo update-alternatives --config ${name}-${triplet}\` and choose OpenBLAS.`,
    );
  }
}

async function pythonHas(...modules) {
  const code = `import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in ${JSON.stringify(modules)}))`;
  for (const python of ['/usr/bin/python3', 'python3']) {
    const result = await run(python, ['-c', code], { cwd: '/' }).catch(() => undefined);
    if (result?.code === 0) return true;
  }
  return false;
}

function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  return names.some((name) => folders.some((folder) => existsSync(join(folder, name))));
}

const list = (names) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
