// The state of a mode, in the two forms: weights (w, wp, wa), which are integrated, and (p, s, tau), which are spoken of.

/** Weights of a mode: encoder, predictor, target. */
export interface WeightState {
  w: number;
  wp: number;
  wa: number;
}

/** p = wp, s = w^2 (the mode's eigenvalue of W W^T), tau = wa / w. */
export interface ModeState {
  p: number;
  s: number;
  /**
   * Left out at the start of a run: what the target says, which is 0 (wa = 0) for a moving average. Read where s = 0: NaN for a
   * moving average.
   */
  tau?: number;
}

/** @throws RangeError when a number is not finite or s is negative */
export function toWeights({ p, s, tau = 1 }: ModeState): WeightState {
  if (![p, s, tau].every(Number.isFinite)) throw new RangeError(`p, s and tau must be finite, not ${p}, ${s}, ${tau}`);
  if (s < 0) throw new RangeError(`s is a square: it must be at least 0, not ${s}`);
  const w = Math.sqrt(s);
  return { w, wp: p, wa: tau * w };
}

export function toMode({ w, wp, wa }: WeightState): Required<ModeState> {
  return { p: wp, s: w * w, tau: wa / w };
}
