// NumPy's legacy generator, RandomState: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) and, on top of it, the
// draws that the task lists of PEARL are made of. The numbers are NumPy's, bit for bit.

const N = 624;
const M = 397;

/** Draws as `numpy.random.RandomState(seed)` does. */
export class RandomState {
  readonly #words = new Uint32Array(N);
  #index = N;

  /** @throws RangeError unless `seed` is an integer in [0, 2^32) */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
      throw new RangeError(`A seed of NumPy's RandomState is an integer from 0 to 2^32 - 1, got ${seed}.`);
    const words = this.#words;
    words[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = words[i - 1]! ^ (words[i - 1]! >>> 30);
      words[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** The next 32-bit integer. */
  next(): number {
    if (this.#index === N) this.#twist();
    let y = this.#words[this.#index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < N; i++) {
      const y = (words[i]! & 0x80000000) | (words[(i + 1) % N]! & 0x7fffffff);
      words[i] = words[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }

  /** `uniform(low, high)`: 53 random bits. */
  uniform(low = 0, high = 1): number {
    const high27 = this.next() >>> 5;
    const low26 = this.next() >>> 6;
    return low + (high - low) * ((high27 * 67108864 + low26) / 9007199254740992);
  }

  /** An integer in [0, max], every one equally likely: masked draws, those above `max` thrown away. */
  #upTo(max: number): number {
    let mask = max;
    for (const shift of [1, 2, 4, 8, 16]) mask |= mask >>> shift;
    for (;;) {
      const draw = (this.next() & mask) >>> 0;
      if (draw <= max) return draw;
    }
  }

  /** `shuffle(items)`, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }
}
