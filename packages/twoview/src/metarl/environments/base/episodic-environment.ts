// What all environments share: the task, the random stream, the time limit, checks of actions, and a state to go back to.
// A subclass says how an episode starts and what a step does.
import { checkSeed, Stream } from '../random/stream.js';
import type { Environment, EnvironmentState, Space, StepOutcome, Task } from '../types.js';
import { box } from './space.js';

/** The error of an action that is not finite. */
export const notFinite = (value: number, i: number, of: string): RangeError =>
  new RangeError(`Action ${i} of ${of} is ${value}: it has to be finite.`);

export interface EpisodicOptions {
  readonly family: string;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly horizon: number;
}

export abstract class EpisodicEnvironment implements Environment {
  readonly family: string;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly horizon: number;
  readonly observation: Float64Array;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** The action of this step, clipped to [-1, 1]. */
  protected readonly action: Float64Array;
  /** The answer of a step, written in place. */
  protected readonly outcome: StepOutcome = { reward: 0, terminated: false, truncated: false };
  readonly #stream = new Stream(0);
  #task: Task | undefined;
  #steps = 0;
  #over = true;

  constructor({ family, observationSize, actionSize, horizon }: EpisodicOptions) {
    if (!Number.isInteger(horizon) || horizon < 1)
      throw new RangeError(`The horizon of ${family} is a number of steps, at least 1; got ${horizon}.`);
    this.family = family;
    this.observationSize = observationSize;
    this.actionSize = actionSize;
    this.horizon = horizon;
    this.observation = new Float64Array(observationSize);
    this.action = new Float64Array(actionSize);
    this.observationSpace = box(observationSize, -Infinity, Infinity);
    this.actionSpace = box(actionSize, -1, 1);
  }

  /** Takes the task's parameters. @throws RangeError if they are not of this family */
  protected abstract useTask(task: Task): void;
  /** Draws the first state and writes the observation. */
  protected abstract start(stream: Stream): void;
  /** Moves on by `action` and writes the observation and `outcome.reward`; `terminated` and the rest are false so far. */
  protected abstract advance(): void;
  /** How many numbers of its own the environment has to keep. */
  protected abstract get carriedSize(): number;
  protected abstract saveCarried(out: Float64Array): void;
  protected abstract loadCarried(values: Float64Array): void;
  abstract dispose(): void;

  protected get steps(): number {
    return this.#steps;
  }

  setTask(task: Task): void {
    this.useTask(task);
    this.#task = task;
    this.#over = true;
  }

  reset({ seed }: { seed?: number } = {}): Float64Array {
    if (!this.#task) throw new Error(`No task is set in ${this.family}: call setTask before reset.`);
    if (seed !== undefined) this.#stream.seek(checkSeed(seed));
    this.#steps = 0;
    this.start(this.#stream);
    this.#over = false;
    return this.observation;
  }

  step(action: ArrayLike<number>): Readonly<StepOutcome> {
    if (this.#over) throw new Error(`The episode of ${this.family} is over: call reset before the next step.`);
    this.#takeAction(action);
    const { outcome } = this;
    outcome.reward = 0;
    outcome.terminated = false;
    outcome.truncated = false;
    if (outcome.diverged) outcome.diverged = false;
    this.#steps++;
    this.advance();
    outcome.truncated = !outcome.terminated && this.#steps >= this.horizon;
    this.#over = outcome.terminated || outcome.truncated;
    return outcome;
  }

  #takeAction(action: ArrayLike<number>): void {
    if (action.length !== this.actionSize)
      throw new RangeError(`An action of ${this.family} has ${this.actionSize} numbers, got ${action.length}.`);
    for (let i = 0; i < this.actionSize; i++) {
      const value = action[i]!;
      if (!Number.isFinite(value)) throw notFinite(value, i, this.family);
      this.action[i] = Math.min(1, Math.max(-1, value));
    }
  }

  state(): EnvironmentState {
    const own = this.carriedSize;
    const values = new Float64Array(2 + this.observationSize + own);
    values[0] = this.#steps;
    values[1] = this.#over ? 1 : 0;
    values.set(this.observation, 2);
    this.saveCarried(values.subarray(2 + this.observationSize));
    return {
      family: this.family,
      task: this.#task,
      seed: this.#stream.seed,
      position: this.#stream.position,
      values,
    };
  }

  restore({ family, task, seed, position, values }: EnvironmentState): void {
    const size = 2 + this.observationSize + this.carriedSize;
    if (family !== this.family || values.length !== size)
      throw new RangeError(
        `This is a state of ${family} with ${values.length} numbers; ${this.family} needs one of its own with ${size}.`,
      );
    // What a simulation that diverged leaves behind is not finite, but nothing goes on from there.
    const over = values[1] === 1;
    const wrong = over ? -1 : values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new RangeError(
        `Number ${wrong} of this state of ${family} is ${values[wrong]}: an episode goes on from finite ones.`,
      );
    if (task) this.useTask(task);
    this.#task = task;
    this.#stream.seek(seed, position);
    this.#steps = values[0]!;
    this.#over = over;
    this.observation.set(values.subarray(2, 2 + this.observationSize));
    this.loadCarried(values.subarray(2 + this.observationSize));
  }
}
