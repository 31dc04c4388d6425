// On the parabola s = p^2 / alphaP everything is known: where the flow goes, and when it is where.
import {
  checkNumber,
  commonDecay,
  finalTau,
  type Resolved,
  resolveParameters,
  type ScalarParameters,
} from './parameters.js';

function parabola(parameters: ScalarParameters, where: string): Resolved & { drive: number; eta: number } {
  const resolved = resolveParameters(parameters);
  if (resolved.predictor.name !== 'linear' || resolved.target.name === 'online')
    throw new RangeError(`${where} is for a linear predictor with a target that the gradient does not reach`);
  return { ...resolved, drive: finalTau(resolved) * resolved.lambdaD, eta: commonDecay(resolved, where) };
}

function atFixedTau(parameters: ScalarParameters, where: string): ReturnType<typeof parabola> {
  const resolved = parabola(parameters, where);
  if (resolved.target.name === 'ema')
    throw new RangeError(`${where} is known at a fixed tau alone, not for an ema target`);
  return resolved;
}

/** dp/dt = p^2 (tau lambdaD - lambdaS p) - eta p on the parabola, at a fixed tau (eq. 16). */
export function parabolaFlow(parameters: ScalarParameters, p: number): number {
  const { drive, lambdaS, eta } = atFixedTau(parameters, 'parabolaFlow');
  return p * p * (drive - lambdaS * p) - eta * p;
}

/**
 * Exact time from p0 to p1 on the parabola at a fixed tau, for any eta (D3, derived): the integral of
 * dp / (p^2 (tau lambdaD - lambdaS p) - eta p).
 *
 * @returns NaN where the flow does not lead from p0 to p1
 * @throws RangeError when p0 or p1 is not above 0, the slots are others, the decays differ or the target is a moving average
 */
export function parabolaTime(parameters: ScalarParameters, p0: number, p1: number): number {
  const { drive, lambdaS, eta } = atFixedTau(parameters, 'parabolaTime');
  checkNumber('p0', p0, { above: 0 });
  checkNumber('p1', p1, { above: 0 });
  const flow = (p: number): number => p * (drive - lambdaS * p) - eta;
  // The way must neither meet a fixed point nor lead upstream. p (drive - lambdaS p) is concave: its least value is at an end.
  const top = drive / (2 * lambdaS);
  const most = p0 < top === p1 < top ? Math.max(flow(p0), flow(p1)) : flow(top);
  const leads = p1 > p0 ? Math.min(flow(p0), flow(p1)) > 0 : most < 0;
  if (p0 === p1) return 0;
  if (!leads) return Number.NaN;
  const phi = eta === 0 ? withoutDecay : withDecay;
  return phi(p1, drive, lambdaS, eta) - phi(p0, drive, lambdaS, eta);
}

function withoutDecay(p: number, drive: number, lambdaS: number): number {
  return -1 / (drive * p) + (lambdaS / (drive * drive)) * Math.log(p / (drive - lambdaS * p));
}

/** With q(p) = p^2 - b p + c, b = drive / lambdaS, c = eta / lambdaS: -1/lambdaS of the integral of dp / (p q(p)). */
function withDecay(p: number, drive: number, lambdaS: number, eta: number): number {
  const b = drive / lambdaS;
  const c = eta / lambdaS;
  const q = p * p - b * p + c;
  const square = b * b - 4 * c;
  const root = Math.sqrt(Math.abs(square));
  const inner =
    square > 0
      ? Math.log(Math.abs((2 * p - b - root) / (2 * p - b + root))) / root
      : square < 0
        ? (2 / root) * Math.atan((2 * p - b) / root)
        : -2 / (2 * p - b);
  return -(Math.log(p) - Math.log(Math.abs(q)) / 2 + (b / 2) * inner) / (lambdaS * c);
}

/**
 * c = s - p^2 / alphaP, which decays as e^{-2 eta t} whatever the target does (theorem 1 for one mode; the main text's sign next
 * to eq. 14 is the opposite one).
 * @throws RangeError when the slots are others or the decays differ
 */
export function balance(parameters: ScalarParameters, { p, s }: { p: number; s: number }): number {
  return s - (p * p) / parabola(parameters, 'balance').alphaP;
}

/** s(t) = p(t)^2 / alphaP + c e^{-2 eta t}. @param c `balance` at time 0 @throws as `balance` */
export function featureAt(parameters: ScalarParameters, p: number, c: number, t: number): number {
  const { alphaP, eta } = parabola(parameters, 'featureAt');
  return (p * p) / alphaP + c * Math.exp(-2 * eta * t);
}
