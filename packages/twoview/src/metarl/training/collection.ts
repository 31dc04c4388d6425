// Meta-training's collection: what PEARL plays with z from the prior and from the posterior, and which buffer it goes to.
// Rakelly et al. 2019, algorithm 1, with the buffers of their program.
import { type Agent, drawLatent, prior, type ReplayBuffers, type Stream } from '../agent/index.js';
import type { Task } from '../environments/index.js';
import type { MetaRlConfig } from './config.js';
import type { Collecting } from './rounds.js';
import type { SeedSource } from './seeds.js';

export interface CollectionContext {
  agent: Agent;
  buffers: ReplayBuffers;
  tasks: readonly Task[];
  /** Steps of an episode at most. */
  horizon: number;
  /** Draws tasks and z. */
  stream: Stream;
  seeds: SeedSource;
}

/** At least `steps` environment steps of a task with z from the prior, a new one each trajectory: as many episodes at once as must be. */
function* fromPrior(context: CollectionContext, number: number, steps: number): Collecting {
  const { agent, buffers, tasks, horizon, stream, seeds } = context;
  const nothing = prior(agent.config);
  for (let left = steps; left > 0; ) {
    const episodes = yield Array.from({ length: Math.ceil(left / horizon) }, () => ({
      task: tasks[number]!,
      latent: drawLatent(nothing, stream),
      seed: seeds.next(),
    }));
    for (const episode of episodes) {
      buffers.add(number, episode, 'both');
      left -= episode.length;
    }
  }
}

/** The same with z from the posterior of a batch of context, inferred anew after every trajectory; the first z is from the prior. */
function* fromPosterior(
  context: CollectionContext,
  number: number,
  steps: number,
  destination: 'both' | 'rl',
): Collecting {
  const { agent, buffers, tasks, stream, seeds } = context;
  let belief = prior(agent.config);
  for (let left = steps; left > 0; ) {
    const latent = drawLatent(belief, stream);
    const [episode] = yield [{ task: tasks[number]!, latent, seed: seeds.next() }];
    buffers.add(number, episode!, destination);
    left -= episode!.length;
    belief = agent.posterior(buffers.sampleContext(number));
  }
}

/** What is collected of every training task before the first iteration. */
export function initialCollection(context: CollectionContext, { initial }: MetaRlConfig['collection']): Collecting[] {
  return context.tasks.map((_, number) => fromPrior(context, number, initial));
}

/** An iteration's part of one task, as often as it was drawn. */
function* visits(
  context: CollectionContext,
  number: number,
  times: number,
  { prior: first, posterior, extra }: MetaRlConfig['collection'],
): Collecting {
  for (let i = 0; i < times; i++) {
    context.buffers.clearContext(number);
    yield* fromPrior(context, number, first);
    yield* fromPosterior(context, number, posterior, 'both');
    yield* fromPosterior(context, number, extra, 'rl');
  }
}

/** An iteration's collection: different tasks at once, a task that was drawn twice one time after the other. */
export function iterationCollection(context: CollectionContext, settings: MetaRlConfig['collection']): Collecting[] {
  const times = new Map<number, number>();
  for (let i = 0; i < settings.tasks; i++) {
    const number = context.stream.below(context.tasks.length);
    times.set(number, (times.get(number) ?? 0) + 1);
  }
  return Array.from(times, ([number, count]) => visits(context, number, count, settings));
}
