// Episodes in rounds, what is collected and where it goes, and meta-test, on a player that is made up.
import * as torch from '@twoview/torch';
import {
  type Collecting,
  initialCollection,
  iterationCollection,
  type MetaRlConfig,
  type MetaTestRun,
  metaTest,
  returnOf,
  runInRounds,
  SeedSource,
  summarize,
} from 'twoview/metarl';
import { Agent, contextOf, type Posterior, ReplayBuffers, Stream } from 'twoview/metarl/agent';
import type { Episode, EpisodeRequest } from 'twoview/metarl/environments';
import { beforeAll, describe, expect, test } from 'vitest';
import { agentConfig, episodeOf, numberOf, sizes, task } from './small.js';

beforeAll(() => torch.setNumThreads(1));

describe('rounds', () => {
  const request = (number: number, seed: number): EpisodeRequest => ({ task: task(number), latent: [0], seed });

  /** Asks three times for `width` episodes and returns the rewards it was given. */
  function* asking(number: number, width: number): Collecting<number[]> {
    const got: number[] = [];
    for (let round = 0; round < 3; round++) {
      const episodes = yield Array.from({ length: width }, (_, i) => request(number, 100 * round + i));
      expect(episodes).toHaveLength(width);
      got.push(...episodes.map(({ rewards }) => rewards[0]!));
    }
    return got;
  }

  const play = ({ task: of, seed }: EpisodeRequest): Episode =>
    episodeOf(numberOf(of), 0, 2, 1000 * numberOf(of) + seed);

  test('each gets its own episodes in its own order, played at once or one by one, and steps are counted', async () => {
    const widths = [1, 40, 0, 50];
    const expected = widths.map((width, number) =>
      [0, 100, 200].flatMap((at) => Array.from({ length: width }, (_, i) => 1000 * number + at + i)),
    );
    let steps = 0;
    const most: number[] = [];
    const atOnce = await runInRounds(
      widths.map((width, number) => asking(number, width)),
      {
        player: {
          play: async (requests) => {
            most.push(requests.length);
            return requests.map(play);
          },
        },
        onPlayed: (played) => {
          steps += played;
        },
      },
    );
    expect(atOnce).toEqual(expected);
    expect(steps).toBe(2 * 3 * 91);
    expect(Math.max(...most)).toBeLessThan(91); // whoever watches hears of it before the end of a round

    const slow = {
      play: async (requests: readonly EpisodeRequest[]) => {
        const played: Episode[] = [];
        for (const one of requests.toReversed()) {
          await Promise.resolve();
          played.unshift(play(one));
        }
        return played;
      },
    };
    expect(
      await runInRounds(
        widths.map((width, number) => asking(number, width)),
        { player: slow },
      ),
    ).toEqual(expected);
  });

  test('one that asks for nothing more is left alone while others go on; no generator at all is done at once', async () => {
    function* short(): Collecting<string> {
      yield [request(7, 1)];
      return 'short';
    }
    const player = { play: async (requests: readonly EpisodeRequest[]) => requests.map(play) };
    expect(await runInRounds<string | number[]>([short(), asking(1, 1)], { player })).toEqual([
      'short',
      [1000, 1100, 1200],
    ]);
    expect(await runInRounds([], { player })).toEqual([]);
  });

  test('asked to stop, it ends between rounds with nothing', async () => {
    let rounds = 0;
    const player = {
      play: async (requests: readonly EpisodeRequest[]) => {
        rounds++;
        return requests.map(play);
      },
    };
    expect(await runInRounds([asking(1, 2)], { player, shouldStop: () => rounds === 2 })).toBeUndefined();
    expect(rounds).toBe(2);
  });
});

