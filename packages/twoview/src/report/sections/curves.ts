/** The charts of one run. Each is drawn if its measure was recorded. */
import { curveFigure } from '../figures/curves.js';
import { seriesColor } from '../figures/frame.js';
import { spectrumOverTime } from '../figures/spectrum.js';
import type { Html } from '../html.js';
import { formatPercent, formatPercentAxis } from '../numbers.js';
import { seriesOf, snapshotsOf } from '../series.js';
import type { RunReport } from '../types.js';

interface Chart {
  title: string;
  caption: string;
  /** Measures drawn as curves, with their labels. */
  measures: readonly (readonly [name: string, label: string])[];
  /** Draw the untrained encoder's value of each measure as a dashed line. */
  baseline?: boolean;
  format?: (value: number) => string;
  axisFormat?: (value: number) => string;
  include?: readonly number[];
}

const learning: readonly Chart[] = [
  {
    title: 'Loss',
    caption: 'The training objective. A low loss alone proves nothing: a collapsed network reaches the lowest of all.',
    measures: [['loss', 'loss']],
  },
  {
    title: 'Accuracy on labelled images',
    caption: 'How well classes can be read off the frozen encoder. Self-supervised training never sees the labels.',
    measures: [
      ['knn', 'kNN'],
      ['linear', 'linear'],
    ],
    baseline: true,
    format: formatPercent,
    axisFormat: formatPercentAxis,
  },
  {
    title: 'Effective rank',
    caption: 'How many directions the embeddings use: exp of the entropy of the eigenvalues of E[z zᵀ], uncentred.',
    measures: [
      ['h.effectiveRank', 'encoder h'],
      ['z.effectiveRank', 'projection z'],
    ],
    baseline: true,
    include: [1],
  },
  {
    title: 'Spread of the embeddings',
    caption:
      'Standard deviation of normalised embeddings, times √d: 1 is spread over the whole sphere, 0 a single point.',
    measures: [
      ['h.std', 'encoder h'],
      ['z.std', 'projection z'],
    ],
    include: [0, 1],
  },
  {
    title: 'Predictor and embeddings',
    caption:
      'Alignment: cosine between the leading eigenvectors of E[z zᵀ] and their images under the predictor (1: eigenspaces agree).',
    measures: [
      ['predictor.alignment', 'alignment'],
      ['predictor.asymmetry', 'asymmetry'],
    ],
    include: [0, 1],
  },
];

const schedule: readonly Chart[] = [
  { title: 'Learning rate', caption: 'As scheduled.', measures: [['lr', 'learning rate']], include: [0] },
  {
    title: 'Speed',
    caption: 'Augmented views trained on, per second.',
    measures: [['viewsPerSecond', 'views per second']],
    include: [0],
  },
];

/** What the network learns: loss, accuracy, rank, spread, predictor, where the run has them. */
export function learningCharts(run: RunReport): Html[] {
  return draw(run, learning);
}

/** How it was trained: learning rate and speed, where the run has them. */
export function scheduleCharts(run: RunReport): Html[] {
  return draw(run, schedule);
}

function draw(run: RunReport, charts: readonly Chart[]): Html[] {
  return charts.flatMap((chart) => {
    const curves = chart.measures
      .map(([name, label], i) => ({ name, label, color: seriesColor(i), points: seriesOf(run.rows, name) }))
      .filter(({ points }) => points.length > 1);
    if (curves.length === 0) return [];
    const baselines = curves.flatMap(({ name, label, color }) => {
      const value = chart.baseline ? run.untrained?.[name] : undefined;
      return value === undefined
        ? []
        : [{ label: `${label}, untrained`, legend: 'before training', color, value, shape: 'dashed' as const }];
    });
    const guessing =
      chart.format === formatPercent && run.chance !== undefined
        ? [
            {
              label: 'guessing',
              legend: 'guessing',
              color: 'var(--muted)',
              value: run.chance,
              shape: 'dotted' as const,
            },
          ]
        : [];
    return [
      curveFigure({ ...chart, curves, references: [...baselines, ...guessing], named: chart.measures.length > 1 }),
    ];
  });
}

/** Spectra over time: of the projection, and of the predictor's output where it was recorded. */
export function spectrumCharts(run: RunReport): Html[] {
  const spectra = [
    ['z.spectrum', 'Spectrum of the projection z'],
    ['p.spectrum', 'Spectrum of the prediction p'],
  ] as const;
  return spectra.flatMap(([name, title]) => {
    const snapshots = snapshotsOf(run.rows, name, 8);
    const caption =
      'Eigenvalues of E[z zᵀ] relative to the largest, on a logarithmic axis. A healthy spectrum stays high; a collapse falls off a cliff.';
    return snapshots.length === 0
      ? []
      : [spectrumOverTime({ title, caption: caption.replaceAll('z', name[0]!) }, snapshots)];
  });
}
