// Gets a public data set: finds it unpacked, or its archive, or downloads it; then unpacks.
import { mkdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../errors.js';
import { isFile, locate } from '../locate.js';
import { formatBytes } from '../memory.js';
import type { OnProgress } from '../progress.js';
import { PUBLIC_SOURCES, type PublicName, type PublicSource } from '../sources.js';
import { type FetchOptions, fetchFile, md5Of } from './fetch-file.js';
import { unpack } from './unpack.js';

/** Where to put a data set, and how to get it. */
export interface DownloadOptions extends Pick<FetchOptions, 'signal' | 'attempts' | 'delayMs' | 'idleMs'> {
  /** The folder that the data set's own folder (`cifar-10-batches-bin`, ...) appears in. */
  folder: string;
  /** Another address that has the archive under the same name: a mirror. Its digest must be the official one. */
  baseUrl?: string;
  /** Keep a downloaded archive after unpacking it. Default false. An archive that was there already is always kept. */
  keepArchive?: boolean;
  onProgress?: OnProgress;
}

/**
 * Makes sure that a public data set lies unpacked in `folder`: takes what is there, else unpacks an archive that is there,
 * else downloads it (an interrupted download goes on where it stopped).
 *
 * @returns the data set's own folder.
 * @throws {DataError} when it cannot be had; the message gives the address and where to put the archive by hand.
 */
export async function downloadDataset(name: PublicName, options: DownloadOptions): Promise<string> {
  const { folder } = options;
  const source = PUBLIC_SOURCES[name];
  const present = await locate({ name, folder, files: source.files }).catch((error: unknown) => {
    if (error instanceof DataError) return null;
    throw error;
  });
  return present ?? obtain(source, options);
}

/** `downloadDataset` for any archive: downloads `source` unless it lies in the folder, and unpacks it. */
export async function obtain(source: PublicSource, options: DownloadOptions): Promise<string> {
  const { folder, baseUrl = source.baseUrl, keepArchive = false, onProgress, signal } = options;
  const archive = path.join(folder, source.archive);
  await mkdir(folder, { recursive: true });
  const given = await isFile(archive);
  await checkSpace(source, folder, archive, given);
  if (given) {
    const found = await md5Of(archive);
    if (found !== source.md5) {
      throw new DataError(
        `${archive} is not ${source.title}'s archive (MD5 ${found}, expected ${source.md5}); delete it and run this again.`,
      );
    }
  } else {
    const url = new URL(source.archive, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`).href;
    await fetchFile({ ...options, url, file: archive, md5: source.md5 });
  }
  const target = await unpack({ archive, into: folder, source, onProgress, signal });
  if (!given && !keepArchive) await rm(archive, { force: true });
  return target;
}

/** Refuses up front what the disk cannot hold, counting what is already downloaded. */
async function checkSpace(source: PublicSource, folder: string, archive: string, given: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const part = await stat(`${archive}.part`).then(
    ({ size }) => size,
    () => 0,
  );
  const need = source.unpackedBytes + (given ? 0 : Math.max(source.archiveBytes - part, 0));
  const free = bavail * bsize;
  if (free >= need) return;
  throw new DataError(
    `${source.title} needs ${formatBytes(need)} more in ${folder}, where ${formatBytes(free)} are free; free some or use another folder.`,
  );
}
