// Several environments of one family, stepped together in worker threads. Each has a random stream of its own, so results depend on
// the seed and not on the number of workers.
import { notFinite } from '../base/episodic-environment.js';
import { compiledMujoco } from '../mujoco/load.js';
import { checkSeed } from '../random/stream.js';
import type { Task, TaskFamily } from '../types.js';
import { doAll } from './do-all.js';
import type { Episode, EpisodeRequest } from './episode.js';
import { type Host, localHost, workerHost } from './host.js';
import type { PolicyWeights } from './policy.js';
import { allocate, arraysOf, type Command, type ShardSetup, type StepArrays } from './protocol.js';
import { resolveFamily } from './resolve.js';

export interface VectorOptions {
  /** A built-in family or its name, or one of `loadMetaWorld`; without workers any family. */
  family: string | TaskFamily;
  /** Worker threads; 0 keeps all environments in this thread. */
  workers?: number;
  /** Environments to step; as many as workers, and at least 1, by default. `collect` needs none. */
  count?: number;
  horizon?: number;
}

export interface ResetOptions {
  /** Environment i starts the stream of `seed + i` anew; without it streams go on. */
  seed?: number;
  /** Only these environments. */
  which?: readonly number[];
}

/** @throws RangeError for numbers that are not, or a family that a worker could not find */
export async function createVectorEnvironments(options: VectorOptions): Promise<VectorEnvironments> {
  const { workers = 1, count = Math.max(1, workers) } = options;
  if (!Number.isInteger(workers) || workers < 0)
    throw new RangeError(`workers is the number of worker threads, 0 or more; got ${workers}.`);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`count is the number of environments, 1 or more; got ${count}.`);
  const source = typeof options.family === 'string' ? options.family : (options.family.source ?? options.family.name);
  const family = typeof options.family === 'string' ? await resolveFamily(options.family) : options.family;
  // Workers find a family by its name: one that is not built in is refused here.
  if (workers > 0) await resolveFamily(source);

  const { observationSize, actionSize } = family;
  const horizon = options.horizon ?? family.horizon;
  const buffers = allocate(count, observationSize, actionSize);
  const shards = Math.max(1, workers);
  const setups = Array.from({ length: shards }, (_, i): ShardSetup => {
    const [first, end] = [Math.floor((i * count) / shards), Math.floor(((i + 1) * count) / shards)];
    return { family: source, horizon, first, count: end - first, buffers };
  });
  const mujoco = family.simulated && workers > 0 ? await compiledMujoco() : undefined;
  const started = await Promise.allSettled(
    setups.map((setup) => (workers === 0 ? localHost(setup, family) : workerHost(setup, mujoco))),
  );
  const hosts = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(hosts.map((host) => host.close()));
    throw failed.reason;
  }
  return new VectorEnvironments(family, horizon, hosts, arraysOf(buffers));
}

export class VectorEnvironments {
  readonly family: string;
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly horizon: number;
  readonly #hosts: readonly Host[];
  readonly #arrays: StepArrays;
  /** The collection under way; never rejected. */
  #collection: Promise<PromiseSettledResult<void>[]> | undefined;
  #closing: Promise<void> | undefined;

  /** Use `createVectorEnvironments`. */
  constructor(family: TaskFamily, horizon: number, hosts: readonly Host[], arrays: StepArrays) {
    this.family = family.name;
    this.observationSize = family.observationSize;
    this.actionSize = family.actionSize;
    this.horizon = horizon;
    this.count = arrays.rewards.length;
    this.#hosts = hosts;
    this.#arrays = arrays;
  }

  /** `[n, O]`, `[n]`, `[n]`: overwritten in place by `reset` and `step`. */
  get observations(): Float64Array {
    return this.#arrays.observations;
  }
  get rewards(): Float64Array {
    return this.#arrays.rewards;
  }
  /** 0 in families that are not sparse. */
  get sparseRewards(): Float64Array {
    return this.#arrays.sparseRewards;
  }
  /** 1 or 0, `[n]` each; an episode that is over keeps them until its reset or another task. */
  get terminated(): Uint8Array {
    return this.#arrays.terminated;
  }
  get truncated(): Uint8Array {
    return this.#arrays.truncated;
  }
  get success(): Uint8Array {
    return this.#arrays.success;
  }

  /**
   * One task for each environment, in order; then they need a reset.
   * @throws RangeError for another number, or a task that is not of the family; the others are set all the same
   */
  setTasks(tasks: readonly Task[]): void {
    if (tasks.length !== this.count)
      throw new RangeError(
        `There are ${this.count} environments, so ${this.count} tasks are needed; got ${tasks.length}.`,
      );
    this.#ask(({ first, count }) => ({ type: 'tasks', tasks: tasks.slice(first, first + count) }));
  }

