// What becomes of a mode, and where the boundary between the two ends lies.

import { predictorRoots } from './decay.js';
import { type FixedPoint, fixedPoints } from './fixed-points.js';
import { DormandPrince } from './integrators/dormand-prince.js';
import { checkNumber, finalTau, type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';
import type { ModeState } from './state.js';
import { initialState, type ModeSystem, modeSystem, readMode } from './system.js';

/** `undecided`: at the horizon the mode is still under way. */
export type Fate = 'collapsed' | 'escaped' | 'undecided';

export interface HorizonOptions {
  /** Time after which a mode under way is called undecided; 10,000 if left out. */
  horizon?: number;
}

/** A mode when its fate was decided, which may be long before it gets there. */
export interface Outcome extends Required<ModeState> {
  fate: Fate;
  /** When it was decided, or the horizon. */
  t: number;
}

/** s below which a mode counts as gone. */
const gone = 1e-20;
/** How near, relatively, a mode has to come to the fixed point that it stays at. */
const near = 1e-4;

/**
 * Follows a mode until it is clear what becomes of it.
 *
 * At a fixed tau there are regions that a mode never leaves: below p- and s-, and with one common decay beyond p- on or above the parabola;
 * elsewhere a mode has to arrive: s below 1e-20, or within 1e-4 of the fixed point. Without the encoder's weight decay nothing ties s: a
 * mode escapes when p is within 1e-4 of tau lambdaD / lambdaS.
 *
 * @throws RangeError when a parameter, the state or the horizon is out of range; Error when the flow runs off to
 *   infinity, or is too stiff to be followed to its fate
 */
export function outcome(
  parameters: ScalarParameters,
  initial: ModeState,
  { horizon = 10_000 }: HorizonOptions = {},
): Outcome {
  checkNumber('horizon', horizon, { above: 0 });
  const system = modeSystem(parameters);
  const state = initialState(system, [initial]);
  const judge = fateJudge(parameters, system);
  let fate = judge(state);
  const solver = new DormandPrince(system.field, state.length, { relative: 1e-9, absolute: 1e-13 });
  const t =
    fate === 'undecided'
      ? solver.advance(state, 0, horizon, (_t, y) => {
          fate = judge(y);
          return fate !== 'undecided';
        })
      : 0;
  system.complete(state);
  return { ...readMode(system, state), fate, t };
}

/** Says of a state what will become of it, as far as that is certain. */
function fateJudge(parameters: ScalarParameters, system: ModeSystem): (state: Float64Array) => Fate {
  const points = fixedPoints(parameters);
  const end = points.find(({ name }) => name === 'survival');
  const boundary = points.find(({ name }) => name === 'boundary');
  const isInBox = boxes(system.parameters, boundary, end);
  const grows = regrowth(system.parameters);
  const rests = restingPlace(system.parameters, end);
  return (state) => {
    const mode = readMode(system, state);
    if (mode.s < gone && !grows(mode.p)) return 'collapsed';
    return isInBox(mode) ?? (rests(mode) ? 'escaped' : 'undecided');
  };
}

/**
 * Regions that decide at a fixed tau. On the edges of the box below p- and s- both derivatives lead inwards. Right of p- and above s- both p and s
 * stay, until p passes p+ with s above s+ (shown for one common decay): from there, as from anywhere on or above the parabola right of p-, the
 * balance c >= 0 keeps s above p^2 / alphaP, and p cannot turn back over p-. Without the encoder's decay, s never falls while p is between 0 and
 * tau lambdaD / lambdaS, and p stays there.
 */
function boxes(
  resolved: Resolved,
  boundary: FixedPoint | undefined,
  end: FixedPoint | undefined,
): (mode: ModeState) => Fate | undefined {
  const { alphaP, predictor, target, etaP, etaS, lambdaD, lambdaS } = resolved;
  if (predictor.name === 'identity' && target.name === 'stopGradient' && target.tau * lambdaD > lambdaS + etaS)
    return ({ s }) => (s > 0 ? 'escaped' : undefined);
  if (predictor.name !== 'linear' || target.name !== 'stopGradient') return () => undefined;
  const top = (target.tau * lambdaD) / lambdaS;
  if (etaS === 0) return ({ p, s }) => (s > 0 && p >= 0 && p <= top ? 'escaped' : undefined);
  if (!boundary || !end) return () => undefined;
  return ({ p, s }) => {
    if (p >= 0 && p < boundary.p && s < boundary.s) return 'collapsed';
    const isAbove = alphaP * s >= p * p || (p <= end.p && s > boundary.s);
    return etaP === etaS && p > boundary.p && isAbove ? 'escaped' : undefined;
  };
}

/** Whether a mode of hardly any s would grow, now or once its predictor has decayed. */
function regrowth(resolved: Resolved): (p: number) => boolean {
  const roots =
    resolved.predictor.name === 'identity' || resolved.target.name === 'online' ? null : predictorRoots(resolved);
  if (roots === null) return () => false;
  const falls = resolved.predictor.name === 'linear' && resolved.etaP > 0;
  return (p) => p > roots.minus && (falls || p < roots.plus);
}

/** Whether a mode has arrived: at its fixed point; on the line p = tau lambdaD / lambdaS where nothing ties s. */
function restingPlace(resolved: Resolved, end: FixedPoint | undefined): (mode: Required<ModeState>) => boolean {
  const isSet = resolved.predictor.name === 'directSet';
  const close = (value: number, goal: number, width: number): boolean => Math.abs(value - goal) <= width * goal;
  if (end)
    return ({ p, s, tau }) => close(s, end.s, near) && close(tau, end.tau, near) && (isSet || close(p, end.p, near));
  const free = resolved.predictor.name === 'linear' && resolved.target.name !== 'online' && resolved.etaS === 0;
  if (!free) return () => false;
  const tau = finalTau(resolved);
  const goal = (tau * resolved.lambdaD) / resolved.lambdaS;
  // With a decaying predictor, s grows for ever and p nears its goal as 1 / (2 t) alone.
  const width = resolved.etaP > 0 ? 1e-3 : near;
  return (mode) => mode.s > gone && close(mode.p, goal, width) && close(mode.tau, tau, width);
}

export interface BoundaryOptions extends HorizonOptions {
  /**
   * Where to look; if left out 1e-9 to 1.5 for p0, 1e-12 to 10 over alphaP for s0. Above a tau of 1 the upper end of p0 is that many times
   * higher, of s0 its square; where the predictor decays faster than the encoder, of s0 their ratio too.
   */
  lower?: number;
  upper?: number;
  /** Relative width to which the boundary is closed in; 1e-10 if left out. */
  tolerance?: number;
}

/**
 * The p0 from which a mode escapes when it starts on the parabola, s0 = p0^2 / alphaP (with wa = 0 under a moving average). A slower
 * average or a larger eta makes it larger (observations 4 and 10). A mode that is undecided at the horizon counts as one that does not.
 *
 * @returns the boundary; 0 if all escape, null if none up to `upper` does
 * @throws RangeError when a parameter or the range is out of range
 */
export function escapeThreshold(parameters: ScalarParameters, options: BoundaryOptions = {}): number | null {
  const alphaP = parameters.alphaP ?? 1;
  return boundaryOf((p) => outcome(parameters, { p, s: (p * p) / alphaP }, options).fate === 'escaped', {
    lower: 1e-9,
    upper: 1.5 * largestTau(parameters),
    ...options,
  });
}

/**
 * The s0 from which a mode escapes when its predictor starts at p0. At a fixed tau it scales as 1 / alphaP (D1, derived).
 *
 * @param p0 0 if left out
 * @returns the boundary; 0 if all escape, null if none up to `upper` does
 * @throws RangeError when a parameter or the range is out of range
 */
export function criticalFeature(parameters: ScalarParameters, p0 = 0, options: BoundaryOptions = {}): number | null {
  const alphaP = parameters.alphaP ?? 1;
  return boundaryOf((s) => outcome(parameters, { p: p0, s }, options).fate === 'escaped', {
    lower: 1e-12 / alphaP,
    upper: (10 * largestTau(parameters) ** 2 * decayRatio(parameters)) / alphaP,
    ...options,
  });
}

/** tau where it is above 1: p+ is at most tau. */
const largestTau = (parameters: ScalarParameters): number => Math.max(1, finalTau(resolveParameters(parameters)));

/** etaP / etaS where it is above 1: fixed points have s = etaP p^2 / (alphaP etaS). */
function decayRatio(parameters: ScalarParameters): number {
  const { etaP, etaS } = resolveParameters(parameters);
  return etaS > 0 ? Math.max(1, etaP / etaS) : 1;
}

/** By bisection on a logarithmic scale: more is never worse. */
function boundaryOf(
  escapes: (x: number) => boolean,
  { lower, upper, tolerance = 1e-10 }: BoundaryOptions & { lower: number; upper: number },
): number | null {
  checkNumber('lower', lower, { above: 0 });
  checkNumber('upper', upper, { above: lower });
  checkNumber('tolerance', tolerance, { above: 0 });
  if (!escapes(upper)) return null;
  if (escapes(lower)) return 0;
  let [low, high] = [lower, upper];
  while (high - low > tolerance * high) {
    const middle = Math.sqrt(low * high);
    if (middle <= low || middle >= high) break;
    if (escapes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
