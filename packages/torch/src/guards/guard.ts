// What guards are made of.
import { native } from '../engine/load.js';
import type { Handle } from '../engine/native.js';
import { Tensor } from '../tensor.js';

/** Sees an operator's arguments in schema order (undefined where left out), and throws what is wrong with them. */
export type Guard = (args: readonly unknown[], overload: string) => void;

/** Throws: the sentence follows the operator's name and arguments in the message. */
export function refuse(reason: string): never {
  throw new RangeError(reason);
}

const ids = new Map<string, number>();

function idOf(name: string, overload: string): number {
  const key = `${name}.${overload}`;
  let id = ids.get(key);
  if (id === undefined) {
    id = native.findOperator(`aten::${name}`, overload)?.id;
    if (id === undefined) throw new Error(`libtorch ${native.version()} has no operator ${key}`);
    ids.set(key, id);
  }
  return id;
}

/** Calls an operator on handles and gives its only element; for checks of a tensor's values. */
export function measure(
  steps: readonly (readonly [name: string, overload: string, ...rest: unknown[]])[],
  start: Handle,
): number {
  let current = start;
  try {
    for (const [name, overload, ...rest] of steps) {
      const next = native.call(idOf(name, overload), current, ...rest) as Handle;
      if (current !== start) native.release(current);
      current = next;
    }
    return Number(native.item(current));
  } finally {
    if (current !== start) native.release(current);
  }
}

export const isTensor = Tensor.isTensor;
export const onCpu = (tensor: Tensor) => tensor.device === 'cpu';

/** Of those that divide as integers: bool is none of them. */
export const isInteger = (tensor: Tensor) => !tensor.dtype.includes('float') && tensor.dtype !== 'bool';
