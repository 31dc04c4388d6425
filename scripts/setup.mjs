#!/usr/bin/env node
// Makes a clone ready to run: system packages, npm's packages, the engine's addon, the image kernels, TypeScript.
// Whatever is already there is left alone, so a second run takes a moment. Uses Node's own modules only, because it
// runs before anything is installed.
//
//   node scripts/setup.mjs [--with-test-peers] [--quiet]
//
// Exit codes: 0 ready, 1 something failed, 2 something has to be done by hand first (the message says what).
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddons } from '../packages/torch/scripts/build.mjs';
import { isEntry } from '../packages/torch/scripts/entry.mjs';
import { describeLibtorch, SetupError } from '../packages/torch/scripts/libtorch.mjs';
import { withLock } from '../packages/torch/scripts/lock.mjs';
import { buildKernels } from '../packages/twoview/scripts/build-kernels.mjs';
import { ensureDependencies } from './steps/dependencies.mjs';
import { ensureSystemPackages, ensureTestPeers, planSystemPackages } from './steps/system-packages.mjs';
import { compileTypeScript } from './steps/typescript.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cacheDir = join(root, '.cache');
const OLDEST_NODE = 20;

/**
 * Does everything but compile TypeScript.
 * @param {{ env?: NodeJS.ProcessEnv, peers?: boolean, log?: (line: string) => void }} [options] with `peers`, also
 *   installs what the comparison tests compare with, unless TWOVIEW_SKIP_PEERS is set
 * @returns {Promise<{ libtorch: import('../packages/torch/scripts/libtorch.mjs').Libtorch, compiler: string }>}
 * @throws {SetupError} with a sentence that says what to do
 */
export async function prepare({ env = process.env, peers = false, log = console.log } = {}) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new SetupError(
      `Twoview needs Node.js ${OLDEST_NODE} or newer, and this is ${process.versions.node}: install a newer one.`,
    );
  }
  const onWait = () => log('Another set-up is running; waiting for it.');
  return withLock(
    join(cacheDir, 'setup.lock'),
    async () => {
      const plan = await planSystemPackages({ env });
      // Both mostly wait for the network.
      await Promise.all([systemPackages(plan, { env, peers, log }), ensureDependencies({ root, log })]);
      const { current } = await buildAddons({ env, log });
      await buildKernels({ env, log });
      return { libtorch: current.libtorch, compiler: current.compiler };
    },
    { onWait },
  );
}

async function systemPackages(plan, { env, peers, log }) {
  await ensureSystemPackages(plan, { env, log, logDir: cacheDir });
  if (peers && !env.TWOVIEW_SKIP_PEERS) await ensureTestPeers({ log, logDir: cacheDir });
}

async function main() {
  const known = ['--with-test-peers', '--quiet'];
  const unknown = process.argv.slice(2).find((argument) => !known.includes(argument));
  if (unknown) throw new SetupError(`unknown argument ${unknown}: set-up takes ${known.join(' and ')}.`);
  const { libtorch } = await prepare({ peers: process.argv.includes('--with-test-peers') });
  await compileTypeScript({ root, log: console.log });
  if (!process.argv.includes('--quiet')) {
    console.log(
      `Twoview is ready: Node.js ${process.versions.node}, ${describeLibtorch(libtorch)}. Try \`npx twoview --help\`.`,
    );
  }
}

if (isEntry(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}