describe('collection', () => {
  const horizon = 10;

  /** An agent whose posterior lies far from the prior, at the number of times it was asked; it keeps what it was asked with. */
  function fake() {
    const contexts: Float32Array[] = [];
    const agent = {
      config: agentConfig,
      sizes,
      posterior: (context: Float32Array): Posterior => {
        contexts.push(context);
        return { mean: Float64Array.of(1000, contexts.length), variance: new Float64Array(2) };
      },
    } as unknown as Agent;
    return { agent, contexts };
  }

  const fromPosterior = ({ latent }: EpisodeRequest) => latent[0]! > 500;

  /** Plays with lengths that depend on how many episodes of the task there were, and keeps requests by task. */
  function recorder(lengthOf: (number: number, count: number) => number) {
    const played: { request: EpisodeRequest; length: number }[][] = [[], [], []];
    const play = async (requests: readonly EpisodeRequest[]) =>
      requests.map((request) => {
        const number = numberOf(request.task);
        const count = played[number]!.length;
        const length = lengthOf(number, count);
        played[number]!.push({ request, length });
        return episodeOf(number, count, length, 0, { terminated: length < horizon });
      });
    return { played, player: { play } };
  }

  /** One trajectory after the other, as the algorithm says: lengths, whether z is the posterior's, and where they lie at the end. */
  function naive(
    visits: number,
    { initial, prior, posterior, extra }: MetaRlConfig['collection'],
    lengthOf: (count: number) => number,
  ) {
    const [all, encoder, rl]: [{ length: number; informed: boolean }[], number[], number[]] = [[], [], []];
    const phase = (wanted: number, usesPosterior: boolean, both: boolean) => {
      for (let taken = 0, first = true; taken < wanted; first = false) {
        const length = lengthOf(all.length);
        all.push({ length, informed: usesPosterior && !first });
        rl.push(length);
        if (both) encoder.push(length);
        taken += length;
      }
    };
    phase(initial, false, true);
    for (let visit = 0; visit < visits; visit++) {
      encoder.length = 0;
      phase(prior, false, true);
      phase(posterior, true, true);
      phase(extra, true, false);
    }
    return { all, encoder, rl };
  }

  const lengthsOf = (spans: readonly { start: number; end: number }[]) => spans.map(({ start, end }) => end - start);

  for (const [name, lengthOf] of [
    ['whole episodes', () => horizon],
    ['bodies that fall', (number: number, count: number) => 1 + ((7 * count + 3 * number) % horizon)],
  ] as const)
    test(`as one trajectory after the other would be: ${name}`, async () => {
      const settings = { initial: 35, tasks: 7, prior: 25, posterior: 30, extra: 45 };
      const { agent, contexts } = fake();
      const buffers = new ReplayBuffers(sizes, agentConfig, { seed: 1 });
      const { played, player } = recorder(lengthOf);
      const context = {
        agent,
        buffers,
        tasks: [0, 1, 2].map(task),
        horizon,
        stream: new Stream(3, 2),
        seeds: new SeedSource(3, 2),
      };
      await runInRounds(initialCollection(context, settings), { player });
      const drawn = new Stream(3, 2);
      drawn.position = context.stream.position;
      const visits = [0, 0, 0];
      for (let i = 0; i < settings.tasks; i++) visits[drawn.below(3)]!++;
      await runInRounds(iterationCollection(context, settings), { player });

      expect(Math.max(...visits)).toBeGreaterThan(1); // some task was cleared twice
      visits.forEach((count, number) => {
        const expected = naive(count, settings, (n) => lengthOf(number, n));
        const own = played[number]!;
        expect(own.map(({ request, length }) => ({ length, informed: fromPosterior(request) }))).toEqual(expected.all);
        const { encoder, rl } = buffers.tasks[number]!;
        expect(lengthsOf(encoder.spans())).toEqual(expected.encoder);
        expect(lengthsOf(rl.spans())).toEqual(expected.rl);
        const latents = own.map(({ request }) => Array.from(request.latent).join());
        expect(new Set(latents).size).toBe(latents.length); // a new z for every trajectory
        for (const { request } of own) expect(request.deterministic).toBeFalsy();
      });
      const seeds = played.flat().map(({ request }) => request.seed);
      expect(new Set(seeds).size).toBe(seeds.length);

      // A context is E rows of one task, none older than its last visit.
      expect(contexts.length).toBeGreaterThan(0);
      for (const rows of contexts) {
        expect(rows).toHaveLength(agentConfig.contextSize * 4);
        expect(new Set(Array.from({ length: agentConfig.contextSize }, (_, i) => rows[4 * i]!)).size).toBe(1);
      }
    });

  test('a context holds what the encoder buffer has: nothing from before it was cleared, nothing of the extra phase', async () => {
    const { agent, contexts } = fake();
    const buffers = new ReplayBuffers(sizes, agentConfig, { seed: 1 });
    const { player } = recorder(() => horizon);
    const context = {
      agent,
      buffers,
      tasks: [task(0)],
      horizon,
      stream: new Stream(1, 2),
      seeds: new SeedSource(1, 2),
    };
    const settings = { initial: 20, tasks: 1, prior: 20, posterior: 0, extra: 200 };
    await runInRounds(initialCollection(context, settings), { player }); // trajectories 0 and 1
    await runInRounds(iterationCollection(context, settings), { player }); // 2 and 3, then 20 more
    expect(contexts).toHaveLength(20);
    const seen = new Set(contexts.flatMap((rows) => Array.from({ length: 5 }, (_, i) => rows[4 * i + 1]!)));
    expect(seen).toEqual(new Set([2, 3]));
  });

  test('at least what was asked for, and less than a trajectory more', async () => {
    for (const [steps, length] of [
      [30, 10],
      [31, 10],
      [30, 7],
      [30, 1],
      [1, 10],
    ] as const) {
      const { agent } = fake();
      const { played, player } = recorder(() => length);
      const buffers = new ReplayBuffers(sizes, agentConfig, { seed: 1 });
      const context = { agent, buffers, tasks: [task(0)], horizon, stream: new Stream(1), seeds: new SeedSource(1, 2) };
      const settings = { initial: steps, tasks: 1, prior: 1, posterior: 0, extra: 0 };
      await runInRounds(initialCollection(context, settings), { player });
      expect(played[0]!).toHaveLength(Math.ceil(steps / length));
    }
  });
});

