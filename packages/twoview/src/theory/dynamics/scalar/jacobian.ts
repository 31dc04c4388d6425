// Jacobians of the flow of one mode, in the coordinates that are spoken of and in those that are integrated.
import { type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';
import type { WeightState } from './state.js';

/**
 * Jacobian in (p, s) at a fixed tau of a predictor that is trained; its eigenvalues at the fixed points are D2's
 * (derived): -2 eta and -p+ R, R = sqrt(tau^2 lambdaD^2 - 4 eta lambdaS), at p+; -2 eta and p- R at p-; -eta and -2 eta at 0.
 * @throws RangeError when the slots are others
 */
export function modeJacobian(parameters: ScalarParameters, { p, s }: { p: number; s: number }): number[][] {
  const { alphaP, etaP, etaS, lambdaS, lambdaD, predictor, target } = resolveParameters(parameters);
  if (predictor.name !== 'linear' || target.name !== 'stopGradient')
    throw new RangeError('the Jacobian in (p, s) is that of a linear predictor with a stopGradient target');
  const drive = target.tau * lambdaD - p * lambdaS;
  return [
    [-alphaP * s * lambdaS - etaP, alphaP * drive],
    [2 * s * (drive - p * lambdaS), 2 * p * drive - 2 * etaS],
  ];
}

/**
 * Jacobian of the weights that move, for any filling of the slots: w; then wp where it is trained; then wa where it is a
 * moving average. `directSet` is taken as a mode of its own, which is the largest.
 * @throws RangeError when a parameter is out of range
 */
export function weightJacobian(parameters: ScalarParameters, { w, wp, wa }: WeightState): number[][] {
  const resolved = resolveParameters(parameters);
  const { alphaP, etaP, etaS, lambdaS, lambdaD, predictor, target } = resolved;
  const trained = predictor.name === 'linear';
  const averaged = target.name === 'ema';
  const tau = target.name === 'stopGradient' ? target.tau : target.name === 'online' ? 1 : 0;
  const p = predictor.name === 'identity' ? 1 : wp;
  const error = wa * lambdaD - p * w * lambdaS;
  // Derivatives of the error wa lambdaD - p w lambdaS, by w (with the target that follows w), p and wa.
  const byW = tau * lambdaD - p * lambdaS;
  const byP = -w * lambdaS;
  const online = target.name === 'online';
  const wRow = {
    w: p * byW + (online ? p * lambdaD - lambdaS : 0) - etaS,
    p: error + p * byP + (online ? w * lambdaD : 0),
    wa: p * lambdaD,
  };
  const wpRow = { w: alphaP * (byW * w + error), p: alphaP * byP * w - etaP, wa: alphaP * lambdaD * w };
  const slope = predictorSlope(resolved, w);
  const rows = [[wRow.w + slope * wRow.p, wRow.p, wRow.wa]];
  if (trained) rows.push([wpRow.w, wpRow.p, wpRow.wa]);
  if (target.name === 'ema') rows.push([target.beta, 0, -target.beta]);
  return rows.map((row) => row.filter((_, i) => i === 0 || (i === 1 ? trained : averaged)));
}

/** dp/dw of a predictor that the encoder determines. */
function predictorSlope({ predictor, lambdaS, lambdaD }: Resolved, w: number): number {
  if (predictor.name !== 'directSet') return 0;
  const lambda = predictor.correlation === 'views' ? lambdaS : lambdaD;
  const { exponent, epsilon } = predictor;
  // f^alpha with f = lambda w^2; at w = 0 the derivative is multiplied by zero wherever it is used.
  const power = w === 0 ? 0 : 2 * exponent * lambda ** exponent * Math.abs(w) ** (2 * exponent - 1) * Math.sign(w);
  return power + 2 * epsilon * lambda * w;
}
