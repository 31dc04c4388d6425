// Meta-test: explore a new task with z from the prior, infer the posterior, and act by it. Rakelly et al. 2019, algorithm 2, with
// the protocol of their program.
import { type Agent, contextOf, drawLatent, type Posterior, prior, Stream } from '../agent/index.js';
import type { Episode, EpisodeRequest, Task } from '../environments/index.js';
import { returnOf } from './episodes.js';
import { type Collecting, type EpisodePlayer, runInRounds } from './rounds.js';
import { SeedSource } from './seeds.js';

export interface MetaTestOptions {
  agent: Agent;
  tasks: readonly Task[];
  player: EpisodePlayer;
  /** Independent runs of each task. */
  runs: number;
  /** Environment steps of a run: trajectories are played until it has so many. */
  steps: number;
  explorationTrajectories: number;
  /** z of all trajectories from the prior: what adaptation is compared with. False if left out. */
  adapt?: boolean;
  /** Draws z, starts and nothing else: the policy is deterministic. */
  seed: number;
  onProgress?: (steps: number) => void;
  shouldStop?: () => boolean;
}

/** One run of one task. */
export interface MetaTestRun {
  /** Index of the task. */
  task: number;
  run: number;
  /** In their order. */
  episodes: readonly Episode[];
  /** What each was played by: playing it again gives the same episode. */
  requests: readonly EpisodeRequest[];
  /** After the last trajectory, of all transitions. */
  posterior: Posterior;
}

/** Streams of runs come after those of training, and no two runs share one. */
const firstStream = 16;
const mostRuns = 2 ** 14;

function* metaTestRun(options: MetaTestOptions, task: number, run: number): Collecting<MetaTestRun> {
  const { agent, tasks, steps, explorationTrajectories, adapt = true, seed } = options;
  // Of (task, run) alone: a run draws the same however many others there are.
  const number = firstStream + task * mostRuns + run;
  const stream = new Stream(seed, number);
  const seeds = new SeedSource(seed, number);
  let belief = prior(agent.config);
  let context = new Float32Array(0);
  const episodes: Episode[] = [];
  const requests: EpisodeRequest[] = [];
  for (let taken = 0; taken < steps; ) {
    const latent = drawLatent(adapt ? belief : prior(agent.config), stream);
    const request = { task: tasks[task]!, latent, seed: seeds.next(), deterministic: true };
    const [episode] = yield [request];
    requests.push(request);
    episodes.push(episode!);
    taken += episode!.length;
    const seen = contextOf(episode!, agent.sizes);
    const joined = new Float32Array(context.length + seen.length);
    joined.set(context);
    joined.set(seen, context.length);
    context = joined;
    if (episodes.length >= explorationTrajectories) belief = agent.posterior(context);
  }
  const posterior = episodes.length >= explorationTrajectories ? belief : agent.posterior(context);
  return { task, run, episodes, requests, posterior };
}

/**
 * Tests every task, with the deterministic policy; every transition joins the context. The return of a run is that of its last
 * trajectory.
 *
 * @returns runs task by task; undefined when it was asked to stop
 */
export async function metaTest(options: MetaTestOptions): Promise<MetaTestRun[] | undefined> {
  const { tasks, runs, player, onProgress, shouldStop } = options;
  const all = tasks.flatMap((_, task) => Array.from({ length: runs }, (__, run) => metaTestRun(options, task, run)));
  return runInRounds(all, {
    player,
    ...(onProgress && { onPlayed: onProgress }),
    ...(shouldStop && { shouldStop }),
  });
}

/** What a meta-test adds up to. */
export interface MetaTestSummary {
  /** Mean return of the last trajectory and of the first, over runs and tasks. */
  last: number;
  first: number;
  /** Mean return of trajectory 1, 2, ...; as many as all runs have. */
  byTrajectory: number[];
  /** Share in [0, 1] of runs whose last trajectory reached the goal; null where the family has no such thing. */
  success: number | null;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function summarize(runs: readonly MetaTestRun[]): MetaTestSummary {
  const returns = runs.map(({ episodes }) => episodes.map(returnOf));
  const least = Math.min(...returns.map(({ length }) => length));
  const ends = runs.map(({ episodes }) => episodes.at(-1)!.success);
  const known = ends.filter((success) => success !== undefined);
  return {
    last: mean(returns.map((own) => own.at(-1)!)),
    first: mean(returns.map((own) => own[0]!)),
    byTrajectory: Array.from({ length: least }, (_, i) => mean(returns.map((own) => own[i]!))),
    success: known.length === 0 ? null : mean(known.map(Number)),
  };
}
