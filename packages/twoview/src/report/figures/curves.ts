/** Measures over training steps: one figure, one or more curves. */
import * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { formatNumber, formatStep } from '../numbers.js';
import type { SeriesPoint } from '../series.js';
import { figure, type LegendEntry } from './frame.js';

/** One curve. */
export interface Curve {
  label: string;
  color: string;
  points: readonly SeriesPoint[];
}

/** A horizontal line to compare with: the untrained encoder (dashed), guessing (dotted). */
export interface Reference {
  /** In the description, e.g. `kNN, untrained`. */
  label: string;
  /** In the legend; references of one name share an entry. */
  legend: string;
  color: string;
  value: number;
  shape: 'dashed' | 'dotted';
}

/** A figure of curves. */
export interface CurveFigure {
  title: string;
  caption: string;
  curves: readonly Curve[];
  references?: readonly Reference[];
  /** How values are written in the description, and on the axis (by default the same). */
  format?: (value: number) => string;
  axisFormat?: (value: number) => string;
  /** Values that the axis must include. */
  include?: readonly number[];
  /** Show a legend even for a single curve. */
  named?: boolean;
}

/** Draws curves over steps. Curves with few points show them as dots; merged points show their range as a band. */
export function curveFigure(spec: CurveFigure): Html {
  const { curves, references = [], format = formatNumber, axisFormat = format, include = [] } = spec;
  const finite = (points: readonly SeriesPoint[]) => points.filter((point) => Number.isFinite(point.value));
  const marks: Plot.Markish[] = [
    Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
    Plot.axisY({ ticks: 5, tickSize: 0, tickFormat: axisFormat, label: null, color: 'var(--muted)' }),
    Plot.axisX({
      ticks: 5,
      tickSize: 4,
      tickFormat: stepTick,
      label: 'step',
      labelAnchor: 'center',
      labelArrow: 'none',
      color: 'var(--muted)',
    }),
    Plot.ruleY(include, { stroke: 'none' }),
    ...references.map(({ value, color, shape }) =>
      Plot.ruleY([value], {
        stroke: color,
        strokeWidth: 1.5,
        strokeDasharray: shape === 'dashed' ? '5 4' : '1.5 4',
        strokeOpacity: 0.9,
      }),
    ),
    ...curves.flatMap(({ points, color }) => [
      Plot.areaY(
        points.filter((point) => point.low !== undefined),
        {
          x: 'step',
          y1: 'low',
          y2: 'high',
          fill: color,
          fillOpacity: 0.16,
        },
      ),
      Plot.lineY(points, { x: 'step', y: 'value', stroke: color, strokeWidth: 2 }),
      points.length <= 30
        ? Plot.dot(finite(points), {
            x: 'step',
            y: 'value',
            r: 2.8,
            fill: color,
            stroke: 'var(--card)',
            strokeWidth: 1,
          })
        : null,
    ]),
  ];
  const legend: LegendEntry[] = [
    ...(curves.length > 1 || references.length > 0 || spec.named ? curves : []),
    ...referenceLegend(references),
  ];
  const description = [
    ...curves.map((curve) => describe(curve, format)),
    ...references.map(({ label, value }) => `${label}: ${format(value)}.`),
  ].join(' ');
  return figure(
    { ...spec, legend, description: `${spec.title}. ${description}` },
    { marks, y: { nice: true, zero: false } },
  );
}

/** One entry for a name; of no colour in particular where it stands for lines of several. */
function referenceLegend(references: readonly Reference[]): LegendEntry[] {
  return [...new Set(references.map(({ legend }) => legend))].map((label) => {
    const [first, ...others] = references.filter(({ legend }) => legend === label);
    return { label, shape: first!.shape, color: others.length > 0 ? 'var(--muted)' : first!.color };
  });
}

/** Steps are whole: with few of them, ticks in between stay unlabelled. */
function stepTick(step: number): string {
  return Number.isInteger(step) ? formatStep(step) : '';
}

function describe({ label, points }: Curve, format: (value: number) => string): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return `${label}: no values.`;
  return `${label}: from ${format(first.value)} at step ${formatStep(first.step)} to ${format(last.value)} at step ${formatStep(last.step)}.`;
}
