// Loads the addon that the build left for this machine's libtorch. The environment of the C libraries is set first,
// through an addon that is not linked with libtorch: OpenBLAS reads it when it is loaded, and never again.
import { createRequire } from 'node:module';
import { blasEnvironment } from './blas.js';
import type { NativeTorch } from './native.js';
import { buildRecord } from './record.js';

interface NativeEnvironment {
  setEnv(name: string, value: string): void;
  getEnv(name: string): string | null;
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
