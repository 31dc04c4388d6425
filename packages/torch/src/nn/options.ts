// What every layer with parameters takes.
import type { DType, Generator } from '../index.js';

/** How a layer's parameters are made. They start on the CPU; `module.to()` moves them. */
export interface LayerOptions {
  /** Where the initial values come from; the default generator if left out. The stream is PyTorch's own. */
  generator?: Generator;
  /** A floating point dtype; float32 if left out. */
  dtype?: DType;
}

/** One number for both image directions, or [vertical, horizontal]. */
export type Size2d = number | readonly [number, number];

/** A Size2d as [vertical, horizontal]. Throws unless both are whole numbers of at least `least`. */
export function pair(name: string, size: Size2d, least: number): readonly [number, number] {
  const both = typeof size === 'number' ? ([size, size] as const) : size;
  if (both.length !== 2)
    throw new RangeError(`${name} is one number or [vertical, horizontal], not [${both.join(', ')}]`);
  for (const value of both) whole(name, value, least);
  return both;
}

/** Throws unless `value` is a whole number of at least `least`. */
export function whole(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} is a whole number of at least ${least}, not ${value}`);
  }
  return value;
}
