// What every environment and every family of tasks offers, as plain data: no tensors, no engine.
import type { Frame } from './frame.js';

/** One task of a family: what its rewards or its physics depend on. Plain and serialisable. */
export interface Task {
  readonly parameters: Readonly<Record<string, number | readonly number[]>>;
}

/** What a step gives besides the observation. The object is overwritten by the next step: copy what is to be kept. */
export interface StepOutcome {
  reward: number;
  /** A true end of the decision process, such as a fall. */
  terminated: boolean;
  /** The time limit. An episode that terminates in its last step is not truncated. */
  truncated: boolean;
  /** The reward of context and returns, in sparse families. */
  sparseReward?: number;
  /** Whether the goal counts as reached, in families that say so. */
  success?: boolean;
  /** True when the simulator diverged: reward 0, `terminated`, and the observation is that before the step. */
  diverged?: boolean;
}

/** A box of real vectors: `low[i] <= x[i] <= high[i]`. */
export interface Space {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly shape: readonly number[];
}

/** Everything that the rest of a run depends on; survives a structured clone. */
export interface EnvironmentState {
  readonly family: string;
  readonly task: Task | undefined;
  /** The random stream: its seed and how many blocks were drawn. */
  readonly seed: number;
  readonly position: number;
  /** Steps, whether the episode is over, what the environment carries, and its observation. */
  readonly values: Float64Array;
}

/** A Markov decision process with a task that can be set. */
export interface Environment {
  readonly family: string;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Steps after which an episode is truncated. */
  readonly horizon: number;
  /** The current observation `[observationSize]`, overwritten in place by `reset` and `step`. */
  readonly observation: Float64Array;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /**
   * Sets the task of the episodes to come; the one under way is over.
   * @throws RangeError if the task is not of this family
   */
  setTask(task: Task): void;
  /**
   * Starts an episode. `seed` starts the environment's own random stream anew; without it the stream goes on. Before the
   * first seed it is that of seed 0.
   * @returns the first observation: the array `observation`
   * @throws Error without a task
   */
  reset(options?: { seed?: number }): Float64Array;
  /**
   * One step. `action` `[actionSize]` is clipped to [-1, 1] and scaled inside.
   * @throws RangeError for an action of another length or one that is not finite
   * @throws Error if the episode is over
   */
  step(action: ArrayLike<number>): Readonly<StepOutcome>;
  /** What `restore` needs to go on with the same bits. */
  state(): EnvironmentState;
  /** @throws RangeError for the state of another kind of environment, or of an episode under way with numbers that are not finite */
  restore(state: EnvironmentState): void;
  /** The geometry of the moment, for pictures. */
  frame?(): Frame;
  /** Frees the simulator; calling it twice does nothing. What needs the simulator throws an Error from then on. */
  dispose(): void;
}

export interface EnvironmentOptions {
  /** Steps of an episode; the family's by default. */
  horizon?: number;
}

export interface TaskOptions {
  /** Of the draws. The two tasks of `half-cheetah-fwd-back` and `ant-fwd-back` are not drawn: they are the same for every seed. */
  seed?: number;
  train?: number;
  test?: number;
}

export interface TaskSplit {
  train: Task[];
  test: Task[];
}

/** A distribution of tasks that share observations, actions and, but for the task, everything else. */
export interface TaskFamily {
  readonly name: string;
  readonly summary: string;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly horizon: number;
  /** Whether the context holds the next observation too: families whose dynamics differ. */
  readonly usesNextObservation: boolean;
  /** Whether context and returns use the sparse reward, and the actor-critic the dense one. */
  readonly sparse: boolean;
  /**
   * The tasks of meta-training and meta-test; the paper's distribution and numbers by default. Training tasks are the first
   * of one list and test tasks its last.
   * @throws RangeError for numbers that the family cannot give
   */
  tasks(options?: TaskOptions): TaskSplit;
  /** The few numbers by which a figure colours a task and a regression predicts it. */
  describe(task: Task): Readonly<Record<string, number>>;
  create(options?: EnvironmentOptions): Promise<Environment>;
  /** Whether it runs in MuJoCo. */
  readonly simulated: boolean;
  /** How a worker thread finds the same family; a built-in one is found by its name. */
  readonly source?: FamilySource;
}

/** A family that is read from a folder. */
export interface FamilySource {
  readonly folder: string;
  readonly task: string;
  readonly file?: string;
}
