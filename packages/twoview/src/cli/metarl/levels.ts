// Returns to compare with: of what can be done without learning, on the very tasks that are shown.
import { environments, type MetaRlConfig, tasksOf } from '../../metarl/index.js';
import type { ReturnLevel } from '../../report/index.js';
import { actsAtRandom, goesToOnePlace, knowsTheGoal, knowsTheSparseGoal } from './point-levels.js';

type Tasks = readonly environments.Task[];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const goalsOf = (tasks: Tasks) =>
  tasks.map(({ parameters }) => parameters.goal as readonly number[] as readonly [number, number]);

/** Return of running at one speed from the first step to the last, at no cost of control. */
function returnAtSpeed(speeds: readonly number[], horizon: number, speed: number): number {
  return 0 - horizon * mean(speeds.map((asked) => Math.abs(asked - speed)));
}

/** The value whose mean distance from the others is least. */
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** By family, from tasks and the steps of an episode. */
const levels: Readonly<Record<string, (tasks: Tasks, horizon: number) => ReturnLevel[]>> = {
  'point-robot': (tasks, horizon) => [
    { label: 'knows the goal', value: knowsTheGoal(goalsOf(tasks), horizon) },
    { label: 'best without knowing the task', value: goesToOnePlace(goalsOf(tasks), horizon) },
    { label: 'random actions', value: actsAtRandom(goalsOf(tasks), horizon) },
  ],
  'sparse-point-robot': (tasks, horizon) => [
    { label: 'knows the goal', value: knowsTheSparseGoal(goalsOf(tasks), horizon) },
  ],
  'half-cheetah-vel': (tasks, horizon) => {
    const speeds = tasks.map(({ parameters }) => parameters.velocity as number);
    return [
      { label: 'best single speed', value: returnAtSpeed(speeds, horizon, median(speeds)) },
      { label: 'stands still', value: returnAtSpeed(speeds, horizon, 0) },
    ];
  },
  'ant-goal': (tasks, horizon) => [
    {
      label: 'stands still',
      value: -horizon * mean(goalsOf(tasks).map(([x, y]) => Math.abs(x) + Math.abs(y))),
    },
  ],
};

/**
 * Mean returns of an episode over some tasks, the run's test tasks by default. Point robots: of going straight to the goal, of going
 * to the one place that is nearest to all goals on average, of random actions, with starts all over the square; with a sparse
 * reward, of going straight to the goal. Half-cheetahs that run at a speed: of the one speed that is best for all tasks, and of
 * none, without costs of control and of gathering speed. Ants that walk to a goal: of staying at the origin. None for other
 * families, in which a return has no formula.
 */
export function returnLevels(
  config: Pick<MetaRlConfig, 'environment'>,
  tasks?: readonly environments.Task[],
): readonly ReturnLevel[] {
  const { family: name, horizon } = config.environment;
  const of = levels[name];
  if (!of) return [];
  const family = environments.findFamily(name);
  return of(tasks ?? tasksOf(family, config).test, horizon ?? family.horizon);
}
