// Many scalar modes at once in plain loops: the processor overlaps neighbours, and a block stays in its nearest cache.
import type { Columns } from './columns.js';
import { type FinalWeights, scaledStart, unscaled } from './weights.js';

/**
 * Trajectories that go through the whole time together: enough for the processor to overlap them, few enough that they come to rest at about the
 * same time where neighbours are alike.
 */
const block = 32;

/**
 * RK4 with `steps` steps of `h` for every trajectory. A block is left early when a step changes nothing any more, to the last bit.
 */
export function plainSweep(columns: Columns, h: number, steps: number): FinalWeights {
  const { size, beta } = columns;
  const { u, p, v } = scaledStart(columns);
  for (let from = 0; from < size; from += block) {
    const to = Math.min(size, from + block);
    if (beta) averagedBlock(columns, beta, u, p, v, from, to, h, steps);
    else fixedBlock(columns, u, p, from, to, h, steps);
  }
  return unscaled(columns, u, p, v);
}

/** wa = tau w: two variables a trajectory. */
function fixedBlock(
  { etaP, etaS, lambdaS, lambdaD, tau }: Columns,
  u: Float64Array,
  p: Float64Array,
  from: number,
  to: number,
  h: number,
  steps: number,
): void {
  const half = h / 2;
  const sixth = h / 6;
  for (let step = 0; step < steps; step++) {
    let moved = false;
    for (let i = from; i < to; i++) {
      const ls = lambdaS[i] as number;
      const drive = (tau[i] as number) * (lambdaD[i] as number);
      const ep = etaP[i] as number;
      const es = etaS[i] as number;
      const u0 = u[i] as number;
      const p0 = p[i] as number;
      // du = (p d - etaS) u and dp = d u^2 - etaP p with d = tau lambdaD - lambdaS p, four times.
      let d = drive - ls * p0;
      const u1 = (p0 * d - es) * u0;
      const p1 = d * u0 * u0 - ep * p0;
      let x = u0 + half * u1;
      let q = p0 + half * p1;
      d = drive - ls * q;
      const u2 = (q * d - es) * x;
      const p2 = d * x * x - ep * q;
      x = u0 + half * u2;
      q = p0 + half * p2;
      d = drive - ls * q;
      const u3 = (q * d - es) * x;
      const p3 = d * x * x - ep * q;
      x = u0 + h * u3;
      q = p0 + h * p3;
      d = drive - ls * q;
      const un = u0 + sixth * (u1 + 2 * (u2 + u3) + (q * d - es) * x);
      const pn = p0 + sixth * (p1 + 2 * (p2 + p3) + (d * x * x - ep * q));
      u[i] = un;
      p[i] = pn;
      moved = moved || un !== u0 || pn !== p0;
    }
    if (!moved) return;
  }
}

/** A moving average as target: three variables a trajectory. */
function averagedBlock(
  { etaP, etaS, lambdaS, lambdaD }: Columns,
  beta: Float64Array,
  u: Float64Array,
  p: Float64Array,
  v: Float64Array,
  from: number,
  to: number,
  h: number,
  steps: number,
): void {
  const half = h / 2;
  const sixth = h / 6;
  for (let step = 0; step < steps; step++) {
    let moved = false;
    for (let i = from; i < to; i++) {
      const ls = lambdaS[i] as number;
      const ld = lambdaD[i] as number;
      const ep = etaP[i] as number;
      const es = etaS[i] as number;
      const b = beta[i] as number;
      const u0 = u[i] as number;
      const p0 = p[i] as number;
      const v0 = v[i] as number;
      // e = v lambdaD - p u lambdaS; du = p e - etaS u, dp = e u - etaP p, dv = beta (u - v), four times.
      let e = v0 * ld - p0 * u0 * ls;
      const u1 = p0 * e - es * u0;
      const p1 = e * u0 - ep * p0;
      const v1 = b * (u0 - v0);
      let x = u0 + half * u1;
      let q = p0 + half * p1;
      let z = v0 + half * v1;
      e = z * ld - q * x * ls;
      const u2 = q * e - es * x;
      const p2 = e * x - ep * q;
      const v2 = b * (x - z);
      x = u0 + half * u2;
      q = p0 + half * p2;
      z = v0 + half * v2;
      e = z * ld - q * x * ls;
      const u3 = q * e - es * x;
      const p3 = e * x - ep * q;
      const v3 = b * (x - z);
      x = u0 + h * u3;
      q = p0 + h * p3;
      z = v0 + h * v3;
      e = z * ld - q * x * ls;
      const un = u0 + sixth * (u1 + 2 * (u2 + u3) + (q * e - es * x));
      const pn = p0 + sixth * (p1 + 2 * (p2 + p3) + (e * x - ep * q));
      const vn = v0 + sixth * (v1 + 2 * (v2 + v3) + b * (x - z));
      u[i] = un;
      p[i] = pn;
      v[i] = vn;
      moved = moved || un !== u0 || pn !== p0 || vn !== v0;
    }
    if (!moved) return;
  }
}
