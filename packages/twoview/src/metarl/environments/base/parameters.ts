// Reading a task's parameters, with errors that name what is wrong.
import type { Task } from '../types.js';

/** Undefined also for what is no task. */
function parameterOf(task: Task | null | undefined, name: string): Task['parameters'][string] | null | undefined {
  return task?.parameters?.[name];
}

/** @throws RangeError unless the parameter is a finite number */
export function numberOf(task: Task, family: string, name: string): number {
  const value = parameterOf(task, name);
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError(`A task of ${family} has a number "${name}" among its parameters, got ${String(value)}.`);
  return value;
}

/** @throws RangeError unless the parameter is a list of `length` finite numbers */
export function vectorOf(task: Task, family: string, name: string, length: number): readonly number[] {
  const value = parameterOf(task, name);
  const values = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as readonly number[]) : [];
  if (values.length !== length || !values.every(Number.isFinite))
    throw new RangeError(`A task of ${family} has ${length} numbers "${name}" among its parameters.`);
  return values;
}
