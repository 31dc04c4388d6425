/** A folder that is deleted after each test, and a process that can be made to die at any file operation. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

/** A fresh folder for each test. */
export function temporaryFolder(): () => string {
  let dir = '';
  beforeEach(() => {
    dir = fs.mkdtempSync(join(tmpdir(), 'twoview-runs-'));
  });
  afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));
  return () => dir;
}

/** Keeps the disk out of it: flushing is slow, and a simulated kill does not lose what was written before. */
export function withoutFlushing(): void {
  const original = fs.fsyncSync;
  beforeAll(() => {
    fs.fsyncSync = () => {};
    syncBuiltinESMExports();
  });
  afterAll(() => {
    fs.fsyncSync = original;
    syncBuiltinESMExports();
  });
}

/** Thrown instead of carrying out a file operation, once the simulated process is dead. */
export class Killed extends Error {}

const changing = ['mkdirSync', 'renameSync', 'rmSync', 'writeFileSync', 'linkSync', 'openSync', 'fsyncSync'] as const;

/**
 * Runs `action` in a process that dies just before its `n`-th changing file operation: that one and all later ones, clean-up
 * included, do not happen. A `writeFileSync` that is cut off leaves half of its data.
 * @returns whether the process died before `action` was done.
 */
export async function dieAt(n: number, action: () => unknown): Promise<boolean> {
  const originals = changing.map((name) => [name, fs[name]] as const);
  let count = 0;
  for (const [name, original] of originals) {
    const replacement = (...args: unknown[]) => {
      count += 1;
      if (count === n && name === 'writeFileSync') {
        const text = String(args[1]);
        Reflect.apply(original, fs, [args[0], text.slice(0, text.length / 2)]);
      }
      if (count >= n) throw new Killed(`${name} ${String(args[0])}`);
      return Reflect.apply(original, fs, args);
    };
    Object.assign(fs, { [name]: replacement });
  }
  syncBuiltinESMExports();
  try {
    await action();
    return false;
  } catch (error) {
    if (!(error instanceof Killed) && !((error as Error).cause instanceof Killed)) throw error;
    return true;
  } finally {
    Object.assign(fs, Object.fromEntries(originals));
    syncBuiltinESMExports();
  }
}
