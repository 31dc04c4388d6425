// Phase diagrams: a sweep over two parameters.
import { checkNumber } from '../scalar/parameters.js';
import type { SweepInput } from './columns.js';
import { type SweepOptions, type SweepResult, sweep } from './sweep.js';

/** One axis of a phase diagram. */
export interface GridAxis {
  name: keyof SweepInput;
  values: readonly number[];
}

export interface PhaseDiagram extends SweepResult {
  x: GridAxis;
  y: GridAxis;
}

/**
 * Runs a mode for every pair of two parameters' values. Results are [y * x], row by row: run (i, j) of y.values[i] and x.values[j] is at
 * i * x.values.length + j.
 *
 * @param rest what both axes leave open
 * @throws RangeError when an axis is empty or named twice; else as `sweep`
 */
export function phaseDiagram(x: GridAxis, y: GridAxis, rest: Partial<SweepInput>, options: SweepOptions): PhaseDiagram {
  if (x.name === y.name) throw new RangeError(`both axes are ${x.name}`);
  const size = x.values.length * y.values.length;
  if (size === 0) throw new RangeError('an axis needs one value at least');
  const columns = {
    [x.name]: Float64Array.from({ length: size }, (_, i) => x.values[i % x.values.length] as number),
    [y.name]: Float64Array.from({ length: size }, (_, i) => y.values[Math.floor(i / x.values.length)] as number),
  };
  return { ...sweep({ p0: Number.NaN, ...rest, ...columns }, options), x, y };
}

/**
 * n values from one to another, evenly spaced or, on a logarithmic scale, evenly in their ratio.
 * @throws RangeError when an end is not finite, not above 0 on a logarithmic scale, or n is no positive whole number
 */
export function spaced(from: number, to: number, n: number, scale: 'linear' | 'log' = 'linear'): number[] {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`n must be a positive whole number, not ${n}`);
  for (const [name, value] of Object.entries({ from, to }))
    checkNumber(name, value, scale === 'log' ? { above: 0 } : {});
  if (scale === 'log') return spaced(Math.log(from), Math.log(to), n).map(Math.exp);
  return Array.from({ length: n }, (_, i) => (n === 1 ? from : from + ((to - from) * i) / (n - 1)));
}
