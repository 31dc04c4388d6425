// A seeded stream of random numbers whose whole state is one number: Philox counts, it does not remember.
import { philox4x32 } from '../../../augment/philox.js';

const TWO_32 = 2 ** 32;

/** Streams of different (seed, id) are independent; so are two of the same whose positions are far apart. */
export class Stream {
  readonly #block = new Uint32Array(4);
  #position = 0;

  /** @param id tells streams of one seed apart */
  constructor(
    readonly seed: number,
    readonly id = 0,
  ) {
    for (const [name, value] of [
      ['seed', seed],
      ['id', id],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new RangeError(`the ${name} of a stream is a whole number from 0 on, not ${value}`);
      }
    }
  }

  /** 32-bit numbers drawn so far: the whole state. */
  get position(): number {
    return this.#position;
  }

  /** Goes on from a position. @throws RangeError if it is none */
  set position(value: number) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`the position of a stream is a whole number from 0 on, not ${value}`);
    }
    this.#position = value;
    if (value % 4 !== 0) this.#fill();
  }

  #fill(): void {
    const block = Math.floor(this.#position / 4);
    philox4x32(this.#block, block, block / TWO_32, this.id, this.id / TWO_32, this.seed, this.seed / TWO_32);
  }

  /** The next integer in [0, 2^32). */
  next(): number {
    const place = this.#position % 4;
    if (place === 0) this.#fill();
    this.#position++;
    return this.#block[place]!;
  }

  /** In [0, 1). */
  uniform(): number {
    return this.next() / TWO_32;
  }

  /** An integer in [0, n), every one equally likely; n is at most 2^32. */
  below(n: number): number {
    const limit = TWO_32 - (TWO_32 % n);
    for (;;) {
      const draw = this.next();
      if (draw < limit) return draw % n;
    }
  }

  /** Standard normal, by the method of Box and Muller; two draws each. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.next() + 1) / TWO_32));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The first `into.length` of a random order of 0 to n - 1: draws without replacement. */
  distinct(n: number, into: Int32Array): void {
    if (into.length > n) throw new RangeError(`${into.length} different numbers cannot be drawn out of ${n}`);
    const moved = new Map<number, number>();
    for (let i = 0; i < into.length; i++) {
      const j = i + this.below(n - i);
      into[i] = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
    }
  }
}
