// The verdict on one layer: a few thresholds on its measures, and what every measure says.
import type { LayerMeasures } from './layer.js';
import { type Thresholds, thresholds } from './thresholds.js';
import { describeTrend, isWidening, type SpreadPoint } from './trend.js';

/** What is wrong with a layer, if anything. */
export type Verdict = 'healthy' | 'dimensional collapse' | 'complete collapse' | 'too early' | 'diverged';

/** One measure beside what is healthy. */
export interface Evidence {
  measure: string;
  value: number;
  /** Where the line is drawn; null for a measure that decides nothing. */
  threshold: number | null;
  /** The healthy range in words, such as `at least 2.05`. */
  healthy: string;
  /** Whether the value lies in it. */
  ok: boolean;
  /** What the measure is. */
  meaning: string;
}

export interface LayerVerdict {
  layer: 'h' | 'z';
  verdict: Verdict;
  /** Directions that carry the variance: the participation ratio of the covariance. 0 where nothing varies. */
  effectiveDimension: number;
  evidence: Evidence[];
  /** One sentence: the verdict and what decided it. */
  summary: string;
}

export interface JudgeOptions {
  /** Features h and embeddings z are judged by different lines: z may have two directions while h is of use. */
  layer: 'h' | 'z';
  /** Optimiser steps taken; left out where it is not known, as of weights from elsewhere. */
  step?: number;
  /** Steps before which a dimensional collapse is not called one, such as two horizons of a moving average. */
  settled?: number;
  /** False where the loss does not look at z, which then is a projection of h and judged by its lines. */
  compared?: boolean;
  /** Participation ratio from which nothing more is asked for, where the loss itself decides how many directions there are: see `classes.ts`. */
  sufficient?: number | undefined;
  /** The layer's spread over the run, oldest first: tells whether it still falls, or widens again. */
  history?: readonly SpreadPoint[];
  thresholds?: Thresholds;
}

/** The measures that a verdict looks at; a whole `LayerMeasures` is one. */
export type JudgedMeasures = Pick<
  LayerMeasures,
  | 'images'
  | 'dimension'
  | 'normalizedStd'
  | 'varianceShare'
  | 'effectiveRank'
  | 'rankMe'
  | 'participationRatio'
  | 'offDiagonalCorrelation'
  | 'dimensions90'
  | 'dimensions99'
  | 'dead'
>;

const number = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);

const atLeast = (measure: string, value: number, threshold: number, meaning: string): Evidence => ({
  measure,
  value,
  threshold,
  healthy: `at least ${number(threshold)}`,
  ok: value >= threshold,
  meaning,
});

const atMost = (measure: string, value: number, threshold: number, meaning: string): Evidence => ({
  measure,
  value,
  threshold,
  healthy: `at most ${number(threshold)}`,
  ok: !(value > threshold), // a correlation that is not defined speaks for nothing
  meaning,
});

const noted = (measure: string, value: number, healthy: string, meaning: string): Evidence => ({
  measure,
  value,
  threshold: null,
  healthy,
  ok: true,
  meaning,
});

interface Findings {
  complete: Evidence[];
  dimensional: Evidence[];
}

/** Lines of z. Complete collapse takes all of its signs, dimensional collapse any of them. */
function judgeZ(m: JudgedMeasures, { z }: Thresholds): Findings {
  return {
    complete: [
      atLeast(
        'normalised std',
        m.normalizedStd,
        z.completeStd,
        '1 is an even spread over the sphere, 0 a single point',
      ),
      atLeast(
        'variance share',
        m.varianceShare,
        z.completeVarianceShare,
        'what the common mean leaves of the embeddings',
      ),
    ],
    dimensional: [
      atLeast(
        'participation ratio',
        m.participationRatio,
        Math.min(z.participationRatio, 0.9 * m.dimension),
        'directions that carry the variance',
      ),
      atMost(
        'correlation of dimensions',
        m.dimension > 2 ? m.offDiagonalCorrelation : Number.NaN,
        z.correlation,
        'mean |corr| of two dimensions: 1 when all are copies of one',
      ),
    ],
  };
}

/** Lines of h, whose common mean is left out of account. */
function judgeH(m: JudgedMeasures, { h }: Thresholds): Findings {
  const rank = Math.max(1.05, h.rankShare * Math.min(m.dimension, h.dimensionCap));
  return {
    complete: [
      atLeast(
        'variance share',
        m.varianceShare,
        h.completeVarianceShare,
        'what the common mean leaves of the features',
      ),
    ],
    dimensional: [
      atLeast(
        'participation ratio',
        m.participationRatio,
        Math.min(h.participationRatio, 0.9 * m.dimension),
        'directions that carry the variance',
      ),
      atLeast('RankMe', m.rankMe, rank, 'directions in use, weighted by their singular values'),
    ],
  };
}

