// Trajectories as environments give them, and how their transitions lie in buffers.
import { type AgentSizes, featureSize } from '../config.js';

/** Consecutive transitions of one episode, from its start to its end or to where collection stopped. */
export interface Trajectory {
  /** n, transitions. */
  readonly length: number;
  /** Row by row: `[n, O]`, `[n, A]`, `[n]`, `[n, O]`. */
  readonly observations: ArrayLike<number>;
  readonly actions: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
  readonly nextObservations: ArrayLike<number>;
  /** `[n]`: rewards of the context where they differ from those that Q learns (sparse tasks). */
  readonly contextRewards?: ArrayLike<number> | undefined;
  /** Whether the last transition truly ended the task (a fall). Reaching the time limit does not: its value goes on. */
  readonly terminated: boolean;
}

type Layout = Omit<AgentSizes, 'tasks'>;

/** @throws RangeError naming the array whose length does not fit */
export function checkTrajectory(trajectory: Trajectory, { observation, action }: Layout): void {
  const { length } = trajectory;
  const widths = { observations: observation, actions: action, rewards: 1, nextObservations: observation } as const;
  const check = (name: string, array: ArrayLike<number>, width: number) => {
    if (array.length < length * width) {
      throw new RangeError(
        `a trajectory of ${length} transitions needs ${length * width} numbers of ${name}, and has ${array.length}`,
      );
    }
  };
  for (const name of Object.keys(widths) as (keyof typeof widths)[]) check(name, trajectory[name], widths[name]);
  if (trajectory.contextRewards) check('contextRewards', trajectory.contextRewards, 1);
}

/** Copies `count` numbers; for the few of an observation a loop is faster than a view of the array. */
export function copyNumbers(
  from: ArrayLike<number>,
  start: number,
  into: Float32Array | Float64Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) into[at + i] = from[start + i]!;
}

/** Writes row `row` as context has it: (o, a, r) or (o, a, r, o'), F numbers. */
export function writeFeatures(t: Trajectory, sizes: Layout, row: number, into: Float32Array, at: number): void {
  const { observation, action, nextObservation } = sizes;
  copyNumbers(t.observations, row * observation, into, at, observation);
  copyNumbers(t.actions, row * action, into, at + observation, action);
  into[at + observation + action] = (t.contextRewards ?? t.rewards)[row]!;
  if (nextObservation) {
    copyNumbers(t.nextObservations, row * observation, into, at + observation + action + 1, observation);
  }
}

/** Numbers of a transition that Q learns from: o, a, o', r, d. */
export function transitionSize({ observation, action }: Layout): number {
  return 2 * observation + action + 2;
}

/** Writes row `row` as (o, a, o', r, d); d is 1 only in the last row, and there only for a true end. */
export function writeTransition(t: Trajectory, sizes: Layout, row: number, into: Float32Array, at: number): void {
  const { observation, action } = sizes;
  copyNumbers(t.observations, row * observation, into, at, observation);
  copyNumbers(t.actions, row * action, into, at + observation, action);
  copyNumbers(t.nextObservations, row * observation, into, at + observation + action, observation);
  const end = at + 2 * observation + action;
  into[end] = t.rewards[row]!;
  into[end + 1] = t.terminated && row === t.length - 1 ? 1 : 0;
}

/**
 * The context that a trajectory is, `[n, F]`: what an encoder infers a posterior from.
 * @throws RangeError when an array is too short
 */
export function contextOf(trajectory: Trajectory, sizes: Layout): Float32Array {
  checkTrajectory(trajectory, sizes);
  const width = featureSize(sizes);
  const context = new Float32Array(trajectory.length * width);
  for (let row = 0; row < trajectory.length; row++) writeFeatures(trajectory, sizes, row, context, row * width);
  return context;
}
