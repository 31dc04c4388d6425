// Many things that each collect episode after episode, in rounds: all of them at once where they do not wait for each other, and
// with the same outcome however many threads step environments.
import type { Episode, EpisodeRequest } from '../environments/index.js';

/** Something that asks for episodes, gets them, and may ask again. What it does in between is its own. */
export type Collecting<R = void> = Generator<EpisodeRequest[], R, Episode[]>;

/** Plays episodes, any number at a time; the answers are in the order of the requests. */
export interface EpisodePlayer {
  play(requests: readonly EpisodeRequest[]): Promise<Episode[]>;
}

export interface RoundOptions {
  player: EpisodePlayer;
  /** Called now and then with the environment steps that were played since. */
  onPlayed?: (steps: number) => void;
  /** Asked between rounds, and between some episodes and the next of a long one: true ends them. */
  shouldStop?: () => boolean;
}

/** Episodes that are played before anyone hears of it: a first collection has thousands. */
const atOnce = 64;

/**
 * Runs all to their ends. In every round each of them gets the episodes that it asked for, in their order: so it is the same whether
 * episodes were played one by one or at once.
 * @returns what each returned; undefined when it was asked to stop
 */
export async function runInRounds<R>(
  collecting: readonly Collecting<R>[],
  { player, onPlayed, shouldStop }: RoundOptions,
): Promise<R[] | undefined> {
  const results = new Array<R>(collecting.length);
  let open = collecting.map((one, i) => ({ one, i, next: one.next() }));
  for (;;) {
    open = open.filter(({ i, next }) => {
      if (next.done) results[i] = next.value;
      return !next.done;
    });
    if (open.length === 0) return results;
    if (shouldStop?.()) return undefined;
    const asked = open.map(({ next }) => next.value as EpisodeRequest[]);
    const requests = asked.flat();
    const played: Episode[] = [];
    while (played.length < requests.length) {
      if (played.length > 0 && shouldStop?.()) return undefined;
      const some = await player.play(requests.slice(played.length, played.length + atOnce));
      played.push(...some);
      onPlayed?.(some.reduce((sum, { length }) => sum + length, 0));
    }
    let start = 0;
    open = open.map(({ one, i }, place) => {
      const own = played.slice(start, start + asked[place]!.length);
      start += own.length;
      return { one, i, next: one.next(own) };
    });
  }
}
