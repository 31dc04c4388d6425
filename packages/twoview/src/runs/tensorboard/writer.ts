/** Writes `events.out.tfevents.*`, the file that TensorBoard draws its charts from. */
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { explain } from '../atomic.js';
import { maskedCrc32c } from './crc32c.js';
import { type EventImage, fileVersion, imageSummary, scalarSummary, sessionStart } from './event.js';
import type { Encoded } from './protobuf.js';

/** How to begin an events file. */
export interface EventWriterOptions {
  /** For a resumed run: the first step that will be written again. TensorBoard then drops the older events from it on. */
  purgeStep?: number | undefined;
}

/** One session's events. Every session of a run has its own file; TensorBoard reads them in the order of their names. */
export class EventWriter {
  /** The file being written. */
  readonly path: string;
  private readonly descriptor: number;

  constructor(dir: string, { purgeStep }: EventWriterOptions = {}) {
    this.path = join(dir, nextFileName(dir));
    this.descriptor = openSync(this.path, 'wx');
    this.append(fileVersion(now()));
    if (purgeStep !== undefined) this.append(sessionStart(now(), purgeStep));
  }

  /** Shows numbers at a step, each as a curve of its name. TensorBoard keeps them as 32-bit floats. */
  scalars(step: number, scalars: Readonly<Record<string, number>>): void {
    if (Object.keys(scalars).length > 0) this.append(scalarSummary(now(), step, scalars));
  }

  /** Shows a picture at a step. */
  image(step: number, tag: string, image: EventImage): void {
    this.append(imageSummary(now(), step, tag, image));
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.descriptor);
  }

  /** A record: length (uint64), its checksum, data, its checksum; all little-endian. */
  private append(data: Encoded): void {
    const record = Buffer.alloc(8 + 4 + data.length + 4);
    record.writeBigUInt64LE(BigInt(data.length), 0);
    record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
    record.set(data, 12);
    record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
    try {
      for (let done = 0; done < record.length; ) done += writeSync(this.descriptor, record, done);
    } catch (error) {
      throw explain(error, `append to ${this.path}`);
    }
  }
}

function now(): number {
  return Date.now() / 1000;
}

/** Seconds since 1970, ten digits, later than any file there, so that names sort in the order of the sessions. */
function nextFileName(dir: string): string {
  const used = readdirSync(dir).map((name) => Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? 0));
  const second = Math.max(Math.floor(now()), ...used.map((s) => s + 1));
  return `events.out.tfevents.${String(second).padStart(10, '0')}.${hostname()}.${process.pid}.twoview`;
}
