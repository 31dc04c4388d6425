// Random numbers for the fuzzer: each call draws from a stream of its own, so that any one call can be made again alone.

/** A stream that is a function of (seed, index) alone. */
export class Stream {
  constructor(seed, index) {
    this.state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
    for (let i = 0; i < 3; i++) this.bits();
  }

  /** 32 random bits (mulberry32). */
  bits() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform() {
    return this.bits() / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low, high) {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  chance(probability) {
    return this.uniform() < probability;
  }

  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
