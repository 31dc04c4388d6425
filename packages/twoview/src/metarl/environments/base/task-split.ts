// Dividing one list of tasks into those of meta-training, its first, and those of meta-test, its last.
import { checkSeed } from '../random/stream.js';
import type { Task, TaskOptions, TaskSplit } from '../types.js';

/** How many tasks are asked for. @throws RangeError unless both are positive integers */
export function counts(family: string, options: TaskOptions, defaults: { train: number; test: number }) {
  const { train = defaults.train, test = defaults.test } = options;
  for (const [name, value] of Object.entries({ train, test }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`The number of ${name} tasks of ${family} is a positive integer, got ${value}.`);
  return { train, test };
}

export const split = (tasks: Task[], { train, test }: { train: number; test: number }): TaskSplit => ({
  train: tasks.slice(0, train),
  test: tasks.slice(tasks.length - test),
});

/** The families of two opposite tasks: both lists hold both, for every seed. @throws RangeError for another number, or a wrong seed */
export function bothOf(family: string, options: TaskOptions, first: Task, second: Task): TaskSplit {
  if ((options.train ?? 2) !== 2 || (options.test ?? 2) !== 2)
    throw new RangeError(
      `${family} has two tasks, and they are the training and the test tasks: leave the numbers out.`,
    );
  if (options.seed !== undefined) checkSeed(options.seed);
  return { train: [first, second], test: [first, second] };
}
