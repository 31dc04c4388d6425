// Some of the environments, in the thread they live in, with one more that collects episodes.
import type { Environment, Task, TaskFamily } from '../types.js';
import { doAll } from './do-all.js';
import { collectEpisode, type Episode, type EpisodeRequest } from './episode.js';
import { PlainPolicy } from './policy.js';
import { arraysOf, type Command, type ShardSetup, type StepArrays } from './protocol.js';
import { resolveFamily } from './resolve.js';

export class Shard {
  readonly #first: number;
  readonly #environments: readonly Environment[];
  readonly #collector: Environment;
  readonly #arrays: StepArrays;
  readonly #actions: readonly Float64Array[];
  #policy: PlainPolicy | undefined;

  /** @param known the family itself, where it is at hand */
  static async create(setup: ShardSetup, known?: TaskFamily): Promise<Shard> {
    const family = known ?? (await resolveFamily(setup.family));
    const environments: Environment[] = [];
    for (let i = 0; i <= setup.count; i++) environments.push(await family.create({ horizon: setup.horizon }));
    return new Shard(setup, environments.slice(1), environments[0]!);
  }

  private constructor({ first, buffers }: ShardSetup, environments: readonly Environment[], collector: Environment) {
    this.#first = first;
    this.#environments = environments;
    this.#collector = collector;
    this.#arrays = arraysOf(buffers);
    const size = collector.actionSize;
    this.#actions = environments.map((_, i) =>
      this.#arrays.actions.subarray((first + i) * size, (first + i + 1) * size),
    );
  }

  /** One step of all whose episodes are not over; the others have reward 0 and keep their flags and observation. */
  step(): void {
    doAll(this.#environments.keys(), (i) => this.#step(i));
  }

  #step(index: number): void {
    const { rewards, sparseRewards, terminated, truncated, success, observations } = this.#arrays;
    const at = this.#first + index;
    rewards[at] = 0;
    sparseRewards[at] = 0;
    if (terminated[at] || truncated[at]) return;
    const environment = this.#environments[index]!;
    const outcome = environment.step(this.#actions[index]!);
    rewards[at] = outcome.reward;
    sparseRewards[at] = outcome.sparseReward ?? 0;
    terminated[at] = outcome.terminated ? 1 : 0;
    truncated[at] = outcome.truncated ? 1 : 0;
    success[at] = outcome.success ? 1 : 0;
    observations.set(environment.observation, at * environment.observationSize);
  }

  /** Does what a message asks for, but for collecting. */
  obey(command: Exclude<Command, { type: 'collect' }>): void {
    if (command.type === 'policy') {
      if (!this.#policy?.replace(command.weights)) this.#policy = new PlainPolicy(command.weights);
    } else if (command.type === 'tasks') doAll(command.tasks.entries(), ([i, task]) => this.#setTask(i, task));
    else doAll(command.which.entries(), ([i, index]) => this.#reset(index, command.seeds[i]));
  }

  /** No flags: an episode that is over is passed by, but one that has not begun is an error of the next step. */
  #setTask(index: number, task: Task): void {
    this.#environments[index]!.setTask(task);
    const { terminated, truncated, success } = this.#arrays;
    for (const flags of [terminated, truncated, success]) flags[this.#first + index] = 0;
  }

  #reset(index: number, seed: number | undefined): void {
    const environment = this.#environments[index]!;
    const at = this.#first + index;
    const { observations, rewards, sparseRewards, terminated, truncated, success } = this.#arrays;
    observations.set(environment.reset({ seed }), at * environment.observationSize);
    for (const array of [rewards, sparseRewards, terminated, truncated, success]) array[at] = 0;
  }

  collect(request: EpisodeRequest): Episode {
    if (!this.#policy) throw new Error('No policy is set: collect sets one.');
    return collectEpisode(this.#collector, this.#policy, request);
  }

  dispose(): void {
    for (const environment of [...this.#environments, this.#collector]) environment.dispose();
  }
}
