// Weight decay: the largest that a mode survives, and the two roots that it leaves below.
import { finalTau, type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';

/**
 * eta_crit = tau^2 lambdaD^2 / (4 lambdaS): above it, 0 is the only fixed point and collapse cannot be avoided (paper, after
 * eq. 16, for lambdaD = 1; D10, derived, else). Of two decays it is the encoder's that counts (D9, derived). tau is 1 for a
 * moving average, which catches up.
 *
 * @returns 0 where no predictor or no stop-gradient leaves nothing to survive
 * @throws RangeError when a parameter is out of range
 */
export function criticalWeightDecay(parameters: ScalarParameters): number {
  const resolved = resolveParameters(parameters);
  if (resolved.predictor.name === 'identity' || resolved.target.name === 'online') return 0;
  return criticalDecay(resolved);
}

export function criticalDecay(resolved: Resolved): number {
  return (finalTau(resolved) * resolved.lambdaD) ** 2 / (4 * resolved.lambdaS);
}

/**
 * p-+ = [tau lambdaD -+ sqrt(tau^2 lambdaD^2 - 4 eta lambdaS)] / (2 lambdaS), eta being the encoder's; null above the critical
 * decay.
 */
export function predictorRoots(resolved: Resolved, tau = finalTau(resolved)): { minus: number; plus: number } | null {
  const drive = tau * resolved.lambdaD;
  const square = drive * drive - 4 * resolved.etaS * resolved.lambdaS;
  if (square < 0) return null;
  const plus = (drive + Math.sqrt(square)) / (2 * resolved.lambdaS);
  // Their product is eta / lambdaS: the difference would lose the small one's digits.
  return { minus: resolved.etaS / (resolved.lambdaS * plus), plus };
}
