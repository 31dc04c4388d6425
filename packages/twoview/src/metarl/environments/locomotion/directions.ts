// Tasks that are a direction in the plane, given as an angle.
import { numberOf } from '../base/parameters.js';
import { counts, split } from '../base/task-split.js';
import { Stream } from '../random/stream.js';
import type { Task, TaskOptions, TaskSplit } from '../types.js';

export const directionTask = (angle: number): Task => ({ parameters: { angle } });

/** Angles from U(0, 2π), of a stream with seed 0 by default. */
export function randomDirections(family: string, options: TaskOptions): TaskSplit {
  const wanted = counts(family, options, { train: 100, test: 30 });
  const stream = new Stream(options.seed ?? 0);
  const tasks = Array.from({ length: wanted.train + wanted.test }, () => directionTask(stream.uniform(0, 2 * Math.PI)));
  return split(tasks, wanted);
}

/** The direction itself, which unlike the angle has no seam. */
export function describeDirection(task: Task, family: string): Readonly<Record<string, number>> {
  const angle = numberOf(task, family, 'angle');
  return { x: Math.cos(angle), y: Math.sin(angle) };
}
