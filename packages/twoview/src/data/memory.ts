// Where pixels live: one shared block for each data set, refused up front when memory cannot hold it.
import os from 'node:os';
import { DataError } from './errors.js';

const GIB = 2 ** 30;

/** The largest share of the machine's memory that pixels may take; the rest is for the engine. */
const SHARE = 0.8;

/** Bytes of memory this process may use: the container's limit where there is one, else the machine's memory. */
function availableBytes(): number {
  const total = os.totalmem();
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < total ? limit : total;
}

/** A number of bytes for people: `2.8 GiB`, `340 MiB`, `12 bytes`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', GIB],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes >= 10 * size ? 0 : 1)} ${unit}`;
  }
  return `${bytes} bytes`;
}

/**
 * Refuses images that would not fit, before any of them is read.
 *
 * @param what names the data set in the message.
 * @param count images of `bytesEach` bytes.
 * @param limitBytes a limit of the caller's own; memory sets another one (80% of it).
 * @throws {DataError} with the estimate and what to change.
 */
export function checkMemory(
  what: string,
  count: number,
  bytesEach: number,
  limitBytes = Number.POSITIVE_INFINITY,
): void {
  const need = count * bytesEach;
  const most = Math.min(limitBytes, availableBytes() * SHARE);
  if (need <= most) return;
  throw new DataError(
    `${what}: ${count} images of ${formatBytes(bytesEach)} need ${formatBytes(need)}, more than the ${formatBytes(most)} ` +
      'allowed; set a limit on the number of images, a smaller size, or (on a larger machine) a higher memory limit.',
  );
}

/** Zeroed bytes in shared memory: workers see the same pixels, and the pages are taken only as they are written. */
export function allocatePixels(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}
