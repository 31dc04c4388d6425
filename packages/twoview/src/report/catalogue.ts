/** What the names in `metrics.jsonl` mean: how each is called, written and explained. */
import { formatDuration, formatNumber, formatPercent, formatRank, formatShare } from './numbers.js';
import type { RunReport } from './types.js';

/** How to present one measure. */
export interface MetricInfo {
  label: string;
  format: (value: number) => string;
  /** How a difference from the untrained encoder is written; missing where a difference means nothing. */
  difference?: (value: number) => string;
  explanation: string;
}

const points = (value: number) => `${formatNumber(Math.round(1000 * value) / 10)} points`;

const catalogue: Record<string, MetricInfo> = {
  knn: {
    label: 'kNN accuracy',
    format: formatPercent,
    difference: points,
    explanation:
      'test images classified by the labels of their nearest training images, by cosine similarity of the encoder’s output',
  },
  linear: {
    label: 'linear accuracy',
    format: formatPercent,
    difference: points,
    explanation: 'test accuracy of a linear classifier on the frozen encoder',
  },
  'natural.validation': {
    label: 'natural accuracy',
    format: formatPercent,
    explanation: 'validation images that are classified correctly without attack',
  },
  'robust.validation': {
    label: 'robust accuracy',
    format: formatPercent,
    explanation: 'validation images that are classified correctly under attack',
  },
  'h.effectiveRank': {
    label: 'effective rank of\u00a0h',
    format: formatRank,
    difference: formatRank,
    explanation:
      'exp of the entropy of the eigenvalues of E[h hᵀ], uncentred: how many directions the encoder’s output uses',
  },
  'z.effectiveRank': {
    label: 'effective rank of\u00a0z',
    format: formatRank,
    difference: formatRank,
    explanation: 'exp of the entropy of the eigenvalues of E[z zᵀ], uncentred: how many directions the projection uses',
  },
  'h.std': { label: 'spread of\u00a0h', format: formatShare, difference: formatNumber, explanation: spread('h') },
  'z.std': { label: 'spread of\u00a0z', format: formatShare, difference: formatNumber, explanation: spread('z') },
  'predictor.alignment': {
    label: 'alignment',
    format: formatShare,
    explanation: 'cosine between the leading eigenvectors of E[z zᵀ] and their images under the predictor',
  },
  loss: { label: 'loss', format: formatNumber, explanation: 'the training objective at the end' },
  viewsPerSecond: {
    label: 'views per second',
    format: formatNumber,
    explanation: 'augmented views trained on, per second',
  },
  durationSeconds: { label: 'duration', format: formatDuration, explanation: 'wall-clock time of training' },
};

function spread(what: string): string {
  return `standard deviation of normalised ${what}, times √d: 1 when spread evenly over the sphere, 0 when collapsed to a point`;
}

/** How to present the measure of that name; an unknown name presents itself. */
export function metricInfo(name: string): MetricInfo {
  return catalogue[name] ?? { label: name, format: formatNumber, explanation: '' };
}

/** A run's final value of a measure: as given, or from the last row that has it. */
export function finalValue(run: RunReport, name: string): number | undefined {
  const given = run.results?.[name];
  if (given !== undefined) return given;
  const value = run.rows.findLast((row) => typeof row[name] === 'number')?.[name];
  return typeof value === 'number' ? value : undefined;
}
