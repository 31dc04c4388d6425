// What the build left behind: which libtorch, and where the addons lie. Reading it loads nothing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `scripts/build.mjs` recorded about the build in use. */
export interface BuildRecord {
  key: string;
  torch: string;
  env: string;
  libtorch: { origin: string; version: string; root: string; cuda: boolean };
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
