// Temporary folders for the data tests, removed when a test file is done.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-data-'));
  made.push(folder);
  return folder;
}

/** The user's data folder, which holds `cifar-10-batches-bin` and the like; tests on real files skip without it. */
export const REAL_DATA = process.env.TWOVIEW_DATA;
