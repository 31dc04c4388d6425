/** Points in the plane: coloured by a number, or against the line on which both coordinates agree. */
import * as Plot from '@observablehq/plot';
import { type Axis, numberAxis } from '../figures/axis.js';
import type { Point } from '../figures/figure.js';
import { figure, seriesColor } from '../figures/frame.js';
import { panel } from '../figures/panel.js';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';

/** Classes of colour. */
const classes = 24;

interface Frame {
  title: string;
  caption: string;
  xLabel: string;
  yLabel: string;
}

/** Points of which each has a value. */
export interface ColoredPoints extends Frame {
  points: readonly (Point & { value: number; hollow?: boolean | undefined })[];
  valueLabel: string;
  /** Where values go round: what they are counted modulo. */
  period?: number | undefined;
  /** What hollow points are. */
  hollow?: string;
}

/** Points coloured by their value; by hue where values go round. Those without a finite place or value are left out. */
export function coloredPoints(spec: ColoredPoints): Html {
  const shown = spec.points.filter(({ x, y, value }) => [x, y, value].every(Number.isFinite));
  const { domain, color, gradient } = scaleOf(
    shown.map(({ value }) => value),
    spec.period,
  );
  const axis = (values: number[]): Axis => numberAxis({ name: 'coloredPoints', values, nice: true });
  const [x, y] = [axis(shown.map((point) => point.x)), axis(shown.map((point) => point.y))];
  const area = panel(x, y, spec, 340);
  const hollow = shown.some((point) => point.hollow) && spec.hollow;
  const left = spec.points.length - shown.length;
  return figure(
    {
      ...spec,
      description: `${spec.title}: ${shown.length} points by ${spec.xLabel} and ${spec.yLabel}, coloured by ${spec.valueLabel} from ${formatNumber(domain[0])} to ${formatNumber(domain[1])}.${left > 0 ? ` ${left} without a value.` : ''}`,
      key: html`<p class="ramp wrap"><span>${spec.valueLabel}</span> <span>${formatNumber(domain[0])} <span class="bar" style="background:${gradient}"></span> ${formatNumber(domain[1])}</span>${hollow && html` <span><span class="ring"></span>${hollow}</span>`}</p>`,
    },
    {
      ...area.options,
      marks: [
        ...area.axes,
        Plot.dot(
          shown.filter((point) => point.hollow),
          { x: 'x', y: 'y', r: 4, fill: 'var(--card)', stroke: color, strokeWidth: 2 },
        ),
        Plot.dot(
          shown.filter((point) => !point.hollow),
          { x: 'x', y: 'y', r: 4.6, fill: color, stroke: 'var(--card)', strokeWidth: 0.8 },
        ),
      ],
    },
  );
}

interface Scale {
  domain: readonly [number, number];
  color: (point: { value: number }) => string;
  gradient: string;
}

function scaleOf(values: readonly number[], period: number | undefined): Scale {
  if (period !== undefined) {
    const hue = (share: number): string => `oklch(0.66 0.15 ${Math.round(360 * share)})`;
    const stops = Array.from({ length: 13 }, (_, i) => hue(i / 12));
    return {
      domain: [0, period],
      color: ({ value }) => {
        const share = (((value % period) + period) % period) / period;
        return hue((Math.round(share * classes) % classes) / classes);
      },
      gradient: `linear-gradient(to right, ${stops.join(', ')})`,
    };
  }
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const domain = low <= high ? ([low, high] as const) : ([0, 1] as const);
  const span = domain[1] - domain[0] || 1;
  // From blue over purple to orange: all of it is seen on both papers.
  const mix = (share: number): string =>
    `color-mix(in oklch increasing hue, var(--series-1) ${Math.round(100 * (1 - share))}%, var(--series-2))`;
  return {
    domain,
    color: ({ value }) => mix(Math.round((classes * (value - domain[0])) / span) / classes),
    gradient: 'linear-gradient(in oklch increasing hue to right, var(--series-1), var(--series-2))',
  };
}

/** Points whose coordinates ought to agree. */
export interface AgreementPoints extends Frame {
  groups: readonly { label: string; points: readonly Point[] }[];
  /** What the diagonal says, on which they are equal; without it they agree in their sign, and lines are drawn at 0. */
  diagonal?: string;
  /** Added to the description. */
  note?: string;
}

/** Points and the diagonal, both axes of one domain; or points around 0. */
export function agreementPoints(spec: AgreementPoints): Html {
  const groups = spec.groups.map(({ label, points }, i) => ({
    label,
    color: seriesColor(i),
    points: points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = groups.flatMap(({ points }) => points);
  const { diagonal } = spec;
  const axis = (values: number[]): Axis => numberAxis({ name: 'agreementPoints', values, nice: true });
  const around = (values: number[]): Axis => axis([...values, 0].flatMap((value) => [1.25 * value, -1.25 * value]));
  const [x, y] = [all.map((point) => point.x), all.map((point) => point.y)];
  const both = axis([...x, ...y]);
  const area = diagonal === undefined ? panel(around(x), around(y), spec, 380) : panel(both, both, spec, 380);
  const ends = both.domain.map((value) => ({ x: value, y: value }));
  return figure(
    {
      ...spec,
      description: `${spec.title}: ${spec.yLabel} against ${spec.xLabel} of ${all.length} tasks.${all.length > 0 ? ` ${agreement(all, diagonal !== undefined)}.` : ''}${spec.note === undefined ? '' : ` ${spec.note}`}`,
      legend: [
        ...(groups.length > 1 ? groups.map(({ label, color }) => ({ label, color, shape: 'dot' as const })) : []),
        ...(diagonal === undefined ? [] : [{ label: diagonal, color: 'var(--muted)', shape: 'dashed' as const }]),
      ],
    },
    {
      ...area.options,
      marks: [
        ...area.axes,
        ...(diagonal === undefined
          ? [Plot.ruleX([0], { stroke: 'var(--muted)' }), Plot.ruleY([0], { stroke: 'var(--muted)' })]
          : [Plot.line(ends, { x: 'x', y: 'y', stroke: 'var(--muted)', strokeWidth: 1.4, strokeDasharray: '6 4' })]),
        ...[...groups].reverse().map(({ points, color }) =>
          Plot.dot(points, {
            x: 'x',
            y: 'y',
            r: 4,
            fill: color,
            fillOpacity: 0.85,
            stroke: 'var(--card)',
            strokeWidth: 0.8,
          }),
        ),
      ],
    },
  );
}

/** How well coordinates agree, in words. */
function agreement(points: readonly Point[], equal: boolean): string {
  if (!equal) return `${points.filter(({ x, y }) => x * y > 0).length} of them of the sign that is asked for`;
  const off = points.reduce((sum, { x, y }) => sum + Math.abs(x - y), 0) / points.length;
  return `Mean distance from agreement: ${formatNumber(off)}`;
}
