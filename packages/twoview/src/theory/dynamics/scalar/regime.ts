// What the slots mean for collapse, in one sentence.
import { criticalDecay, predictorRoots } from './decay.js';
import { type Resolved, resolveParameters, type ScalarParameters } from './parameters.js';
import { noPredictorRates, noStopGradientRate } from './rates.js';

export interface Regime {
  /** `depends`: on where a mode starts. `stays`: nothing moves it, in the limit of no noise and no decay. */
  verdict: 'collapses' | 'survives' | 'depends' | 'stays';
  /** One sentence: why. */
  reason: string;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/**
 * Whether the slots let a mode survive.
 * @throws RangeError when a parameter is out of range
 */
export function regime(parameters: ScalarParameters): Regime {
  const resolved = resolveParameters(parameters);
  if (resolved.target.name === 'online') return withoutStopGradient(parameters, resolved);
  if (resolved.predictor.name === 'identity') return withoutPredictor(parameters);
  const critical = criticalDecay(resolved);
  if (resolved.etaS > critical)
    return {
      verdict: 'collapses',
      reason: `the encoder's weight decay ${short(resolved.etaS)} is above the critical ${short(critical)}: 0 is the only fixed point`,
    };
  return resolved.predictor.name === 'linear' ? trained(resolved, critical) : set(resolved);
}

function withoutStopGradient(parameters: ScalarParameters, { predictor }: Resolved): Regime {
  const rate = noStopGradientRate(parameters);
  if (rate === 0)
    return {
      verdict: predictor.name === 'identity' ? 'stays' : 'depends',
      reason: 'without noise and decay only the distance of p from 1 shrinks the encoder: a mode that gets there stays',
    };
  return {
    verdict: 'collapses',
    reason: `without stop-gradient the target is drawn to the prediction: every mode decays at rate ${short(rate)} or faster, whatever the predictor`,
  };
}

function withoutPredictor(parameters: ScalarParameters): Regime {
  const slow = noPredictorRates(parameters).at(-1) as number;
  if (Math.abs(slow) < 1e-12)
    return {
      verdict: 'stays',
      reason: 'without noise and decay an encoder that agrees with its target has no reason to move',
    };
  if (slow > 0)
    return {
      verdict: 'survives',
      reason: `without predictor w grows exponentially at rate ${short(slow)}: the target is so many times the encoder that it outgrows noise and decay`,
    };
  return {
    verdict: 'collapses',
    reason: `without predictor w decays exponentially at rate ${short(-slow)}: noise and decay shrink the encoder, and nothing makes up for it`,
  };
}

function trained(resolved: Resolved, critical: number): Regime {
  const { etaP, etaS } = resolved;
  if (etaS === 0 && etaP === 0)
    return {
      verdict: 'depends',
      reason:
        'without weight decay c = s - p^2 / alphaP never fades: a mode that starts with p at least 0 and below tau lambdaD / lambdaS survives, one with c far below 0 may not',
    };
  if (etaS === 0)
    return {
      verdict: 'survives',
      reason:
        'the predictor decays and the encoder does not: every mode with s above 0 and p at least 0 grows, and s never stops',
    };
  if (etaP === 0)
    return {
      verdict: 'collapses',
      reason: 'the encoder decays and the predictor does not: a mode rests at s = 0 alone, whatever p is',
    };
  const roots = predictorRoots(resolved) as { minus: number; plus: number };
  return {
    verdict: 'depends',
    reason: `weight decay ${short(etaS)} is below the critical ${short(critical)}: modes that pass p- = ${short(roots.minus)} grow to p+ = ${short(roots.plus)}, others collapse`,
  };
}

function set(resolved: Resolved): Regime {
  const { minus, plus } = predictorRoots(resolved) as { minus: number; plus: number };
  if (resolved.etaS === 0)
    return {
      verdict: 'survives',
      reason: `without the encoder's decay every mode with s above 0 grows to p+ = ${short(plus)}`,
    };
  return {
    verdict: 'depends',
    reason: `the predictor is set to follow the features: modes whose p is above p- = ${short(minus)} grow to p+ = ${short(plus)}, others collapse; epsilon lifts them over`,
  };
}
