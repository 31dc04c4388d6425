// Writing parts of an observation and sums of a reward, without making arrays.

/** Copies `source` from index `from` on to `out` at `at`. @returns the index behind it */
export function put(out: Float64Array, at: number, source: Float64Array, from = 0, limit = Infinity): number {
  for (let i = from; i < source.length; i++) out[at++] = clip(source[i]!, limit);
  return at;
}

/** Σ clip(x, -limit, limit)². */
export function squares(values: Float64Array, limit = Infinity): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += clip(values[i]!, limit) ** 2;
  return sum;
}

const clip = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));
