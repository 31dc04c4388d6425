// Reading files of fixed-size records: sizes checked before anything is read, slices small enough for any Node.
import { type FileHandle, open, stat } from 'node:fs/promises';
import { DataError } from './errors.js';

/** One read call asks for at most this; Node cannot read more than 2 GiB at once. */
const PIECE = 16 * 2 ** 20;

const grouped = (n: number): string => n.toLocaleString('en-US');

/** What a file should hold. */
export interface RecordLayout {
  /** Bytes of one record. */
  recordBytes: number;
  /** Records in the published file. */
  records: number;
  /** Accept fewer records, as long as the last one is whole. */
  allowPartial?: boolean;
}

/**
 * Checks a file's size and returns the number of records in it.
 *
 * @throws {DataError} naming the file, the bytes expected and found, and what to do.
 */
export async function countRecords(file: string, layout: RecordLayout): Promise<number> {
  const { recordBytes, records, allowPartial = false } = layout;
  const { size } = await stat(file);
  const expected = recordBytes * records;
  if (size === expected) return records;
  const whole = size > 0 && size < expected && size % recordBytes === 0;
  if (whole && allowPartial) return size / recordBytes;
  const hint = whole
    ? `; it holds ${grouped(size / recordBytes)} whole records, which allowPartial: true would accept`
    : '';
  const cause = size < expected ? 'it was cut short' : 'it is not the published file';
  throw new DataError(
    `${file}: expected ${grouped(expected)} bytes, found ${grouped(size)}; ${cause}: delete it and download or unpack it again${hint}.`,
  );
}

/**
 * Fills `target` from `position` on, in pieces.
 *
 * @throws {DataError} when the file ends early (it shrank since its size was checked).
 */
export async function readFully(handle: FileHandle, target: Uint8Array, position: number, file: string): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle.read(target, done, Math.min(PIECE, target.length - done), position + done);
    if (bytesRead === 0)
      throw new DataError(`${file} ended early, at byte ${grouped(position + done)}; it changed while it was read.`);
    done += bytesRead;
  }
}

/** Opens a file for reading, hands it to `use`, and closes it whatever happens. */
export async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
