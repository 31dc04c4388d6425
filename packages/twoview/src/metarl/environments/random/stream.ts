// The random stream of an environment or a policy: Philox in counter mode, so its whole state is a seed and a position.
import { philox4x32 } from '../../../augment/philox.js';

const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;

/** Draws that depend on (seed, purpose, position) alone; equal on every machine. */
export class Stream {
  readonly #block = new Uint32Array(4);
  #seed: number;
  #position = 0;
  readonly #purpose: number;

  /**
   * @param seed an integer in [0, 2^53)
   * @param purpose streams of one seed that serve different purposes do not overlap
   * @throws RangeError for another seed
   */
  constructor(seed: number, purpose = 0) {
    this.#seed = checkSeed(seed);
    this.#purpose = purpose;
  }

  get seed(): number {
    return this.#seed;
  }

  /** How many blocks were drawn; every number takes one. */
  get position(): number {
    return this.#position;
  }

  /** Goes to a place of the stream of `seed`. */
  seek(seed: number, position = 0): void {
    this.#seed = checkSeed(seed);
    this.#position = position;
  }

  #draw(): void {
    const [at, seed] = [this.#position++, this.#seed];
    philox4x32(this.#block, at >>> 0, Math.floor(at / TWO_32), this.#purpose, 0, seed >>> 0, Math.floor(seed / TWO_32));
  }

  /** A number in [0, 1) with 53 random bits, from words `i` and `i + 1` of the block. */
  #unit(i: number): number {
    return ((this.#block[i]! >>> 5) * 2 ** 26 + (this.#block[i + 1]! >>> 6)) / TWO_53;
  }

  /** A number in [low, high). */
  uniform(low = 0, high = 1): number {
    this.#draw();
    return low + (high - low) * this.#unit(0);
  }

  /** A standard normal number (Box-Muller). */
  normal(): number {
    this.#draw();
    return Math.sqrt(-2 * Math.log(1 - this.#unit(0))) * Math.cos(2 * Math.PI * this.#unit(2));
  }
}

/** @throws RangeError unless `seed` is an integer in [0, 2^53) */
export function checkSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`A seed has to be an integer from 0 to 2^53 - 1, got ${seed}.`);
  return seed;
}
