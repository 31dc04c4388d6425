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

  /** In [0, 2^53): of millions of episodes no two are likely to share one. */
  next(): number {
    const random = new Random(this.seed, this.stream, this.count++);
    return (random.next() >>> 11) * 2 ** 32 + random.next();
  }
}
