// Many scalar modes at once on the engine: in-place operations on one chunk through the whole time. The way for a CUDA device.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Columns } from './columns.js';
import { type FinalWeights, scaledStart, unscaled } from './weights.js';

/** Trajectories in a chunk on the processor, whose tensors then stay in its second cache; elsewhere all go at once. */
const chunk = 4096;

/** RK4 with `steps` steps of `h` for every trajectory, on a device, in float64. */
export function engineSweep(columns: Columns, h: number, steps: number, device: string): FinalWeights {
  const { size, beta } = columns;
  const { u, p, v } = scaledStart(columns);
  const width = device === 'cpu' ? chunk : size;
  for (let from = 0; from < size; from += width) {
    const to = Math.min(size, from + width);
    torch.scope(() =>
      torch.noGrad(() => {
        const put = (column: Float64Array): Tensor =>
          torch.tensor(column.subarray(from, to), { dtype: 'float64' }).to({ device });
        const state = torch.stack([put(u), put(p), ...(beta ? [put(v)] : [])]);
        rk4(state, beta ? averagedSlope(columns, put(beta), put) : fixedSlope(columns, put), h, steps);
        const end = state.to({ device: 'cpu' });
        for (const [i, values] of [u, p, v].slice(0, state.size(0)).entries())
          values.set(end.select(0, i).contiguous().data() as Float64Array, from);
      }),
    );
  }
  return unscaled(columns, u, p, v);
}

/** Writes the derivatives at a state into `k`; both are rows u, p and, under a moving average, v. */
type Slope = (at: readonly Tensor[], k: readonly Tensor[]) => void;

/** In place from beginning to end: nothing is allocated on the way. @param y state [rows, N] */
function rk4(y: Tensor, slope: Slope, h: number, steps: number): void {
  const [at, k, sum] = [torch.emptyLike(y), torch.emptyLike(y), torch.emptyLike(y)];
  const [atRows, kRows] = [at.unbind(0), k.unbind(0)];
  for (let step = 0; step < steps; step++) {
    at.copy_(y);
    slope(atRows, kRows);
    sum.copy_(k);
    for (const [weight, ahead] of [
      [2, h / 2],
      [2, h / 2],
      [1, h],
    ] as const) {
      at.copy_(y).add_(k, { alpha: ahead });
      slope(atRows, kRows);
      sum.add_(k, { alpha: weight });
    }
    y.add_(sum, { alpha: h / 6 });
  }
}

type Put = (column: Float64Array) => Tensor;

/** du = (p d - etaS) u and dp = d u^2 - etaP p with d = tau lambdaD - lambdaS p. */
function fixedSlope({ etaP, etaS, lambdaS, lambdaD, tau }: Columns, put: Put): Slope {
  const drive = put(lambdaD).mul(put(tau));
  const [ls, es, ep] = [put(lambdaS), put(etaS), put(etaP)];
  const d = torch.emptyLike(drive);
  return (at, k) => {
    const [u, p] = at as [Tensor, Tensor];
    const [du, dp] = k as [Tensor, Tensor];
    d.copy_(drive).addcmul_(ls, p, { value: -1 });
    du.copy_(p).mul_(d).sub_(es).mul_(u);
    dp.copy_(d).mul_(u).mul_(u).addcmul_(ep, p, { value: -1 });
  };
}

/** du = p e - etaS u, dp = e u - etaP p and dv = beta (u - v) with e = v lambdaD - p u lambdaS. */
function averagedSlope({ etaP, etaS, lambdaS, lambdaD }: Columns, beta: Tensor, put: Put): Slope {
  const [ls, ld, es, ep] = [put(lambdaS), put(lambdaD), put(etaS), put(etaP)];
  const [e, product] = [torch.emptyLike(beta), torch.emptyLike(beta)];
  return (at, k) => {
    const [u, p, v] = at as [Tensor, Tensor, Tensor];
    const [du, dp, dv] = k as [Tensor, Tensor, Tensor];
    product.copy_(p).mul_(u);
    e.copy_(v).mul_(ld).addcmul_(product, ls, { value: -1 });
    du.copy_(p).mul_(e).addcmul_(es, u, { value: -1 });
    dp.copy_(e).mul_(u).addcmul_(ep, p, { value: -1 });
    dv.copy_(u).sub_(v).mul_(beta);
  };
}
