// Seeds of episodes: each episode of a run has its own, by its number, so that where it is played makes no difference.
import { Random } from '../../data/random.js';

export class SeedSource {
  /** @param stream tells apart what draws from one run seed */
  constructor(
    private readonly seed: number,
    private readonly stream: number,
    /** Seeds handed out so far: the whole state. */
    public count = 0,
  ) {}

  /** In [0, 2^31). */
  next(): number {
    return new Random(this.seed, this.stream, this.count++).next() >>> 1;
  }
}
