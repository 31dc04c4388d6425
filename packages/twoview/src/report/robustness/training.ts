/** How a robust network was trained: accuracies, parts of the loss, pairs that were kept, divergences. */
import type { MetricsRow } from '../../runs/index.js';
import { type CurveFigure, curveFigure } from '../figures/curves.js';
import { seriesColor } from '../figures/frame.js';
import type { Html } from '../html.js';
import { formatPercent, formatPercentAxis } from '../numbers.js';
import { seriesOf } from '../series.js';

interface Chart extends Omit<CurveFigure, 'curves'> {
  measures: readonly (readonly [name: string, label: string])[];
}

const shares = { format: formatPercent, axisFormat: formatPercentAxis, include: [0] } as const;

const charts: readonly Chart[] = [
  {
    ...shares,
    title: 'Accuracy on validation images',
    caption: 'Robust accuracy that falls while training goes on is robust overfitting.',
    measures: [
      ['natural.validation', 'natural'],
      ['robust.validation', 'robust'],
    ],
  },
  {
    ...shares,
    title: 'Accuracy on training batches',
    caption: 'Of the images and of the adversarial versions that are trained on.',
    measures: [
      ['natural.batch', 'natural'],
      ['adversarial.batch', 'adversarial'],
    ],
  },
];

const pairs: readonly Chart[] = [
  {
    ...shares,
    title: 'Pairs that are kept',
    caption:
      'Share of same-class pairs (positives) and of other-class pairs (negatives) that the selection leaves in the loss.',
    measures: [
      ['kept.positives', 'positives'],
      ['kept.negatives', 'negatives'],
    ],
  },
  {
    title: 'Relative divergence',
    caption:
      'D⁺/D⁻ of adversarial latents: smaller is better, at 1 they lie as close to other classes as to their own.',
    measures: [['divergence.relative', 'D⁺/D⁻']],
  },
  {
    title: 'Absolute divergences',
    caption: 'Mean distance of adversarial latents to benign ones of their class (D⁺) and of others (D⁻).',
    measures: [
      ['divergence.intra', 'D⁺, within classes'],
      ['divergence.inter', 'D⁻, between classes'],
    ],
  },
];

/** As many colours as series have. */
const mostParts = 6;

/** Charts of what the rows have; a measure needs two rows to be drawn. */
export function trainingCharts(rows: readonly MetricsRow[]): Html[] {
  return [...charts, lossParts(rows), ...pairs].flatMap((chart) => {
    const curves = chart.measures
      .map(([name, label], i) => ({ label, color: seriesColor(i), points: seriesOf(rows, name) }))
      .filter(({ points }) => points.length > 1);
    return curves.length > 0 ? [curveFigure({ ...chart, curves, named: chart.measures.length > 1 })] : [];
  });
}

/** Whether rows speak of attacks or selected pairs; every method has parts of a loss. */
export function isAdversarial(rows: readonly MetricsRow[]): boolean {
  const names = [...charts, ...pairs].flatMap(({ measures }) => measures.map(([name]) => name));
  return rows.some((row) => names.some((name) => typeof row[name] === 'number'));
}

function lossParts(rows: readonly MetricsRow[]): Chart {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name.startsWith('loss.'));
  const shown = names.length > mostParts ? `The first ${mostParts} of ${names.length}. ` : '';
  return {
    title: 'Parts of the loss',
    caption: `${shown}Each before it is weighted: they do not add up to the loss.`,
    measures: names.slice(0, mostParts).map((name) => [name, name.slice('loss.'.length)]),
  };
}
