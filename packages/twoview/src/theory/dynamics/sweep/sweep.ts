// Many runs of scalar modes at once: phase diagrams.
import * as torch from '@twoview/torch';
import { maxFixedSteps } from '../scalar/integrators/field.js';
import { checkNumber } from '../scalar/parameters.js';
import { type Columns, columnsOf, type SweepInput } from './columns.js';
import { engineSweep } from './engine.js';
import { plainSweep } from './plain.js';

export interface SweepOptions {
  /** Time of every run. */
  time: number;
  /** Step of the Runge-Kutta method of order 4; 0.1 if left out. */
  step?: number;
  /** `plain` loops or the `engine`; plain on the processor, where they are about twice as fast, and engine elsewhere if left out. */
  by?: 'plain' | 'engine';
  /** Device of the engine; cpu if left out. */
  device?: string;
}

/** 0: under way, 1: collapsed, 2: escaped. */
export const sweepFates = ['undecided', 'collapsed', 'escaped'] as const;

/** The ends of the runs, [N] each. */
export interface SweepResult {
  p: Float64Array;
  s: Float64Array;
  /** wa / w; NaN where a mode with a moving average as target is exactly 0. */
  tau: Float64Array;
  /** Places in `sweepFates`. */
  fate: Uint8Array;
}

/**
 * Runs N scalar modes in steps of one size. What a run becomes is told by its end: escaped within 1 % of p+ and s+ (without the
 * encoder's decay: of p+); collapsed with s below 1e-6 of what it would be there, or below 1e-6 above the critical decay, and p below p-;
 * `outcome` decides single modes with certainty.
 *
 * @throws RangeError when columns or options are out of range, or the step is too long for the rates of a run
 */
export function sweep(input: SweepInput, { time, step = 0.1, by, device = 'cpu' }: SweepOptions): SweepResult {
  checkNumber('time', time, { above: 0 });
  checkNumber('step', step, { above: 0 });
  const columns = columnsOf(input);
  const steps = Math.max(1, Math.ceil((time / step) * (1 - 1e-12)));
  if (steps > maxFixedSteps) throw new RangeError(`${steps} steps are too many: take a longer step than ${step}`);
  if (by !== undefined && by !== 'plain' && by !== 'engine')
    throw new RangeError(`by must be plain or engine, not ${String(by)}`);
  if (device !== 'cpu' && by === 'plain') throw new RangeError(`plain loops run on the cpu, not on ${device}`);
  if (device.startsWith('cuda') && !torch.cuda.isAvailable())
    throw new RangeError(`device ${device} is not there: this engine sees no CUDA device`);
  const way = by ?? (device === 'cpu' ? 'plain' : 'engine');
  checkStep(columns, columns.s0.map(Math.sqrt), columns.p0, time / steps);
  const { w, wp, wa } =
    way === 'plain' ? plainSweep(columns, time / steps, steps) : engineSweep(columns, time / steps, steps, device);
  checkStep(columns, w, wp, time / steps);
  const tau = columns.beta ? wa.map((value, i) => value / (w[i] as number)) : columns.tau.slice();
  const s = w.map((value) => value * value);
  return { p: wp, s, tau, fate: fates(columns, wp, s) };
}

/** Of the real axis, RK4 is stable down to -2.785 / h. */
const stable = 2.5;

/**
 * @throws RangeError when a step is longer than the fastest rate of a run allows. Rates are largest at the start or, where nothing ties s, at
 * the end.
 */
function checkStep(columns: Columns, w: Float64Array, p: Float64Array, h: number): void {
  const { alphaP, lambdaS, etaP, etaS, beta } = columns;
  for (let i = 0; i < w.length; i++) {
    const pull = (lambdaS[i] as number) * ((alphaP[i] as number) * (w[i] as number) ** 2 + (p[i] as number) ** 2);
    const rate = pull + Math.max(etaP[i] as number, etaS[i] as number) + (beta ? (beta[i] as number) : 0);
    if (!(h * rate <= stable))
      throw new RangeError(
        `run ${i} has rates up to ${rate.toPrecision(3)}, too fast for steps of ${h}: take shorter ones`,
      );
  }
}

function fates(
  { size, alphaP, etaP, etaS, lambdaS, lambdaD, tau, beta }: Columns,
  p: Float64Array,
  s: Float64Array,
): Uint8Array {
  const fate = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const drive = (beta ? 1 : (tau[i] as number)) * (lambdaD[i] as number);
    const [a, es] = [lambdaS[i] as number, etaS[i] as number];
    const square = drive * drive - 4 * es * a;
    const plus = square >= 0 ? (drive + Math.sqrt(square)) / (2 * a) : Number.NaN;
    const minus = es / (a * plus);
    const feature = es > 0 ? ((etaP[i] as number) * plus * plus) / ((alphaP[i] as number) * es) : Number.NaN;
    const [pi, si] = [p[i] as number, s[i] as number];
    const close = (value: number, goal: number): boolean => Math.abs(value - goal) <= 0.01 * goal;
    if (close(pi, plus) && si > 0 && (es === 0 || close(si, feature))) fate[i] = 2;
    else if (si < 1e-6 * (feature > 0 ? feature : 1) && !(pi > minus && es > 0)) fate[i] = 1;
  }
  return fate;
}
