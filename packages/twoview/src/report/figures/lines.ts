/** Curves over one axis: time courses, sweeps, spectra; measured ones solid, what theory says dashed. */
import * as Plot from '@observablehq/plot';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { type Axis, numberAxis } from './axis.js';
import { describeLines } from './describe.js';
import type { LineSeries, LinesFigure, Point } from './figure.js';
import { figure, type LegendEntry, seriesColor } from './frame.js';
import { finiteRuns, simplify, thinColumns } from './geometry.js';
import { type Panel, panel } from './panel.js';
import { ruleLabels, ruleMark } from './rules.js';

/** More series than this without colours of their own are shaded from the first to the last. */
const distinct = 6;

type Coloured = LineSeries & { color: string };

/**
 * Draws the curves.
 * @throws RangeError if a domain is not ascending and finite, or not positive on a logarithmic axis
 */
export function linesFigure(spec: LinesFigure): Html {
  const { series, rules = [] } = spec;
  const along = (axis: 'x' | 'y'): number[] => rules.filter((rule) => rule.axis === axis).map(({ value }) => value);
  const points = series.flatMap((each) => each.points);
  const across = numberAxis({
    name: 'linesFigure: xDomain',
    type: spec.xScale,
    values: [...points.map((point) => point.x), ...along('x')],
    include: spec.xDomain,
  });
  const x = spec.xWhole ? wholeTicks(across) : across;
  const y = numberAxis({
    name: 'linesFigure: yDomain',
    type: spec.yScale,
    values: [...points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]), ...along('y')],
    include: spec.yDomain,
    nice: true,
  });
  const coloured = withColors(series);
  const drawn = coloured.map((each) => ({ ...each, points: place(each.points, x, y) }));
  const area = panel(x, y, spec, 300);
  return figure(
    { ...spec, description: describeLines(spec), ...legendOf(coloured, isShaded(series)) },
    {
      ...area.options,
      marks: [
        ...area.axes,
        ...rules.map((rule) => ruleMark(rule, rule.axis === 'x' ? x : y)),
        ...drawn.flatMap((each) => bandMarks(each, drawn.length)),
        // Dashes on top: theory is seen where it agrees.
        ...drawn.filter(({ shape }) => !isBroken(shape)).flatMap((each) => curveMarks(each, area, drawn.length)),
        ...drawn.filter(({ shape }) => isBroken(shape)).flatMap((each) => curveMarks(each, area, drawn.length)),
        ...ruleLabels(rules, x, y, area, curvesInPixels(drawn, area)),
      ],
    },
  );
}

function wholeTicks(axis: Axis): Axis {
  const whole = axis.ticks.map((tick) => Math.round(tick)).filter((tick, i) => Math.abs(tick - axis.ticks[i]!) < 1e-9);
  return { ...axis, ticks: whole, format: formatNumber };
}

const isBroken = (shape: LineSeries['shape']): boolean => shape === 'dashed' || shape === 'dotted';

const isShaded = (series: readonly LineSeries[]): boolean =>
  series.length > distinct && series.every(({ color }) => color === undefined);

function withColors(series: readonly LineSeries[]): Coloured[] {
  const shaded = isShaded(series);
  const shade = (i: number): string =>
    `color-mix(in oklab, var(--late) ${Math.round((100 * i) / (series.length - 1))}%, var(--early))`;
  const coloured = series.map((each, i) => ({ ...each, color: each.color ?? (shaded ? shade(i) : seriesColor(i)) }));
  const solid = new Set(coloured.filter(({ shape }) => !isBroken(shape)).map(({ color }) => color));
  // Over a solid curve of its own colour a dashed one would vanish: it is drawn darker (by night, lighter).
  return coloured.map((each) =>
    isBroken(each.shape) && solid.has(each.color)
      ? { ...each, color: `color-mix(in oklab, ${each.color} 50%, var(--ink))` }
      : each,
  );
}

function legendOf(series: readonly Coloured[], shaded: boolean): { legend?: LegendEntry[]; key?: Html } {
  if (shaded) {
    const [first, last] = [series[0]!.label, series.at(-1)!.label];
    return { key: html`<p class="ramp">${first} <span class="bar"></span> ${last}</p>` };
  }
  const entries = new Map<string, LegendEntry>();
  for (const { label, color, shape = 'line' } of series) {
    // Theory of one name to curves of several colours has one entry, of no colour in particular.
    const several = isBroken(shape) && series.some((other) => other.label === label && other.color !== color);
    const shown = several ? 'var(--muted)' : color;
    const key = `${label}\n${shown}`;
    if (!entries.has(key)) entries.set(key, { label, color: shown, shape });
  }
  return { legend: [...entries.values()] };
}

function place(points: LineSeries['points'], x: Axis, y: Axis): LineSeries['points'] {
  return points.map((point) => ({
    x: x.place(point.x),
    y: y.place(point.y),
    ...(point.low !== undefined && point.high !== undefined
      ? { low: y.place(point.low), high: y.place(point.high) }
      : {}),
  }));
}

function bandMarks({ points, color }: Coloured, count: number): Plot.Markish[] {
  const edges = points.map(({ x, low = Number.NaN, high = Number.NaN }) => ({ x, y: low + high, low, high }));
  const options = { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: count > distinct ? 0.07 : 0.16 };
  return finiteRuns(edges).map((run) => Plot.areaY(every(run, 150), options));
}

/** About `most` of the items, evenly, the last among them. */
function every<T>(items: readonly T[], most: number): T[] {
  const stride = Math.ceil(items.length / most);
  return items.filter((_, i) => i % stride === 0 || i === items.length - 1);
}

function curveMarks({ points, color, shape }: Coloured, area: Panel, count: number): Plot.Markish[] {
  const runs = finiteRuns(points);
  const marks: Plot.Markish[] = runs
    .filter((run) => run.length > 1)
    .map((run) =>
      Plot.line(fewer(run, area), {
        x: 'x',
        y: 'y',
        stroke: color,
        strokeWidth: count > 12 ? 1.1 : count > distinct ? 1.5 : 2,
        strokeLinejoin: 'round',
        ...(isBroken(shape) ? { strokeDasharray: shape === 'dashed' ? '6 4' : '1.5 4' } : {}),
      }),
    );
  const few = points.length <= 30 && !isBroken(shape);
  const dots = few ? runs.flat() : runs.filter((run) => run.length === 1).flat();
  if (dots.length > 0)
    marks.push(
      Plot.dot(dots, {
        x: 'x',
        y: 'y',
        r: count > 12 ? 1.8 : 2.8,
        fill: color,
        stroke: 'var(--card)',
        strokeWidth: count > 12 ? 0.5 : 1,
      }),
    );
  return marks;
}

function curvesInPixels(series: readonly Coloured[], area: Panel): Point[][] {
  return series.flatMap(({ points }) =>
    finiteRuns(points).map((run) => fewer(run, area).map((point) => pixels(point, area))),
  );
}

const pixels = (point: Point, area: Panel): Point => ({ x: area.x(point.x), y: area.y(point.y) });

/** The points that make a difference to the eye. */
function fewer(run: readonly Point[], area: Panel): readonly Point[] {
  return simplify(thinColumns(run, area.x), (point) => pixels(point, area));
}
