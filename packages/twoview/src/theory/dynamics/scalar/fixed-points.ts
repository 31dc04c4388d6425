// Where a mode can rest, and whether it stays there.
import { criticalDecay, predictorRoots } from './decay.js';
import { directSetFeature } from './direct-set.js';
import { type Complex, eigenvalues } from './eigenvalues.js';
import { modeJacobian, weightJacobian } from './jacobian.js';
import { finalTau, type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';

/** A fixed point with s and p determined; those of eta = 0, which are lines, are `restingLines`. */
export interface FixedPoint {
  /** `collapse`: 0. `boundary`: p-, which a mode has to pass. `survival`: p+. */
  name: 'collapse' | 'boundary' | 'survival';
  p: number;
  s: number;
  tau: number;
  /**
   * Of the Jacobian: in (p, s) for a linear predictor at fixed tau, else in the weights that move. By descending real part.
   */
  eigenvalues: Complex[];
  stable: boolean;
}

/**
 * The fixed points p+-, s+- and 0 of one mode (paper, after eq. 16; D9 to D11, derived, for separate decays, other data and
 * `directSet`). With weight decay s = etaP p^2 / (alphaP etaS).
 *
 * @returns collapse first; it alone without predictor or stop-gradient and above the critical decay. Where etaP or etaS is 0
 *   and predictors are trained there are lines in place of points, and only collapse is listed.
 * @throws RangeError when a parameter is out of range
 */
export function fixedPoints(parameters: ScalarParameters): FixedPoint[] {
  const resolved = resolveParameters(parameters);
  const { alphaP, etaP, etaS, predictor, target } = resolved;
  const tau = finalTau(resolved);
  const rest = predictor.name === 'identity' ? 1 : 0;
  const points = [fixedPoint(parameters, resolved, 'collapse', rest, 0, tau)];
  if (predictor.name === 'identity' || target.name === 'online') return points;
  const roots = predictorRoots(resolved);
  if (roots === null || etaS > criticalDecay(resolved)) return points;
  const feature = (p: number): number =>
    predictor.name === 'directSet' ? directSetFeature(parameters, p) : (etaP * p * p) / (alphaP * etaS);
  if (predictor.name === 'linear' && (etaS === 0 || etaP === 0)) return points;
  if (roots.minus > 0 && roots.minus < roots.plus)
    points.push(fixedPoint(parameters, resolved, 'boundary', roots.minus, feature(roots.minus), tau));
  points.push(fixedPoint(parameters, resolved, 'survival', roots.plus, feature(roots.plus), tau));
  return points;
}

function fixedPoint(
  parameters: ScalarParameters,
  { predictor, target }: Resolved,
  name: FixedPoint['name'],
  p: number,
  s: number,
  tau: number,
): FixedPoint {
  const w = Math.sqrt(s);
  const inFeatures = predictor.name === 'linear' && target.name === 'stopGradient';
  const jacobian = inFeatures
    ? modeJacobian(parameters, { p, s })
    : weightJacobian(parameters, { w, wp: p, wa: tau * w });
  const values = eigenvalues(jacobian);
  return { name, p, s, tau, eigenvalues: values, stable: values.every(({ re }) => re < 0) };
}

/** A line of fixed points: one coordinate is free, where the other two directions say. */
export interface RestingLine {
  name: 'collapse' | 'survival';
  /** The coordinate that is determined, and its value. */
  fixed: 's' | 'p';
  value: number;
}

/**
 * The lines on which a mode rests without weight decay: s = 0 with any p, and p = tau lambdaD / lambdaS with any s (paper,
 * section 3). Empty unless both decays are 0 and the predictor is trained; with etaP = 0 < etaS only s = 0 is left.
 * @throws RangeError when a parameter is out of range
 */
export function restingLines(parameters: ScalarParameters): RestingLine[] {
  const resolved = resolveParameters(parameters);
  const { etaP, etaS, predictor, target, lambdaD, lambdaS } = resolved;
  if (predictor.name !== 'linear' || etaP > 0) return [];
  const collapse: RestingLine = { name: 'collapse', fixed: 's', value: 0 };
  if (etaS > 0 || target.name === 'online') return [collapse];
  return [collapse, { name: 'survival', fixed: 'p', value: (finalTau(resolved) * lambdaD) / lambdaS }];
}
