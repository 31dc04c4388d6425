// Reading a task's parameters, with errors that name what is wrong.
import type { Task } from '../types.js';

/** @throws RangeError unless the parameter is a finite number */
export function numberOf(task: Task, family: string, name: string): number {
  const value = task.parameters[name];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError(`A task of ${family} has a number "${name}" among its parameters, got ${String(value)}.`);
  return value;
}

/** @throws RangeError unless the parameter is a list of `length` finite numbers */
export function vectorOf(task: Task, family: string, name: string, length: number): readonly number[] {
  const value = task.parameters[name];
  if (typeof value !== 'object' || value.length !== length || !value.every(Number.isFinite))
    throw new RangeError(`A task of ${family} has ${length} numbers "${name}" among its parameters.`);
  return value;
}
