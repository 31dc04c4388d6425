// Where hand, object and goal of reach, push and pick-place may be, and the tasks drawn from there.
// Numbers: Meta-World ML1, version 1 (Yu et al. 2019, arXiv 1910.10897).
import { vectorOf } from '../base/parameters.js';
import { counts, split } from '../base/task-split.js';
import { Stream } from '../random/stream.js';
import type { Task, TaskOptions, TaskSplit } from '../types.js';

export type Ml1Task = 'reach' | 'push' | 'pick-place';
export const ML1_TASKS: readonly Ml1Task[] = ['reach', 'push', 'pick-place'];

export type Point = readonly [number, number, number];
interface Box {
  readonly low: Point;
  readonly high: Point;
}

export const HAND_BOX: Box = { low: [-0.5, 0.4, 0.05], high: [0.5, 1, 0.5] };
const OBJECT_BOX: Box = { low: [-0.1, 0.6, 0.02], high: [0.1, 0.7, 0.02] };
const GOAL_BOX: Box = { low: [-0.1, 0.8, 0.05], high: [0.1, 0.9, 0.3] };
/** Where the hand starts. */
export const HAND_START: Point = [0, 0.6, 0.2];
/** Object and goal are at least this far apart in x and y. */
const APART = 0.15;

export interface Placement {
  readonly object: Point;
  readonly goal: Point;
}

function draw({ low, high }: Box, stream: Stream): [number, number, number] {
  return [0, 1, 2].map((i) => stream.uniform(low[i], high[i])) as [number, number, number];
}

/** Start of the object and goal, drawn until they are far enough apart; the goal of push is as high as the object. */
function drawPlacement(task: Ml1Task, stream: Stream): Placement {
  for (;;) {
    const [object, goal] = [draw(OBJECT_BOX, stream), draw(GOAL_BOX, stream)];
    if (Math.hypot(object[0] - goal[0], object[1] - goal[1]) < APART) continue;
    if (task === 'push') goal[2] = object[2];
    return { object, goal };
  }
}

/** Training tasks, then test tasks, from independent draws of one stream. */
export function ml1Tasks(
  family: string,
  task: Ml1Task,
  options: TaskOptions,
  defaults: { train: number; test: number },
): TaskSplit {
  const wanted = counts(family, options, defaults);
  const stream = new Stream(options.seed ?? 0);
  const tasks = Array.from({ length: wanted.train + wanted.test }, () => ({
    parameters: { ...drawPlacement(task, stream) },
  }));
  return split(tasks, wanted);
}

/** @throws RangeError unless the task has an object and a goal */
export function placementOf(task: Task, family: string): Placement {
  const point = (name: string): Point => {
    const [x, y, z] = vectorOf(task, family, name, 3);
    return [x!, y!, z!];
  };
  return { object: point('object'), goal: point('goal') };
}

export function describePlacement(task: Task, family: string): Readonly<Record<string, number>> {
  const [x, y, z] = placementOf(task, family).goal;
  return { x, y, z };
}
