// Fixed points of a predictor that is set, not trained (derived; D11 and section g of Wang, Chen, Du, Tian 2021).
import { predictorRoots } from './decay.js';
import { checkNumber, type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';

/**
 * The correlation f at which a mode has this predictor eigenvalue, f^exponent + epsilon f = p, the mode being one of the
 * largest. By bisection: the left side grows.
 * @throws RangeError where f is beyond the largest number
 */
function correlationAt(p: number, exponent: number, epsilon: number): number {
  // Neither term alone can be more than p.
  let [low, high] = [0, Math.min(p ** (1 / exponent), epsilon === 0 ? Number.POSITIVE_INFINITY : p / epsilon)];
  if (high === Number.POSITIVE_INFINITY)
    throw new RangeError(`predictor.exponent ${exponent} is too small: p = ${p} would need an infinite correlation`);
  if (epsilon === 0) return high;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (middle ** exponent + epsilon * middle < p) low = middle;
    else high = middle;
  }
}

/**
 * s = w^2 of a mode of `directSet` whose predictor eigenvalue is p, when it is one of the largest; every mode that survives
 * ends there with p = p+.
 * @throws RangeError when the predictor is another, or p is negative
 */
export function directSetFeature(parameters: ScalarParameters, p: number): number {
  const { predictor, lambdaS, lambdaD } = resolveParameters(parameters);
  if (predictor.name !== 'directSet') throw new RangeError(`directSetFeature is for directSet, not ${predictor.name}`);
  checkNumber('p', p, { least: 0 });
  return correlationAt(p, predictor.exponent, predictor.epsilon) / correlationScale(predictor, { lambdaS, lambdaD });
}

function correlationScale(
  predictor: Extract<Resolved['predictor'], { name: 'directSet' }>,
  { lambdaS, lambdaD }: { lambdaS: number; lambdaD: number },
): number {
  return predictor.correlation === 'views' ? lambdaS : lambdaD;
}

/**
 * Whether a mode survives `directSet` when the largest mode's s stays at `largest` (D11, derived): it needs a predictor
 * eigenvalue above p-.
 * @param s of the mode
 * @param largest s of the largest mode; the mode's own if left out
 * @throws RangeError when the predictor is another, or a number is negative
 */
export function directSetSurvives(parameters: ScalarParameters, s: number, largest = s): boolean {
  const resolved = resolveParameters(parameters);
  const { predictor } = resolved;
  if (predictor.name !== 'directSet') throw new RangeError(`directSetSurvives is for directSet, not ${predictor.name}`);
  checkNumber('s', s, { least: 0 });
  checkNumber('largest', largest, { least: s });
  const roots = predictorRoots(resolved);
  const scale = correlationScale(predictor, resolved);
  return (
    s > 0 && roots !== null && (scale * s) ** predictor.exponent + predictor.epsilon * scale * largest > roots.minus
  );
}
