// Differentiation: modes and gradients as values.
import { native } from './engine/load.js';
import { Tensor } from './tensor.js';

function withGradMode<T>(enabled: boolean, body: () => T): T {
  const before = native.gradMode();
  native.setGradMode(enabled);
  try {
    return body();
  } finally {
    native.setGradMode(before);
  }
}

/** Runs `body` without recording operations for backward. Synchronous. */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body);
}

/** Runs `body` recording operations, inside a noGrad. Synchronous. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode(true, body);
}

export function isGradEnabled(): boolean {
  return native.gradMode();
}

export interface GradOptions {
  /** Weights of the outputs' elements, one tensor (or null, for a scalar's 1) an output. */
  gradOutputs?: readonly (Tensor | null)[];
  /** Records the derivative itself, for higher orders. */
  createGraph?: boolean;
  /** Keeps the graph for another backward; follows createGraph if left out. */
  retainGraph?: boolean;
  /** Gives null for an input that the outputs do not depend on, in place of an Error. */
  allowUnused?: boolean;
}

/**
 * The gradients of the outputs' (weighted) sum with respect to each input; nothing is accumulated.
 * @returns one tensor an input, of its shape
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions & { allowUnused?: false },
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const list = Tensor.isTensor(outputs) ? [outputs] : (outputs as readonly Tensor[]);
  const weights = options.gradOutputs ?? list.map(() => null);
  if (weights.length !== list.length)
    throw new RangeError(`gradOutputs has ${weights.length} entries for ${list.length} outputs`);
  const create = options.createGraph ?? false;
  const handles = native.grad(
    list.map(Tensor.handleOf),
    inputs.map(Tensor.handleOf),
    weights.map((w) => (w === null ? null : Tensor.handleOf(w))),
    options.retainGraph ?? create,
    create,
    options.allowUnused ?? false,
  );
  return handles.map((handle) => (handle === null ? null : new Tensor(handle)));
}
