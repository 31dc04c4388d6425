// What the theory says of the predictor while the network trains: nothing is fitted.
import * as torch from '@twoview/torch';
import { type MethodConfig, predictorEigenvalues } from '../../methods/index.js';
import type { ModeRow } from './course.js';
import type { RunRates } from './time.js';

/** What the prediction comes from, for people. */
export type PredictorLaw = 'gradient flow' | 'set from the statistics' | 'identity';

/** Which law the predictor of a method obeys. */
export function predictorLaw({ predictor }: MethodConfig): PredictorLaw {
  if (predictor.name === 'identity') return 'identity';
  return predictor.name === 'linear' ? 'gradient flow' : 'set from the statistics';
}

/**
 * p_j of every row `[rows][modes]` by the law, from the first row's p_j and the moments alone.
 *
 * Gradient flow, eq. 11 with the loss's weights in the moments: dp/dt = alpha_p (drive - drag p) - eta_p p, with both constant between
 * rows, where it has an exact solution. Set predictors: their formula at the measured correlation.
 *
 * @returns null where there is no predictor, or the optimiser's time is not known
 */
export function predictPredictor(
  rows: readonly ModeRow[],
  method: MethodConfig,
  rates: RunRates | null,
): number[][] | null {
  const law = predictorLaw(method);
  if (law === 'identity') return null;
  if (law === 'set from the statistics') return rows.map((row) => setValues(row, method));
  return rates && flow(rows, rates);
}

/** Why a predictor that is set may differ from its formula at the moments of a row; null if it should not. */
export function whyNotSetFromWindow({ predictor }: MethodConfig): string | null {
  if (predictor.name !== 'directPred' && predictor.name !== 'directCopy') return null;
  if (predictor.rho === null)
    return 'the predictor is set from all batches so far (rho is null), and compared with the formula at those since the last logged step';
  if (predictor.every > 1)
    return `the predictor is set every ${predictor.every} steps and trained between them, and compared with the formula alone`;
  return null;
}

function setValues({ total }: ModeRow, { predictor }: MethodConfig): number[] {
  if (predictor.name === 'directPred')
    return torch.scope(() =>
      predictorEigenvalues(torch.tensor(total, { dtype: 'float64' }), predictor).tolist(),
    ) as number[];
  if (predictor.name !== 'directCopy') throw new RangeError(`predictor ${predictor.name} is not set from statistics`);
  const scale = predictor.formula === 'paper' ? 1 : Math.max(...total, Number.MIN_VALUE);
  return total.map((value) => value / scale + predictor.epsilon);
}

function flow(rows: readonly ModeRow[], { timePerRate, alphaP, etaP }: RunRates): number[][] {
  const course: number[][] = [];
  for (const [k, row] of rows.entries()) {
    const before = course[k - 1];
    if (!before) {
      course.push([...row.p]);
      continue;
    }
    const time = row.window * row.lr * timePerRate;
    course.push(before.map((p, j) => relax(p, alphaP * row.drive[j]!, alphaP * row.drag[j]! + etaP, time)));
  }
  return course;
}

/** p after a time of dp/dt = drive - rate p. */
function relax(p: number, drive: number, rate: number, time: number): number {
  if (Math.abs(rate * time) < 1e-12) return p + drive * time;
  const rest = drive / rate;
  return rest + (p - rest) * Math.exp(-rate * time);
}
