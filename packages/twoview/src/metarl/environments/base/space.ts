// Boxes of real vectors.
import type { Space } from '../types.js';

/** `low <= x[i] <= high` for each of `size` numbers. */
export const box = (size: number, low: number, high: number): Space => ({
  low: new Float64Array(size).fill(low),
  high: new Float64Array(size).fill(high),
  shape: [size],
});
