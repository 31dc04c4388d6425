/** Modes of a run beside what the theory says of them. */
import type { practice } from '../../theory/index.js';
import type { LineSeries, LinesFigure, Point } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';

/** Modes that are drawn: more lines cannot be told apart. */
const drawn = 5;

/** Values `[rows][modes]` at the steps of their rows, mode by mode. */
export function modeSeries(
  steps: readonly number[],
  values: readonly (readonly number[])[],
  { shape = 'line', name = 'mode' }: { shape?: LineSeries['shape']; name?: string } = {},
): LineSeries[] {
  const modes = Math.min(drawn, values[0]?.length ?? 0);
  return Array.from({ length: modes }, (_, j) => ({
    label: shape === 'line' ? `${name} ${j + 1}` : 'theory',
    color: shape === 'line' ? seriesColor(j) : 'var(--ink)',
    shape,
    points: steps.map((x, k): Point => ({ x, y: values[k]![j]! })),
  }));
}

const step = { xLabel: 'step' } as const;

/** p_j, s_j and alignment over steps. */
export function overlayFigures({ steps, p, s, alignment }: practice.TheoryOverlay): LinesFigure[] {
  const later = steps.slice(s.from);
  return [
    {
      kind: 'lines',
      title: 'Eigenvalues p of the predictor',
      caption: p.course
        ? 'Lines: u_j · Wp u_j in the eigenbasis of F as training went. Dashed: what the theory says from the first row on, with nothing fitted.'
        : 'u_j · Wp u_j in the eigenbasis of F as training went.',
      ...step,
      yLabel: 'p',
      series: [
        ...modeSeries(steps, p.measured),
        ...(p.course ? modeSeries(steps, p.course.predicted, { shape: 'dashed' }) : []),
      ],
    },
    {
      kind: 'lines',
      title: 'Eigenvalues s of F',
      caption: s.course
        ? 'F: what two views of an image share. Dashed: the linear theory in the second half, its one rate fitted to the second quarter.'
        : 'F: what two views of an image share.',
      ...step,
      yLabel: 's',
      yScale: 'log',
      series: [
        ...modeSeries(steps, s.measured),
        ...(s.course ? modeSeries(later, s.course.predicted, { shape: 'dashed' }) : []),
      ],
    },
    {
      kind: 'lines',
      title: 'Alignment',
      caption:
        'cos(u_j, Wp u_j), modes weighted by s: at 1 predictor and F share their eigenvectors, as theorem 3 says.',
      ...step,
      yLabel: 'cosine',
      yDomain: [0, 1],
      series: [{ label: 'alignment', points: steps.map((x, k) => ({ x, y: alignment[k]! })) }],
    },
  ];
}
