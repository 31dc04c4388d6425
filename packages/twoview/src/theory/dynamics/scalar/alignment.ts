// When predictor and features come to share eigenvectors: the matrix K of theorem 3, mode by mode.
import { commonDecay, finalTau, isotropicNoise, resolveParameters, type ScalarParameters } from './parameters.js';

export interface AlignmentCriterion {
  /** Delta = p (tau - a p) - eta; on the parabola dp/dt = p Delta, so the mode grows where it is positive. */
  delta: number;
  /** (alphaP a s + eta) / 2, below which Delta has to stay (17). */
  bound: number;
  /** K = a [(alphaP / 2) s + p^2 - (tau / a) p] + (3/2) eta: positive exactly where Delta is below the bound. */
  k: number;
}

/**
 * The alignment criterion (17) of a mode: the commutator of F and Wp shrinks at rate 2 min K.
 * @throws RangeError when X is not I, the decays differ or a parameter is out of range
 */
export function alignmentCriterion(
  parameters: ScalarParameters,
  { p, s, tau }: { p: number; s: number; tau: number },
): AlignmentCriterion {
  const { alphaP, a, eta } = isotropic(parameters, 'the alignment criterion');
  const delta = p * (tau - a * p) - eta;
  return { delta, bound: (alphaP * a * s + eta) / 2, k: a * ((alphaP / 2) * s + p * p - (tau / a) * p) + 1.5 * eta };
}

/**
 * The decays tau^2 / (9 a) < eta <= tau^2 / (4 a) at which, on the parabola and at a fixed tau, alignment is guaranteed for every
 * p and a fixed point without collapse exists (D7, derived). alphaP drops out.
 * @throws RangeError when X is not I or a parameter is out of range
 */
export function alignmentWindow(parameters: ScalarParameters): { above: number; most: number } {
  const { a, tau } = isotropic({ ...parameters, etaP: undefined, etaS: undefined }, 'the alignment window');
  return { above: (tau * tau) / (9 * a), most: (tau * tau) / (4 * a) };
}

/**
 * The least eigenvalue of F above which K is positive whatever Wp is: (tau^2 / (2 a^2) - 3 eta / a) / alphaP (D8, derived); 0 where
 * any will do.
 * @throws RangeError when X is not I, the decays differ or a parameter is out of range
 */
export function sufficientFeature(parameters: ScalarParameters): number {
  const { alphaP, a, eta, tau } = isotropic(parameters, 'the sufficient feature');
  return Math.max(0, ((tau * tau) / (2 * a * a) - (3 * eta) / a) / alphaP);
}

function isotropic(parameters: ScalarParameters, where: string) {
  const resolved = resolveParameters(parameters);
  return {
    alphaP: resolved.alphaP,
    a: 1 + isotropicNoise(resolved, where),
    eta: commonDecay(resolved, where),
    tau: finalTau(resolved),
  };
}