function context(m: JudgedMeasures, layer: 'h' | 'z', limits: Thresholds): Evidence[] {
  const shown: Evidence[] = [
    noted('effective rank', m.effectiveRank, `1 to ${m.dimension}`, 'as RankMe, with a common mean, of eigenvalues'),
    noted(
      'dimensions for 90 %',
      m.dimensions90,
      `1 to ${m.dimension}`,
      'principal components that carry 90 % of the variance',
    ),
    noted('dimensions for 99 %', m.dimensions99, `1 to ${m.dimension}`, 'principal components that carry 99 % of it'),
    {
      ...noted('dead dimensions', m.dead.share, `at most ${limits.deadShare}`, 'share of dimensions that hardly vary'),
      ok: m.dead.share <= limits.deadShare,
    },
  ];
  if (layer === 'z')
    return [
      noted('RankMe', m.rankMe, `1 to ${m.dimension}`, 'directions in use, weighted by singular values'),
      ...shown,
    ];
  return [
    noted('normalised std', m.normalizedStd, '0 to 1', '1 is an even spread; a ReLU lowers it'),
    noted('correlation of dimensions', m.offDiagonalCorrelation, '0 to 1', 'mean |corr| of two dimensions'),
    ...shown,
  ];
}

/**
 * Judges one layer, in this order:
 *
 * 1. `diverged` when a measure is NaN or infinite;
 * 2. `too early` when fewer than `thresholds.steps` steps were taken;
 * 3. `complete collapse`: every image has nearly the same embedding;
 * 4. `dimensional collapse`: few directions are left; `too early` while fewer than `settled` steps were taken, or while the
 *    history shows it widening;
 * 5. else `healthy`, as are the few directions of a classifier of few classes.
 */
export function judgeLayer(measures: JudgedMeasures, options: JudgeOptions): LayerVerdict {
  const { layer, step, history = [] } = options;
  const limits = options.thresholds ?? thresholds;
  const { complete, dimensional } =
    layer === 'z' && options.compared !== false ? judgeZ(measures, limits) : judgeH(measures, limits);
  const evidence = [...complete, ...dimensional, ...context(measures, layer, limits)];
  const trend = describeTrend(history.map(({ step: at, varianceShare }) => ({ step: at, value: varianceShare })));
  if (trend) evidence.push(noted('trend of the variance share', trend.perThousand, 'about 0, or above', trend.meaning));
  const dimension = number(measures.participationRatio);
  const conclude = (verdict: Verdict, reason: string): LayerVerdict => ({
    layer,
    verdict,
    effectiveDimension: measures.participationRatio,
    evidence,
    summary: `${layer}: ${verdict}. ${reason}.`,
  });

  const { normalizedStd, varianceShare, participationRatio } = measures;
  if (![normalizedStd, varianceShare, participationRatio].every(Number.isFinite)) {
    return conclude(
      'diverged',
      'A measure is not a finite number: the learning rate is too high or the precision too low',
    );
  }
  if (step !== undefined && step < limits.steps) {
    return conclude('too early', `After ${step} of ${limits.steps} steps it still tells of the initialisation`);
  }
  if (complete.every(({ ok }) => !ok)) {
    const what = complete.map(({ measure, value }) => `${measure} ${number(value)}`).join(', ');
    return conclude('complete collapse', `All images have nearly the same ${layer} (${what})`);
  }
  const narrow = dimensional.filter(({ ok }) => !ok);
  if (narrow.length > 0 && participationRatio >= (options.sufficient ?? Number.POSITIVE_INFINITY)) {
    return conclude(
      'healthy',
      `About ${dimension} of ${measures.dimension} directions carry the variance, as many as its classes need`,
    );
  }
  if (narrow.length > 0) {
    const what = narrow.map(({ measure, value }) => `${measure} ${number(value)}`).join(', ');
    if (step !== undefined && step < (options.settled ?? 0)) {
      return conclude(
        'too early',
        `It is narrow (${what}), but the target still forgets its start: judged from step ${options.settled}`,
      );
    }
    if (isWidening(history, limits.widening)) {
      return conclude('too early', `It is narrow (${what}), but it widens: judge again when it no longer does`);
    }
    return conclude(
      'dimensional collapse',
      `About ${dimension} of ${measures.dimension} directions carry the variance (${what})`,
    );
  }
  return conclude(
    'healthy',
    `About ${dimension} of ${measures.dimension} directions carry the variance, none collapses`,
  );
}