  /** Starts episodes. @returns the observations `[n, O]` */
  reset({ seed, which }: ResetOptions = {}): Float64Array {
    const base = seed === undefined ? undefined : checkSeed(seed);
    const indices = which ?? Array.from({ length: this.count }, (_, i) => i);
    const wrong = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= this.count);
    if (wrong !== undefined)
      throw new RangeError(`There is no environment ${wrong}: there are 0 to ${this.count - 1}.`);
    this.#ask(({ first, count }) => {
      const own = indices.filter((index) => index >= first && index < first + count);
      return {
        type: 'reset',
        which: own.map((index) => index - first),
        seeds: own.map((index) => (base === undefined ? undefined : base + index)),
      };
    });
    return this.observations;
  }

  /**
   * One step of every environment whose episode is not over. The thread waits for it.
   * @param actions `[n, A]`
   * @throws RangeError for another number, or actions that are not finite; then none is stepped
   * @throws Error for an environment without an episode; the others are stepped all the same
   */
  step(actions: ArrayLike<number>): this {
    if (actions.length !== this.count * this.actionSize)
      throw new RangeError(
        `Actions of ${this.count} environments are ${this.count * this.actionSize} numbers, got ${actions.length}.`,
      );
    this.#checkIdle();
    for (let i = 0; i < actions.length; i++) {
      const action = actions[i]!;
      if (!Number.isFinite(action)) throw this.#notFinite(action, i);
      this.#arrays.actions[i] = action;
    }
    this.#askAll((host) => host.askStep());
    return this;
  }

  #notFinite(action: number, i: number): RangeError {
    const [number, environment] = [i % this.actionSize, Math.floor(i / this.actionSize)];
    return notFinite(action, number, `environment ${environment} of ${this.family}`);
  }

  /**
   * Whole episodes with a policy that the workers compute themselves, in the order of the requests. Each depends on its request
   * alone. The environments of `step` are left as they are.
   * @throws RangeError for a policy of other sizes than the family's, or a request that is not there
   * @throws the first error of an episode, after those under way have ended
   * @throws Error if the environments are closed before the last episode has begun
   */
  async collect(policy: PolicyWeights, requests: readonly EpisodeRequest[]): Promise<Episode[]> {
    this.#checkPolicy(policy);
    const missing = requests.findIndex((request) => !request);
    if (missing >= 0)
      throw new RangeError(`Request ${missing} of ${requests.length} is not there: each has a task, z and a seed.`);
    this.#ask(() => ({ type: 'policy', weights: policy }));
    const episodes = new Array<Episode>(requests.length);
    let next = 0;
    const work = async (host: Host) => {
      while (next < requests.length) {
        if (this.#closing)
          throw new Error(
            `The vector environments were closed when ${next} of ${requests.length} episodes had begun: wait for collect before close.`,
          );
        const index = next++;
        episodes[index] = await host.collect(requests[index]!).catch((error: unknown) => {
          next = requests.length;
          throw error;
        });
      }
    };
    this.#collection = Promise.allSettled(this.#hosts.map(work));
    try {
      for (const result of await this.#collection) if (result.status === 'rejected') throw result.reason;
      return episodes;
    } finally {
      this.#collection = undefined;
    }
  }

  /** Ends the workers and frees the simulators, once the episodes under way have ended: no others are begun. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#collection;
    await Promise.all(this.#hosts.map((host) => host.close()));
  }

  #checkPolicy({ observationSize, actionSize }: PolicyWeights): void {
    if (observationSize !== this.observationSize || actionSize !== this.actionSize)
      throw new RangeError(
        `The policy takes observations of ${observationSize} numbers and gives actions of ${actionSize}: those of ${this.family} have ${this.observationSize} and ${this.actionSize}.`,
      );
  }

  #checkIdle(): void {
    if (this.#closing) throw new Error('The vector environments are closed: create others.');
    if (this.#collection)
      throw new Error('The workers are collecting episodes: wait for collect before the next call.');
  }

  #ask(command: (host: Host) => Exclude<Command, { type: 'collect' }>): void {
    this.#checkIdle();
    this.#askAll((host) => host.ask(command(host)));
  }

  /** Asks every host and waits for those that could be asked: one whose answer stays behind is out of step ever after. */
  #askAll(ask: (host: Host) => void): void {
    const answers = this.#hosts.map((host) => {
      try {
        ask(host);
        return () => host.wait();
      } catch (error) {
        return () => {
          throw error;
        };
      }
    });
    doAll(answers, (answer) => answer());
  }
}
