// What both ways of a sweep integrate: u = sqrt(alphaP) w and v = sqrt(alphaP) wa, whose flow is the same for every alphaP.
import type { Columns } from './columns.js';

/** Final weights [N] each. */
export interface FinalWeights {
  w: Float64Array;
  wp: Float64Array;
  wa: Float64Array;
}

/** u, p and v [N] at the start. */
export function scaledStart({ p0, s0, alphaP, tau }: Columns): { u: Float64Array; p: Float64Array; v: Float64Array } {
  const u = s0.map((s, i) => Math.sqrt(s * (alphaP[i] as number)));
  return { u, p: p0.slice(), v: u.map((value, i) => value * (tau[i] as number)) };
}

/** Back to weights; v is read under a moving average alone. */
export function unscaled(
  { alphaP, tau, beta }: Columns,
  u: Float64Array,
  p: Float64Array,
  v: Float64Array,
): FinalWeights {
  const root = alphaP.map(Math.sqrt);
  const w = u.map((value, i) => value / (root[i] as number));
  const wa = beta ? v.map((value, i) => value / (root[i] as number)) : w.map((value, i) => value * (tau[i] as number));
  return { w, wp: p, wa };
}
