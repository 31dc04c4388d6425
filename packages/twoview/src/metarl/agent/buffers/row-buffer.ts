// Transitions as rows of numbers, oldest out first, with the bounds of the trajectories they came in.
import type { Stream } from './stream.js';

/** A piece of a trajectory that is still here: rows counted from the first ever added. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a file holds of a buffer. */
export interface RowBufferState {
  /** The rows that are kept, the oldest first: `[size, width]`. */
  readonly rows: Float32Array;
  /** Lengths of their trajectories, the oldest first; the first may have lost its beginning. */
  readonly lengths: Int32Array;
}

const leastRows = 256;

/** The lower one of two in the middle; 0 of none. */
function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[(numbers.length - 1) >> 1] ?? 0;
}

/**
 * Holds the newest `capacity` rows. Memory grows with what is in it, by doubling: it is at most twice what the rows take,
 * and never more than `capacity` rows of 4 `width` bytes.
 */
export class RowBuffer {
  #rows = new Float32Array(0);
  /** Rows ever added since the last `clear`: row i lies at i modulo the capacity. */
  #end = 0;
  #spans: Span[] = [];
  /** Spans before this one have been overwritten. */
  #firstSpan = 0;
  /** Computed when it is asked for; undefined when trajectories have come or gone since. */
  #typical: number | undefined;

  /** @throws RangeError unless both are whole numbers from 1 on */
  constructor(
    readonly width: number,
    readonly capacity: number,
  ) {
    for (const [name, value] of [
      ['width', width],
      ['capacity', capacity],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(`the ${name} of a buffer is a whole number from 1 on, not ${value}`);
      }
    }
  }

  /** Rows in it. */
  get size(): number {
    return Math.min(this.#end, this.capacity);
  }

  get #begin(): number {
    return this.#end - this.size;
  }

  /** Bytes of memory it occupies. */
  get bytes(): number {
    return this.#rows.byteLength;
  }

  /** Where all rows lie; `place` finds one. Valid until the next `add`. */
  get rows(): Float32Array {
    return this.#rows;
  }

  /** The index in `rows` of the first number of row `index`, counted as in `Span`. */
  place(index: number): number {
    return (index % this.capacity) * this.width;
  }

  #reserve(rows: number): void {
    const have = this.#rows.length / this.width;
    if (rows <= have) return;
    const grown = new Float32Array(Math.min(this.capacity, Math.max(rows, 2 * have, leastRows)) * this.width);
    grown.set(this.#rows);
    this.#rows = grown;
  }

  /**
   * Adds a whole trajectory; the oldest rows give way.
   * @param write fills in row `row` of the trajectory, from index `at` of `rows` on
   */
  add(length: number, write: (rows: Float32Array, at: number, row: number) => void): void {
    if (length === 0) return;
    const start = this.#end;
    this.#reserve(Math.min(this.capacity, start + length));
    for (let row = Math.max(0, length - this.capacity); row < length; row++) {
      write(this.#rows, this.place(start + row), row);
    }
    this.#end = start + length;
    this.#spans.push({ start, end: this.#end });
    this.#typical = undefined;
    this.#forgetSpans();
  }

  #forgetSpans(): void {
    while (this.#firstSpan < this.#spans.length && this.#spans[this.#firstSpan]!.end <= this.#begin) this.#firstSpan++;
    if (this.#firstSpan > 64 && 2 * this.#firstSpan > this.#spans.length) {
      this.#spans = this.#spans.slice(this.#firstSpan);
      this.#firstSpan = 0;
    }
  }

  /** Forgets all rows; the memory is kept for the next ones. */
  clear(): void {
    this.#end = 0;
    this.#spans = [];
    this.#firstSpan = 0;
    this.#typical = undefined;
  }

  /** What is left of every trajectory, the oldest first. */
  spans(): Span[] {
    const begin = this.#begin;
    return this.#spans.slice(this.#firstSpan).map(({ start, end }) => ({ start: Math.max(start, begin), end }));
  }

  /** The most consecutive rows of one trajectory. */
  longest(): number {
    let longest = 0;
    for (let i = this.#firstSpan; i < this.#spans.length; i++) {
      const { start, end } = this.#spans[i]!;
      longest = Math.max(longest, end - Math.max(start, this.#begin));
    }
    return longest;
  }

  /** The median of trajectories' lengths: half of them are as long, or longer; 0 without any. */
  typical(): number {
    this.#typical ??= median(this.spans().map(({ start, end }) => end - start));
    return this.#typical;
  }

  /** Whether any row that is kept is not 0 in a column. */
  some(column: number): boolean {
    for (let row = this.#begin; row < this.#end; row++) if (this.#rows[this.place(row) + column] !== 0) return true;
    return false;
  }

  /** A row, every one equally likely. @throws RangeError when there is none */
  draw(stream: Stream): number {
    if (this.#end === 0) throw new RangeError('this buffer is empty: collect transitions before sampling');
    return this.#begin + stream.below(this.size);
  }

  /** One of the trajectories that have at least `rows` rows left, equally likely. @throws RangeError when none has */
  drawSpan(rows: number, stream: Stream): Span {
    const begin = this.#begin;
    const left = (span: Span) => span.end - Math.max(span.start, begin);
    let usable = 0;
    for (let i = this.#firstSpan; i < this.#spans.length; i++) if (left(this.#spans[i]!) >= rows) usable++;
    if (usable === 0) {
      throw new RangeError(
        `no trajectory here has ${rows} transitions (the longest has ${this.longest()}): use shorter windows`,
      );
    }
    let chosen = stream.below(usable);
    for (let i = this.#firstSpan; ; i++) {
      const span = this.#spans[i]!;
      if (left(span) >= rows && chosen-- === 0) return { start: Math.max(span.start, begin), end: span.end };
    }
  }

  /** A copy of what is kept. */
  save(): RowBufferState {
    const { width, size } = this;
    const rows = new Float32Array(size * width);
    const first = this.#begin % this.capacity;
    const untilWrap = Math.min(size, this.capacity - first);
    rows.set(this.#rows.subarray(first * width, (first + untilWrap) * width));
    rows.set(this.#rows.subarray(0, (size - untilWrap) * width), untilWrap * width);
    return { rows, lengths: Int32Array.from(this.spans(), ({ start, end }) => end - start) };
  }

  /** Holds what `save` gave, and samples as that buffer would. @throws RangeError if it does not fit */
  load({ rows, lengths }: RowBufferState): void {
    const size = lengths.reduce((a, b) => a + b, 0);
    if (lengths.some((length) => length < 1))
      throw new RangeError('a saved buffer has a trajectory without transitions');
    if (rows.length !== size * this.width || size > this.capacity) {
      throw new RangeError(
        `a saved buffer has ${rows.length} numbers and trajectories of ${size} transitions in all; this one holds ${this.capacity} of ${this.width} numbers`,
      );
    }
    this.clear();
    this.#reserve(size);
    this.#rows.set(rows);
    for (const length of lengths) {
      this.#spans.push({ start: this.#end, end: this.#end + length });
      this.#end += length;
    }
  }
}
