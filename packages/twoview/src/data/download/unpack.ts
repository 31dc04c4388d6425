// Unpacks a published .tar.gz so that its folder appears whole or not at all, and nothing lands anywhere else.
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { DataError } from '../errors.js';
import { isFile, isFolder } from '../locate.js';
import { type OnProgress, ProgressMeter } from '../progress.js';
import type { PublicSource } from '../sources.js';

/** What to unpack where. */
export interface UnpackOptions {
  archive: string;
  /** The folder that `source.folder` is to appear in. */
  into: string;
  source: PublicSource;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/** Room for read-me files beside the data, as a share of the data. */
const SLACK = 1.05;

/**
 * Unpacks the archive's `source.folder` into `into`. Only plain files directly in that folder are written; an archive with
 * links, devices, paths that lead elsewhere or far more data than published is refused whole.
 *
 * @returns the folder's path.
 * @throws {DataError} when the archive is refused, damaged, or lacks one of `source.files`.
 */
export async function unpack(options: UnpackOptions): Promise<string> {
  const { archive, into, source, onProgress, signal } = options;
  const target = path.join(into, source.folder);
  // A fixed name, so that what a killed process left is found and removed.
  const work = path.join(into, `.${source.folder}.unpacking`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const gate = new Gate(source);
    const meter = new ProgressMeter(onProgress, 'extract', 'bytes', (await stat(archive)).size, archive);
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        meter.advance(chunk.length);
        done(gate.refusal ? new DataError(gate.refusal) : null, chunk);
      },
    });
    const writer = extract({
      cwd: work,
      strict: true,
      preserveOwner: false,
      noChmod: true,
      filter: (_, entry) => gate.admits(entry),
    });
    await pipeline(createReadStream(archive, { highWaterMark: 2 ** 18 }), count, writer, { signal }).catch(
      (error: Error) => {
        if (error instanceof DataError || signal?.aborted || gate.refusal) return;
        throw new DataError(`${archive} could not be unpacked (${error.message}); delete it and download it again.`, {
          cause: error,
        });
      },
    );
    signal?.throwIfAborted();
    if (gate.refusal) throw new DataError(`${archive} was not unpacked: ${gate.refusal}`);
    meter.finish();
    await moveInto(path.join(work, source.folder), target, source, archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

/** What `tar` says of an entry that is used here. */
interface Entry {
  path?: string | Buffer;
  type?: string;
  size?: number;
}

/** Decides entry by entry; the first bad one condemns the archive. */
class Gate {
  refusal: string | null = null;
  #bytes = 0;

  constructor(readonly source: PublicSource) {}

  admits(entry: Entry): boolean {
    if (this.refusal) return false;
    const name = String(entry.path ?? '').replace(/^(\.\/)+/, '');
    const parts = name.split('/').filter((part) => part !== '');
    if (path.isAbsolute(name) || name.includes('\\') || parts.includes('..'))
      return this.#refuse(`its entry ${name} leads out of the folder.`);
    if (entry.type === 'Directory') return parts.length === 1 && parts[0] === this.source.folder;
    if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
      return this.#refuse(`its entry ${name} is a ${entry.type}, where only files and folders are expected.`);
    }
    if (parts.length !== 2 || parts[0] !== this.source.folder) return false;
    this.#bytes += entry.size ?? 0;
    if (this.#bytes <= this.source.unpackedBytes * SLACK) return true;
    return this.#refuse(`it holds more than the ${this.source.unpackedBytes} bytes that ${this.source.title} has.`);
  }

  #refuse(reason: string): false {
    this.refusal = reason;
    return false;
  }
}

async function moveInto(from: string, target: string, source: PublicSource, archive: string): Promise<void> {
  const there = await Promise.all(source.files.map((file) => isFile(path.join(from, file))));
  const missing = source.files.filter((_, i) => !there[i]);
  if (missing.length > 0)
    throw new DataError(`${archive} lacks ${missing.join(', ')}; delete it and download it again.`);
  if (!(await isFolder(target))) return rename(from, target);
  for (const file of await readdir(from)) await rename(path.join(from, file), path.join(target, file));
}
