/**
 * Files that are either the old version or the new one, never half of each: write beside, flush, rename.
 * Everything is synchronous: a checkpoint is taken between two steps and nothing may run in between.
 */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let counter = 0;

/** A name beside `path` that no other process uses, hidden so that a folder listing stays readable. */
export function temporaryName(path: string): string {
  counter += 1;
  return join(dirname(path), `.${path.slice(dirname(path).length + 1)}.${process.pid}.${counter}.tmp`);
}

/** Flushes a file's contents to the disk. */
export function flushFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes a folder's list of names to the disk, where the system can (Windows cannot open a folder, and needs no flush). */
export function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes every file below `path`, then every folder, then `path` itself. */
export function flushTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) flushTree(child);
    else if (entry.isFile()) flushFile(child);
  }
  flushFolder(path);
}

/**
 * Replaces the file at `path` in one step.
 * @param durable also survive a power cut (two flushes); leave it off for files rewritten every second.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, { durable = true } = {}): void {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, data);
    if (durable) flushFile(temporary);
    renameSync(temporary, path);
    if (durable) flushFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explain(error, `write ${path}`);
  }
}

const remedies: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space and resume the run',
  EDQUOT: 'the disk quota is used up; free some space and resume the run',
  EROFS: 'the file system is read-only; choose another folder',
  EACCES: 'permission was denied; choose a folder you may write to',
  EPERM: 'permission was denied; choose a folder you may write to',
  EFBIG: 'the file would be larger than this file system allows; choose another folder',
};

/** Turns a system error into one sentence that says what could not be done and what to do; other errors pass unchanged. */
export function explain(error: unknown, action: string): unknown {
  const code = errorCode(error);
  const remedy = code === undefined ? undefined : remedies[code];
  return remedy === undefined ? error : new Error(`Could not ${action}: ${remedy}.`, { cause: error });
}

/** The system's code of an error (`ENOENT`, `EEXIST`, ...), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
