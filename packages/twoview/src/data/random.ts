// Integer random numbers that are the same on every machine: sfc32, seeded from any number of integers.
// Not for cryptography, and not the engine's generator: it orders and draws data without loading the engine.

const TWO_32 = 2 ** 32;

/** Murmur3's finaliser: spreads every input bit over the 32 output bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A seeded stream of 32-bit integers (Chris Doty-Humphrey's sfc32); equal keys give equal streams everywhere. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param key integers (up to 2^53) that name the stream, for example (seed, epoch). */
  constructor(...key: number[]) {
    let a = 0x9e3779b9;
    let b = 0x243f6a88;
    let c = 0xb7e15162;
    for (const part of key) {
      if (!Number.isSafeInteger(part)) throw new RangeError(`A random stream is named by integers, got ${part}.`);
      for (const word of [part | 0, Math.floor(part / TWO_32) | 0]) {
        a = mix(a ^ word);
        b = mix(b + a);
        c = mix(c ^ b);
      }
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** The next integer in [0, 2^32). */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** A number in [low, high), a multiple of 2^-32 of the range. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.next() / TWO_32);
  }

  /** An integer in [0, n), every one equally likely; n is at most 2^32. */
  below(n: number): number {
    const limit = TWO_32 - (TWO_32 % n);
    for (;;) {
      const draw = this.next();
      if (draw < limit) return draw % n;
    }
  }

  /** Shuffles an array in place (Fisher-Yates). */
  shuffle(values: Int32Array): Int32Array {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
    }
    return values;
  }
}

/** A hash of a string as a number in [0, 1): FNV-1a over its UTF-8 bytes, then mixed. Stable across machines. */
export function hashFraction(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return (mix(h) >>> 0) / TWO_32;
}
