// Finding a public data set's files in the folder a user named, or saying exactly what is missing.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from './errors.js';
import { PUBLIC_SOURCES, type PublicName, type PublicSource } from './sources.js';

/** True when there is a file (not a folder) at `file`. */
export async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** True when there is a folder at `folder`. */
export async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function missingFrom(folder: string, files: readonly string[]): Promise<string[]> {
  const there = await Promise.all(files.map((file) => isFile(path.join(folder, file))));
  return files.filter((_, i) => !there[i]);
}

/** What `locate` is to find. */
export interface Wanted {
  name: PublicName;
  /** The data set's own folder, or the one above it. */
  folder: string;
  /** Files that are needed now. */
  files: readonly string[];
  /** Take a folder that has only some of the files. */
  allowPartial?: boolean;
}

/**
 * The folder that holds the files: `folder` itself or its standard sub-folder (`cifar-10-batches-bin`, ...).
 *
 * @throws {DataError} naming what is missing, where it was looked for, and how to get it.
 */
export async function locate(wanted: Wanted): Promise<string> {
  const source = PUBLIC_SOURCES[wanted.name];
  const candidates = [path.join(wanted.folder, source.folder), wanted.folder];
  const missing = await Promise.all(candidates.map((folder) => missingFrom(folder, wanted.files)));
  const complete = candidates.find((_, i) => missing[i]!.length === 0);
  if (complete) return complete;
  const partial = candidates.findIndex((_, i) => missing[i]!.length < wanted.files.length);
  if (partial >= 0 && wanted.allowPartial) return candidates[partial]!;
  throw new DataError(await explain(source, wanted, partial < 0 ? null : [candidates[partial]!, missing[partial]!]));
}

async function explain(source: PublicSource, wanted: Wanted, partial: [string, string[]] | null): Promise<string> {
  const what = partial
    ? `${source.title} in ${partial[0]} is incomplete: ${partial[1].join(', ')} missing`
    : `${source.title} is not in ${wanted.folder} (looked for ${wanted.files[0]} there and in its ${source.folder} folder)`;
  const archive = path.join(wanted.folder, source.archive);
  if (await isFile(archive)) {
    return `${what}; the archive ${archive} is there but not unpacked: allow downloads (it will be used), or run tar -xzf on it.`;
  }
  return `${what}; allow downloads (download: true), or unpack ${source.baseUrl}${source.archive} there yourself.`;
}
