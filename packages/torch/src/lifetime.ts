// Who frees a tensor: the scope it was made in, dispose(), or, outside any scope, the garbage collector.
//
// Waiting for the collector costs a training step half its speed and three times its memory, and registering every
// tensor for finalization costs more than a small operator. So tensors made inside a scope are only noted in its list.

import { native } from './engine/load.js';
import type { Handle } from './engine/native.js';

/** What the garbage collector's care of a tensor needs to know once the tensor is gone. */
export interface Watch {
  handle: Handle;
  bytes: number;
}

/** What lifetime needs to know of a tensor. */
export interface Tracked {
  /** The handle, or 0 once freed. */
  readonly handle: Handle;
  /** Set while the garbage collector, and no scope, frees this tensor. */
  watch: Watch | null;
  dispose(): void;
}

/** What a scope needs of the class of its tensors. */
export interface TensorClass {
  isTensor(value: unknown): value is Tracked;
  /** Makes a tensor forget its handle, which the caller now frees, and returns it. */
  relinquish(tensor: Tracked): Handle;
}

const scopes: Tracked[][] = [];

// Reported to V8 in steps: each report is a native call, and small ones would not change its mind.
const reportFrom = 1 << 20;
let unreportedBytes = 0;

function account(bytes: number): void {
  unreportedBytes += bytes;
  if (unreportedBytes >= reportFrom || unreportedBytes <= -reportFrom) {
    native.adjustExternal(unreportedBytes);
    unreportedBytes = 0;
  }
}

const registry = new FinalizationRegistry<Watch>(({ handle, bytes }) => {
  native.release(handle);
  account(-bytes);
});

function leaveToCollector(tensor: Tracked): void {
  const watch = { handle: tensor.handle, bytes: native.nbytes(tensor.handle) };
  tensor.watch = watch;
  registry.register(tensor, watch, tensor);
  account(watch.bytes);
}

/** Puts a new tensor under the care of the innermost scope, or of the garbage collector. */
export function track(tensor: Tracked): void {
  const scope = scopes[scopes.length - 1];
  if (scope) scope.push(tensor);
  else leaveToCollector(tensor);
}

/** Frees the handle now; called once a tensor by its dispose(). */
export function free(tensor: Tracked): void {
  const { watch } = tensor;
  if (watch) {
    tensor.watch = null;
    registry.unregister(tensor);
    account(-watch.bytes);
  }
  native.release(tensor.handle);
}

/**
 * Exempts a tensor from every open scope: it lives until `dispose()` or until it is unreachable.
 * @returns the same tensor
 */
export function keep<T extends Tracked>(tensor: T): T {
  if (!tensor.watch && tensor.handle !== 0) leaveToCollector(tensor);
  return tensor;
}

function collect(value: unknown, isTensor: (value: unknown) => value is Tracked, into: Set<unknown>): void {
  if (value === null || typeof value !== 'object' || into.has(value)) return;
  into.add(value);
  if (isTensor(value)) return;
  if (Array.isArray(value) || value instanceof Set) for (const element of value) collect(element, isTensor, into);
  else if (value instanceof Map) for (const element of value.values()) collect(element, isTensor, into);
  else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
    for (const element of Object.values(value)) collect(element, isTensor, into);
}

/** Handles that a scope frees at its end, in one native call: one for each would cost a twentieth of a small operator. */
let doomed = new Float64Array(1024);

/** Runs `body`, then frees what it made and did not return. See `scope` in index. */
export function runScope<T>(body: () => T, tensorClass: TensorClass): T {
  const tensors: Tracked[] = [];
  const depth = scopes.push(tensors);
  const survivors = new Set<unknown>();
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new TypeError(
        'scope() takes a synchronous function: across an await other code runs, and its tensors would be freed too',
      );
    }
    collect(result, tensorClass.isTensor, survivors);
    return result;
  } finally {
    scopes.length = depth - 1;
    const parent = scopes[depth - 2];
    let count = 0;
    if (doomed.length < tensors.length) doomed = new Float64Array(2 * tensors.length);
    for (const tensor of tensors) {
      if (tensor.handle === 0 || tensor.watch) continue; // freed by hand, or kept
      if (survivors.size === 0 || !survivors.has(tensor)) doomed[count++] = tensorClass.relinquish(tensor);
      else if (parent) parent.push(tensor);
      else leaveToCollector(tensor);
    }
    native.releaseMany(doomed, count);
  }
}
