// Whole reads and writes of files, and replacement that never shows half a file.
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const chunk = 1 << 30; // one system call reads and writes less than 2 GiB

/** Fills `into` from `position` of a file. Throws if the file ends before. */
export function readFully(file: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    const read = readSync(file, into, done, Math.min(chunk, into.length - done), position + done);
    if (read === 0) throw new Error('it became shorter while it was read');
    done += read;
  }
}

/** Appends all of `bytes`. */
export function writeFully(file: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done, Math.min(chunk, bytes.length - done));
}

/** Writes a file beside `path`, flushes it to the disk, and puts it in the place of `path` in one step. */
export function replaceFile(path: string, write: (file: number) => void): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      write(file);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
