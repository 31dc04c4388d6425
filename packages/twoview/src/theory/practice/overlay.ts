// A run beside what the linear theory says of it, as plain data for whoever draws.
import type { MetricsRow } from '../../runs/index.js';
import type { Config } from '../../training/index.js';
import { type Agreement, agreement } from './agreement.js';
import { type ModeRow, modeCourse } from './course.js';
import { type EncoderRates, fitEncoder, noise, predictEncoder } from './encoder-course.js';
import { meanAlignment } from './modes.js';
import { whyNotObserved } from './observer.js';
import { type PredictorLaw, predictorLaw, predictPredictor, whyNotSetFromWindow } from './predictor-course.js';
import { type RunRates, runRates } from './time.js';

/** One quantity, `[rows][modes]`. */
export interface PredictedCourse {
  measured: number[][];
  /** What the theory says. */
  predicted: number[][];
  agreement: Agreement;
}

export interface TheoryOverlay {
  law: PredictorLaw;
  steps: number[];
  /** Measured p_j, and predicted ones without any fit; null where they cannot be predicted. */
  p: { measured: number[][]; course: PredictedCourse | null };
  /** Measured s_j; predicted ones in the second half of the run, which begins at row `from`. */
  s: { measured: number[][]; from: number; course: PredictedCourse | null };
  /** `meanAlignment` of each row. */
  alignment: number[];
  rates: RunRates | null;
  /** Fitted to the second quarter of the run: in the first, modes come up and change places. */
  encoder: EncoderRates | null;
  /** Why something is not predicted. */
  remarks: string[];
}

/** Rows that a half has to have. */
const fewest = 4;

/**
 * @param rows of `metrics.jsonl`
 * @returns the reason, where there is nothing to lay over
 */
export function overlayTheory(
  config: Pick<Config, 'method' | 'optimizer'>,
  rows: readonly MetricsRow[],
): TheoryOverlay | { reason: string } {
  const reason = whyNotObserved(config.method);
  if (reason !== null) return { reason };
  const course = modeCourse(rows);
  if (course.length === 0) return { reason: 'metrics.jsonl has no modes: they were not observed in this run' };
  if (course.length < 2 * fewest)
    return { reason: `modes were logged at ${course.length} steps; ${2 * fewest} are needed (training.logEvery)` };

  const { method } = config;
  const rates = runRates(config);
  const remarks: string[] = [];
  if (rates === null)
    remarks.push(
      `${config.optimizer.name} rescales gradients: its time is not that of gradient flow, so rates are not predicted`,
    );
  const lag = whyNotSetFromWindow(method);
  if (lag !== null) remarks.push(lag);
  const predicted = predictPredictor(course, method, rates);
  const middle = Math.floor(course.length / 2);
  const encoder = rates && fitEncoder(course.slice(Math.floor(middle / 2), middle + 1), rates);
  if (rates !== null && encoder === null)
    remarks.push('the second quarter of the run has too few changes of s_j to fit the encoder’s rate');
  return {
    law: predictorLaw(method),
    steps: course.map(({ step }) => step),
    p: { measured: course.map(({ p }) => p), course: predicted && predictorCourse(course, predicted) },
    s: {
      measured: course.map(({ s }) => s),
      from: middle,
      course: rates && encoder && encoderCourse(course.slice(middle), rates, encoder),
    },
    alignment: course.map(meanAlignment),
    rates,
    encoder,
    remarks,
  };
}

/** Modes weighted by s_j: the leading ones matter to the loss. */
function predictorCourse(course: readonly ModeRow[], predicted: number[][]): PredictedCourse {
  const measured = course.map(({ p }) => p);
  return { measured, predicted, agreement: agreement({ measured, predicted, weights: course.map(({ s }) => s) }) };
}

/** Relative errors, of the modes that stand out of the batch's noise. */
function encoderCourse(course: readonly ModeRow[], rates: RunRates, encoder: EncoderRates): PredictedCourse {
  const measured = course.map(({ s }) => s);
  const predicted = predictEncoder(course, rates, encoder);
  const weights = measured.map((s) => s.map((value) => (value > noise * s[0]! ? 1 / value : 0)));
  return { measured, predicted, agreement: agreement({ measured, predicted, weights }) };
}
