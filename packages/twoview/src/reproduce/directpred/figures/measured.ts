// Figures of what experiments measured.
import type { LineSeries, LinesFigure } from '../../../report/index.js';
import { seriesColor } from '../../../report/index.js';
import { scalar, sweep } from '../../../theory/dynamics/index.js';
import type { ReportInput } from '../../claim.js';
import { alignmentExperiments, alignmentLabel, alignmentReference, resultsOf } from '../claims/alignment.js';
import { betaLabel, escapeBasins, escapeBetas } from '../claims/basins.js';
import { sgdExperiments, targetExperiments } from '../claims/flow.js';
import { found } from './known.js';

const sigma2 = 0.1;

export function escapeFigures(input: ReportInput): LinesFigure[] {
  const table = input.known(escapeBasins.table);
  if (!table) return [];
  const roots = sweep.spaced(0.005, 0.225, 60).map((eta) => ({
    x: eta,
    y: scalar.fixedPoints({ sigma2, eta }).find(({ name }) => name === 'boundary')?.p ?? Number.NaN,
  }));
  const series = escapeBetas.map(
    (beta, j): LineSeries => ({
      label: betaLabel(beta),
      color: seriesColor(j),
      points: table.map(({ eta, p0 }) => ({ x: eta, y: p0[j] ?? Number.NaN })),
    }),
  );
  return [
    {
      kind: 'lines',
      title: 'Escape thresholds',
      caption:
        'Smallest p0, with s0 = p0², from which a mode escapes collapse, at four weight decays; where a line ends, none up to 1.5 does. Dashed: p- in closed form.',
      xLabel: 'weight decay η',
      yLabel: 'p0',
      yScale: 'log',
      series: [...series, { label: 'p- (τ = 1)', shape: 'dashed', points: roots }],
      rules: [{ axis: 'x', value: scalar.criticalWeightDecay({ sigma2 }), label: 'η_crit' }],
    },
  ];
}

export function targetFigures(input: ReportInput): LinesFigure[] {
  const results = found(input, targetExperiments(input.context.seeds.slice(0, 1)));
  if (results.length === 0) return [];
  return [
    {
      kind: 'lines',
      title: 'cos(vec Wa, vec W)',
      caption: 'Wa starts at 0, β = 0.4, σ = 0.03, 16 × 16.',
      xLabel: 'time',
      yLabel: 'cosine',
      xScale: 'log',
      series: results.map(({ eta, time, cosine }, i) => ({
        label: `η = ${eta}`,
        color: seriesColor(i),
        points: time.map((t, k) => ({ x: t, y: cosine[k]! })),
      })),
      rules: [{ axis: 'y', value: 0.99, label: '0.99' }],
    },
  ];
}

export function alignmentFigures(input: ReportInput): LinesFigure[] {
  const results = found(input, alignmentExperiments(input.context.seeds.slice(0, 1)));
  if (results.length === 0) return [];
  const shown = alignmentReference.filter(({ alphaP }) => alphaP === 1);
  const series = (key: 'commutator' | 'alignment'): LineSeries[] =>
    shown.flatMap((row, i) =>
      resultsOf(results, row).map(
        ({ course }): LineSeries => ({
          label: alignmentLabel(row),
          color: seriesColor(i),
          shape: row.beta === null ? 'line' : 'dashed',
          points: course.time.map((t, k) => ({ x: t, y: course[key][k]! })),
        }),
      ),
    );
  return [
    {
      kind: 'lines',
      title: 'Commutator',
      caption: '‖[F, Wp]‖ over its start: weight decay and a slow average (dashed) keep it down.',
      xLabel: 'time',
      yLabel: '‖[F, Wp]‖ / start',
      yScale: 'log',
      yDomain: [1e-6, 1],
      series: series('commutator'),
    },
    {
      kind: 'lines',
      title: 'Alignment',
      caption: 'Mean cos(u_j, Wp u_j) of the five leading eigenvectors of F.',
      xLabel: 'time',
      yLabel: 'cosine',
      series: series('alignment'),
    },
  ];
}

const captions: Readonly<Record<string, string>> = {
  'η = 0.04': 'All modes end at p+².',
  'η = 0.04, EMA γ = 0.996': 'The same with a moving average that starts at 0: later, and with less noise.',
  'no stop-gradient': 'All modes die.',
  'no predictor': 'All modes die.',
  'η = 0.2': 'Some modes survive; near η_crit the noise of the batches moves them by several percent.',
};
const dying: readonly string[] = ['no stop-gradient', 'no predictor'];

export function sgdFigures(input: ReportInput): LinesFigure[] {
  const results = found(input, sgdExperiments(input.context.seeds.slice(0, 1)));
  return results
    .filter(({ variant }) => variant !== 'η = 0.24')
    .map(({ variant, course }) => {
      const lines = (values: number[][], label: string, shape: 'line' | 'dashed', color: string): LineSeries[] =>
        (values[0] ?? []).map((_, j) => ({
          label,
          color,
          shape,
          points: course.step.map((step, k) => ({ x: step, y: values[k]![j]! })),
        }));
      return {
        kind: 'lines',
        title: variant,
        caption: captions[variant] ?? '',
        xLabel: 'step',
        yLabel: 'eigenvalue of WWᵀ',
        ...(dying.includes(variant) ? { yScale: 'log', yDomain: [1e-12, 1] } : {}),
        series: [
          ...lines(course.sgd, 'SGD', 'line', seriesColor(0)),
          ...lines(course.flow, 'flow', 'dashed', seriesColor(1)),
        ],
      };
    });
}
