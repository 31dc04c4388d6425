// How fast what cannot survive is gone, and how far a target lags behind.
import { finalTau, resolveParameters, type ScalarParameters } from './parameters.js';

/**
 * lambda0 = eta + min_p [(p^2 + 1) x' + (p - 1)^2 x] of X = x, X' = x': without stop-gradient |w(t)| <= |w(0)| e^{-lambda0 t}
 * whatever the predictor does (theorem 2). For X = I it is eta + sigma^2 (2 + sigma^2) / (1 + sigma^2), at p = 1 / (1 + sigma^2)
 * (D4, derived). Without predictor, p = 1: eta + 2 x'.
 * @throws RangeError when a parameter is out of range
 */
export function noStopGradientRate(parameters: ScalarParameters): number {
  const { lambdaS, lambdaD, etaS, predictor } = resolveParameters(parameters);
  const noise = lambdaS - lambdaD;
  if (predictor.name === 'identity') return etaS + 2 * noise;
  return etaS + noise + (noise * lambdaD) / lambdaS;
}

/**
 * Rates of exponential decay of (w, wa) without predictor and with stop-gradient, slowest last (theorem 2' and D5, derived):
 * x' + eta where wa = w; -1/2 [(A + beta) +- sqrt((A + beta)^2 - 4 beta (A - lambdaD))], A = lambdaS + eta, for a moving average.
 * Below 0 a mode decays, at 0 it stays; above, it grows, which takes a fixed tau with tau lambdaD > lambdaS + eta.
 * @throws RangeError when a parameter is out of range, or the gradient flows through the target
 */
export function noPredictorRates(parameters: ScalarParameters): number[] {
  const resolved = resolveParameters(parameters);
  const { lambdaS, lambdaD, etaS, target } = resolved;
  const a = lambdaS + etaS;
  switch (target.name) {
    case 'online':
      throw new RangeError('noPredictorRates needs a target that the gradient does not reach; see noStopGradientRate');
    case 'stopGradient':
      return [finalTau(resolved) * lambdaD - a];
    case 'ema': {
      const sum = a + target.beta;
      const fast = (sum + Math.sqrt(sum * sum - 4 * target.beta * (a - lambdaD))) / 2;
      return [-fast, -(target.beta * (a - lambdaD)) / fast];
    }
  }
}

/**
 * What wa / w tends to in a mode that collapses, with weight decay eta and a moving average of rate beta: beta / (beta - eta),
 * Infinity where beta <= eta (D6, derived). In a mode that survives it tends to 1.
 * @throws RangeError when a number is out of range
 */
export function collapsingLag(eta: number, beta: number): number {
  resolveParameters({ eta, target: { name: 'ema', beta } });
  return beta > eta ? beta / (beta - eta) : Number.POSITIVE_INFINITY;
}
