/**
 * `metrics.jsonl`: one JSON object a line, only ever appended to. JSON has no NaN and no infinity, so these are written as the
 * strings "NaN", "Infinity" and "-Infinity", which `Number(...)` and Python's `float(...)` both read back.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { explain, writeFileAtomic } from './atomic.js';

/** A number, a list of numbers (a spectrum), or a word (a verdict). */
export type MetricValue = number | string | boolean | readonly number[];

/** One line: `step` counts optimiser steps from 1, `epoch` may be fractional, `time` is seconds since the run began. */
export interface MetricsRow {
  step: number;
  epoch?: number;
  time?: number;
  [name: string]: MetricValue | undefined;
}

/** The rows of a metrics file, and the lines that could not be read (a half-written last one after a kill, most often). */
export interface MetricsFile {
  rows: MetricsRow[];
  dropped: { line: number; text: string }[];
}

const words: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** One line of the file for a row, without the line break. @throws if the row has no valid step. */
export function encodeRow(row: MetricsRow): string {
  if (!Number.isSafeInteger(row.step) || row.step < 0) {
    throw new Error(`A row of metrics needs a whole, non-negative step, but its step is ${String(row.step)}.`);
  }
  return JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The row on one line, or undefined if the line is not one. */
export function decodeRow(line: string): MetricsRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line, (_key, v: unknown) => (typeof v === 'string' && Object.hasOwn(words, v) ? words[v] : v));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return 'step' in value && typeof value.step === 'number' ? (value as MetricsRow) : undefined;
}

/** Reads a metrics file without changing it, also while a run appends to it. A missing file has no rows. */
export function readMetrics(path: string): MetricsFile {
  const rows: MetricsRow[] = [];
  const dropped: MetricsFile['dropped'] = [];
  if (!existsSync(path)) return { rows, dropped };
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = decodeRow(line);
    if (row) rows.push(row);
    else dropped.push({ line: index + 1, text: line });
  }
  return { rows, dropped };
}

/** Appends to a metrics file. Opening it drops a half-written last line. */
export class MetricsLog {
  private descriptor: number;

  constructor(private readonly path: string) {
    repairEnd(path);
    this.descriptor = openSync(path, 'a');
  }

  /** Appends one row with a single write, so that a reader sees it whole or not at all. */
  append(row: MetricsRow): void {
    const line = Buffer.from(`${encodeRow(row)}\n`);
    const before = fstatSync(this.descriptor).size;
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.descriptor, line, done);
    } catch (error) {
      // On a full disk half a line may stand there, and the next row would be glued to it.
      ftruncateSync(this.descriptor, before);
      throw explain(error, `append to ${this.path}`);
    }
  }

  /** Forgets the rows after `step`, as when a run goes on from a checkpoint of that step. Readers see the old file or the new. */
  truncateAfter(step: number): void {
    const kept = readMetrics(this.path).rows.filter((row) => row.step <= step);
    closeSync(this.descriptor);
    try {
      writeFileAtomic(this.path, kept.map((row) => `${encodeRow(row)}\n`).join(''));
    } finally {
      this.descriptor = openSync(this.path, 'a');
    }
  }

  /** Flushes the rows to the disk; called before a checkpoint, so that no checkpoint is ahead of its metrics. */
  flush(): void {
    fsyncSync(this.descriptor);
  }

  /** Flushes and closes the file. */
  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }
}

function repairEnd(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  if (bytes.length === 0 || bytes.at(-1) === 0x0a) return;
  const start = bytes.lastIndexOf(0x0a) + 1;
  const last = decodeRow(bytes.toString('utf8', start));
  truncateSync(path, start);
  if (!last) return;
  // Only the line break was lost.
  const descriptor = openSync(path, 'a');
  try {
    writeSync(descriptor, `${encodeRow(last)}\n`);
  } finally {
    closeSync(descriptor);
  }
}
