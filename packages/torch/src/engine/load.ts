// Loads the addon that the build left for this machine's libtorch. The environment of the C libraries is set first,
// through an addon that is not linked with libtorch: OpenBLAS reads it when it is loaded, and never again.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { blasEnvironment } from './blas.js';
import type { NativeTorch } from './native.js';

/** What `scripts/build.mjs` recorded about the build in use. */
export interface BuildRecord {
  key: string;
  torch: string;
  env: string;
  libtorch: { origin: string; version: string; root: string; cuda: boolean };
}

interface NativeEnvironment {
  setEnv(name: string, value: string): void;
  getEnv(name: string): string | null;
}

const recordPath = fileURLToPath(new URL('../../.cache/current.json', import.meta.url));

/** The build in use, or null where nothing was built yet. */
export function buildRecord(): BuildRecord | null {
  try {
    return JSON.parse(readFileSync(recordPath, 'utf8')) as BuildRecord;
  } catch {
    return null;
  }
}

function load(): NativeTorch {
  const record = buildRecord();
  if (!record) {
    throw new Error(
      'the engine is not built for this machine yet: run `node scripts/setup.mjs` (or `npm run setup`) in the repository',
    );
  }
  const require = createRequire(import.meta.url);
  const environment = require(record.env) as NativeEnvironment;
  for (const [name, value] of Object.entries(blasEnvironment())) {
    if (environment.getEnv(name) === null) environment.setEnv(name, value);
  }
  try {
    return require(record.torch) as NativeTorch;
  } catch (error) {
    throw new Error(
      `the engine built for libtorch ${record.libtorch.version} does not load (${(error as Error).message}); ` +
        'if libtorch changed or moved, run `npm run setup` again',
      { cause: error },
    );
  }
}

export const native: NativeTorch = load();
