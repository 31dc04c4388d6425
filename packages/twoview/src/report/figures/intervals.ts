/** Measures of several methods over seeds: a dot for each seed, the mean, and one standard deviation to either side. */
import * as Plot from '@observablehq/plot';
import { type Html, html } from '../html.js';
import { drawing, type LegendEntry } from './frame.js';

/** A measure of one method: its mean, deviation and seeds. */
export interface Interval {
  label: string;
  mean: number;
  std: number | null;
  values: readonly number[];
}

/** One measure of all methods, in one colour. */
export interface IntervalSeries {
  label: string;
  color: string;
  intervals: readonly Interval[];
  /** Of the untrained encoder: a dashed line. */
  reference?: number | undefined;
}

/** A chart of one scale. */
export interface IntervalChart {
  title: string;
  caption: string;
  /** Methods from top to bottom, also those without a value. */
  labels: readonly string[];
  series: readonly IntervalSeries[];
  format: (value: number) => string;
  /** How values are written on the axis. */
  axisFormat: (value: number) => string;
  /** Of guessing: a dotted line. */
  chance?: number | undefined;
}

export const intervalWidth = 460;

export const intervalHeight = ({ labels }: IntervalChart): number => 52 + labels.length * 32;

/** The drawing alone, coloured by CSS variables. */
export function intervalDrawing(chart: IntervalChart): Html {
  const { labels, series, axisFormat, chance } = chart;
  const longest = Math.max(...labels.map((label) => label.length));
  const offset = (i: number): number => (series.length === 1 ? 0 : 12 * (i - (series.length - 1) / 2));
  const empty = labels.filter(
    (label) => !series.some(({ intervals }) => intervals.some((each) => each.label === label)),
  );
  const marks: Plot.Markish[] = [
    Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
    Plot.axisX({ ticks: 5, tickSize: 0, tickFormat: axisFormat, label: null, color: 'var(--muted)' }),
    Plot.axisY({ tickSize: 0, label: null, color: 'var(--muted)' }),
    chance === undefined
      ? null
      : Plot.ruleX([chance], { stroke: 'var(--muted)', strokeDasharray: '1.5 4', strokeWidth: 1.5 }),
    ...series.flatMap(({ color, intervals, reference }, i) => {
      const dy = offset(i);
      const spread = intervals.filter(({ std }) => std !== null);
      const seeds = intervals.flatMap(({ label, values }) => values.map((value) => ({ label, value })));
      return [
        reference === undefined
          ? null
          : Plot.ruleX([reference], { stroke: color, strokeDasharray: '5 4', strokeWidth: 1.5, strokeOpacity: 0.8 }),
        Plot.ruleY(spread, {
          y: 'label',
          x1: (each: Interval) => each.mean - (each.std ?? 0),
          x2: (each: Interval) => each.mean + (each.std ?? 0),
          dy,
          stroke: color,
          strokeWidth: 2,
        }),
        // The mean is a ring around which its seeds stay visible.
        Plot.dot(intervals, {
          y: 'label',
          x: 'mean',
          dy,
          r: 4.5,
          fill: 'var(--card)',
          stroke: color,
          strokeWidth: 1.6,
        }),
        Plot.dot(seeds, { y: 'label', x: 'value', dy, r: 2.1, fill: color, fillOpacity: 0.75 }),
      ];
    }),
    Plot.text(empty, { y: (label: string) => label, text: () => 'no run finished', frameAnchor: 'left', dx: 6 }),
  ];
  return drawing(
    {
      width: intervalWidth,
      height: intervalHeight(chart),
      marginLeft: 18 + Math.min(longest, 24) * 7,
      marginRight: 24,
      marginTop: 8,
      marginBottom: 32,
      x: { nice: true },
      y: { type: 'point', domain: [...labels], padding: 0.6 },
      marks,
    },
    describe(chart),
  );
}

/** Entries of the chart's legend: measures, the untrained encoder, guessing. */
export function intervalLegend({ series, chance }: IntervalChart): LegendEntry[] {
  const untrained = series.filter(({ reference }) => reference !== undefined);
  return [
    ...series.map(({ label, color }) => ({ label, color, shape: 'dot' as const })),
    ...(untrained.length > 0
      ? [
          {
            label: 'untrained',
            color: untrained.length > 1 ? 'var(--muted)' : untrained[0]!.color,
            shape: 'dashed' as const,
          },
        ]
      : []),
    ...(chance === undefined ? [] : [{ label: 'guessing', color: 'var(--muted)', shape: 'dotted' as const }]),
  ];
}

/** The chart as a titled `<figure>`. */
export function intervalFigure(chart: IntervalChart): Html {
  const entries = intervalLegend(chart).map(
    ({ label, color, shape }) => html`<li><span class="swatch ${shape}" style="color:${color}"></span>${label}</li>`,
  );
  return html`<figure class="chart">
<div class="chart-head"><h3>${chart.title}</h3><ul class="legend">${entries}</ul></div>
${intervalDrawing(chart)}
<figcaption>${chart.caption}</figcaption>
</figure>
`;
}

function describe({ title, series, format }: IntervalChart): string {
  const parts = series.map(({ label, intervals, reference }) => {
    const values = intervals.map(
      ({ label: name, mean, std }) => `${name} ${format(mean)}${std === null ? '' : ` plus or minus ${format(std)}`}`,
    );
    return `${label}: ${values.join(', ')}${reference === undefined ? '' : `; untrained ${format(reference)}`}.`;
  });
  return `${title}. ${parts.join(' ')}`;
}
