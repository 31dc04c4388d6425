// The pictures that the paper draws, from what was measured, and phase portraits from the flow itself.
import type { FigureGroup, LineSeries, LinesFigure, PhaseFigure, Point } from '../../report/index.js';
import { seriesColor } from '../../report/index.js';
import { scalar } from '../../theory/dynamics/index.js';
import type { ReportInput } from '../claim.js';
import type { Experiment } from '../experiment.js';
import { alignmentExperiments, alignmentLabel, alignmentReference, resultsOf } from './claims/alignment.js';
import { betaLabel, escapeBasins, escapeBetas } from './claims/basins.js';
import { sgdExperiments, targetExperiments } from './claims/flow.js';

const sigma2 = 0.1;

export function figureGroups(input: ReportInput): FigureGroup[] {
  const groups: FigureGroup[] = [
    {
      title: 'One mode at a fixed target',
      note: 'σ² = 0.1, α_p = 1, τ = 1, as in figure 3 of the paper. p is the predictor’s eigenvalue, s the feature’s.',
      figures: [0, 0.01, 1].map(portrait),
    },
    {
      title: 'Weight decay and a moving average over time',
      note: 'From p = 0.2, s = 0.1 with w_a = 0, σ² = 0.1, as in figure 5 of the paper; lines are p, dashed ones w_a/w.',
      figures: [decaySweep(), averageSweep()],
    },
    { title: 'How high a mode has to start', figures: escapeFigures(input) },
    {
      title: 'The target is nearly a multiple of the encoder',
      note: 'Figure 7 of the paper, which says about 0.9 at worst.',
      figures: targetFigures(input),
    },
    {
      title: 'Eigenspaces on the way to each other',
      note: 'First start of the first seed, as in figures 8 and 9 of the paper.',
      figures: alignmentFigures(input),
    },
    {
      title: 'SGD and the flow',
      note: 'All eight eigenvalues of WWᵀ, first seed: lines by minibatch SGD, dashed by the flow from the same start.',
      figures: sgdFigures(input),
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}

/** Results that are there, in order. */
export const found = <R>({ known }: ReportInput, experiments: readonly Experiment<R>[]): R[] =>
  experiments.flatMap((experiment) => known(experiment) ?? []);

/** `count` points from one end to the other, both included. */
const range = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

const starts: readonly Point[] = [
  { x: 0.02, y: 0.9 },
  { x: 0.2, y: 0.6 },
  { x: 0.02, y: 0.12 },
  { x: 0.3, y: 0.02 },
  { x: 0.9, y: 0.06 },
  { x: 1.1, y: 0.5 },
  { x: 1.1, y: 1.1 },
];

function portrait(eta: number): PhaseFigure {
  const parameters = { sigma2, eta };
  const a = 1 + sigma2;
  const arrows = range(0, 1.2, 17).flatMap((x) =>
    range(0, 1.2, 13).map((y) => {
      const drive = 1 - a * x;
      return { x, y, dx: y * drive - eta * x, dy: 2 * x * y * drive - 2 * eta * y };
    }),
  );
  const times = range(0, 60, 400);
  const points = scalar.fixedPoints(parameters).map(({ p, s, stable, name }) => ({
    x: p,
    y: s,
    stable,
    label: { collapse: 'collapse', boundary: 'p-', survival: 'p+' }[name],
  }));
  const lines = scalar.restingLines(parameters).map(({ name, fixed, value }) => ({
    label: `at rest: ${name}`,
    points:
      fixed === 'p'
        ? [
            { x: value, y: 0 },
            { x: value, y: 1.2 },
          ]
        : [
            { x: 0, y: value },
            { x: 1.2, y: value },
          ],
  }));
  const parabola = { label: 's = p²', points: range(0, Math.sqrt(1.2), 60).map((p) => ({ x: p, y: p * p })) };
  const captions: Readonly<Record<number, string>> = {
    0: 'Without weight decay two lines are at rest: s = 0, and p = 1/(1+σ²) with any s. What a mode ends at depends on its start.',
    0.01: 'With a little, everything is drawn to the parabola; from above p- a mode grows to p+, from below it dies.',
    1: 'With too much, all modes die: only the origin is at rest.',
  };
  return {
    kind: 'phase',
    title: `η = ${eta}`,
    caption: captions[eta] ?? '',
    xLabel: 'p',
    yLabel: 's',
    xDomain: [0, 1.2],
    yDomain: [0, 1.2],
    arrows,
    trajectories: starts.map(({ x, y }) => {
      const { p, s } = scalar.trajectory(parameters, { p: x, s: y }, times);
      return {
        label: 'modes',
        color: seriesColor(0),
        points: times.map((_, k) => ({ x: p[k]!, y: s[k]! })),
      };
    }),
    curves: [parabola, ...lines],
    // Without decay the points at rest are the lines'.
    ...(lines.length > 0 ? {} : { fixedPoints: points }),
  };
}

function courses(settings: readonly { label: string; eta: number; beta: number }[], horizon: number): LineSeries[] {
  const times = range(0, horizon, 240);
  return settings.flatMap(({ label, eta, beta }, i): LineSeries[] => {
    const { p, tau } = scalar.trajectory({ sigma2, eta, target: { name: 'ema', beta } }, { p: 0.2, s: 0.1 }, times);
    const line = (values: Float64Array): Point[] => times.map((t, k) => ({ x: t, y: values[k]! }));
    return [
      { label, color: seriesColor(i), points: line(p) },
      { label, color: seriesColor(i), shape: 'dashed', points: line(tau) },
    ];
  });
}

function decaySweep(): LinesFigure {
  const settings = [0, 0.01, 0.04, 0.1].map((eta) => ({ label: `η = ${eta}`, eta, beta: 0.4 }));
  return {
    kind: 'lines',
    title: 'Weight decay, β = 0.4',
    caption:
      'The larger the weight decay, the later a mode grows; where it does not, the target stays ahead of the encoder.',
    xLabel: 'time',
    yLabel: 'p, and w_a/w (dashed)',
    series: courses(settings, 80),
  };
}

function averageSweep(): LinesFigure {
  const settings = [4, 0.4, 0.1, 0.04].map((beta) => ({ label: `β = ${beta}`, eta: 0.04, beta }));
  return {
    kind: 'lines',
    title: 'Moving average, η = 0.04',
    caption: 'A slow average is a curriculum: the target starts small and p grows later.',
    xLabel: 'time',
    yLabel: 'p, and w_a/w (dashed)',
    series: courses(settings, 120),
  };
}

function escapeFigures(input: ReportInput): LinesFigure[] {
  const table = input.known(escapeBasins.table);
  if (!table) return [];
  const roots = range(0.005, 0.225, 60).map((eta) => ({
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

function targetFigures(input: ReportInput): LinesFigure[] {
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

function alignmentFigures(input: ReportInput): LinesFigure[] {
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

function sgdFigures(input: ReportInput): LinesFigure[] {
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
        caption: '',
        xLabel: 'step',
        yLabel: 'eigenvalue of WWᵀ',
        series: [
          ...lines(course.sgd, 'SGD', 'line', seriesColor(0)),
          ...lines(course.flow, 'flow', 'dashed', seriesColor(1)),
        ],
      };
    });
}
