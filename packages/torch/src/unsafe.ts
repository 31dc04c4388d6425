// Every operator of the library, without the promise: a wrong call here may crash the process.
import { type AnyOperator, lift } from './dispatch.js';
import { native } from './engine/load.js';
import type { OperatorSchema } from './engine/native.js';
import { TorchError } from './error.js';
import { Generator } from './random.js';
import { Tensor } from './tensor.js';

/** Every registered operator whose name starts with `prefix`, such as `aten::`. */
export function schemas(prefix = ''): OperatorSchema[] {
  return native.schemas(prefix);
}

/** Loads a shared library, whose TORCH_LIBRARY operators become reachable. Throws if it does not load. */
export function loadLibrary(path: string): void {
  native.loadLibrary(path);
}

function lower(value: unknown): unknown {
  if (Tensor.isTensor(value)) return Tensor.handleOf(value);
  if (Generator.isGenerator(value)) return Generator.handleOf(value);
  return Array.isArray(value) ? value.map(lower) : value;
}

/**
 * One overload of any operator as a function of all its schema's arguments in order; `undefined` takes a default.
 * Throws if the library has no such operator.
 */
export function operator(name: string, overload = ''): AnyOperator {
  const found = native.findOperator(name, overload);
  if (!found)
    throw new TorchError(`libtorch ${native.version()} has no operator ${name}${overload ? `.${overload}` : ''}`);
  const { id, returns, returnsArgument } = found;
  return (...args) => {
    const result = native.call(id, ...args.map(lower));
    if (returnsArgument >= 0) return args[returnsArgument];
    if (returns.length === 1) return lift(result, returns[0] as string);
    return (result as unknown[] | undefined)?.map((value, i) => lift(value, returns[i] as string));
  };
}

/** Calls one overload of any operator once; see `operator`. */
export function call(name: string, overload: string, ...args: unknown[]): unknown {
  return operator(name, overload)(...args);
}