describe('meta-test', () => {
  const agent = new Agent(sizes, agentConfig, { seed: 5 });
  /** Return 20 in the dense reward, and in the sparse one 1 for the first trajectory, 2 for the second, and so on. */
  function recorder(length = 10) {
    const counts = new Map<string, number>();
    const requests: EpisodeRequest[] = [];
    const play = async (asked: readonly EpisodeRequest[]) =>
      asked.map((request) => {
        requests.push(request);
        // Runs of a task are told apart by their place in a round, which is all that this needs.
        const key = `${numberOf(request.task)} ${asked.filter((other) => other.task === request.task).indexOf(request)}`;
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        const contextRewards = new Float64Array(length);
        contextRewards[0] = count + 10 * numberOf(request.task);
        return episodeOf(numberOf(request.task), count, length, 20 / length, {
          contextRewards,
          success: count % 2 === 0,
        });
      });
    return { requests, player: { play } };
  }
  const options = { agent, tasks: [0, 1].map(task), runs: 2, steps: 30, explorationTrajectories: 2, seed: 3 };
  const isPrior = (z: ArrayLike<number>, posterior: Posterior) =>
    Array.from(z).some((value, i) => Math.abs(value - posterior.mean[i]!) > 8 * Math.sqrt(posterior.variance[i]!));

  test('by hand: deterministic, z from the prior, then from the posterior of everything seen; the last return counts', async () => {
    const { requests, player } = recorder();
    const runs = (await metaTest({ ...options, player }))!;
    expect(runs.map((run) => [run.task, run.run])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(requests).toHaveLength(12);
    for (const { deterministic } of requests) expect(deterministic).toBe(true);
    expect(new Set(requests.map(({ seed }) => seed)).size).toBe(12);
    expect(new Set(requests.map(({ latent }) => Array.from(latent).join())).size).toBe(12);
    for (const run of runs) {
      const rows = run.episodes.flatMap((episode) => Array.from(contextOf(episode, sizes)));
      expect(rows).toHaveLength(30 * 4);
      expect(run.posterior).toEqual(agent.posterior(rows));
      const known = agent.posterior(rows.slice(0, 20 * 4));
      // The third z is the posterior's of the first two trajectories: the same stream of normal numbers, moved and scaled.
      const again = new Stream(3, 16 + 2 ** 14 * run.task + run.run);
      const normals = [0, 1, 2].map(() => [0, 1].map(() => again.normal()));
      for (const k of [0, 1]) expect(Array.from(run.requests[k]!.latent)).toEqual(normals[k]);
      expect(Array.from(run.requests[2]!.latent)).toEqual(
        normals[2]!.map((xi, i) => known.mean[i]! + Math.sqrt(known.variance[i]!) * xi),
      );
    }
    // The sparse rewards of three trajectories are 1, 2, 3 in task 0 and 11, 12, 13 in task 1.
    expect(summarize(runs)).toEqual({ first: 6, last: 8, byTrajectory: [6, 7, 8], success: 0 });
    expect(returnOf(runs[0]!.episodes[0]!)).toBe(1);
  });

  test('without adaptation every z is from the prior', async () => {
    // A posterior so narrow that no draw of the prior lies in it.
    const narrow = Object.assign(Object.create(agent) as Agent, {
      posterior: () => ({ mean: new Float64Array(2).fill(50), variance: new Float64Array(2).fill(1e-6) }),
    });
    const posterior = narrow.posterior([]);
    const of = async (adapt: boolean) => {
      const runs = (await metaTest({ ...options, agent: narrow, adapt, steps: 40, player: recorder().player }))!;
      return runs.map(({ requests }) => requests.map(({ latent }) => isPrior(latent, posterior)));
    };
    for (const own of await of(true)) expect(own).toEqual([true, true, false, false]);
    for (const own of await of(false)) expect(own).toEqual([true, true, true, true]);
  });

  test('a run is the same however many tasks and runs there are beside it', async () => {
    const of = async (tasks: number, runs: number) =>
      (await metaTest({
        ...options,
        tasks: Array.from({ length: tasks }, (_, i) => task(i)),
        runs,
        player: recorder().player,
      }))!;
    const [few, many] = [await of(1, 1), await of(3, 4)];
    const same = many.find((run) => run.task === 0 && run.run === 0)!;
    expect(same.requests).toEqual(few[0]!.requests);
    expect(same.posterior).toEqual(few[0]!.posterior);
  });

  test('trajectories go on until the steps are reached; the posterior is inferred even if all of them explored', async () => {
    const short = (await metaTest({ ...options, player: recorder(7).player }))!;
    for (const { episodes } of short) expect(episodes).toHaveLength(5);
    const exploring = (await metaTest({ ...options, explorationTrajectories: 9, player: recorder().player }))!;
    for (const run of exploring)
      expect(run.posterior).toEqual(agent.posterior(run.episodes.flatMap((one) => Array.from(contextOf(one, sizes)))));
  });

  test('trajectories of different numbers: the last of each, and as many means as all have', () => {
    const run = (...returns: number[]): MetaTestRun => ({
      task: 0,
      run: 0,
      requests: [],
      posterior: { mean: new Float64Array(1), variance: new Float64Array(1) },
      episodes: returns.map((value) => episodeOf(0, 0, 1, value)),
    });
    expect(summarize([run(1, 2, 3), run(5, 7)])).toEqual({ first: 3, last: 5, byTrajectory: [3, 4.5], success: null });
  });
});

/** What makes a run small. */
