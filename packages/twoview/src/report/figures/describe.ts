/** What a figure shows, in words, for those who cannot see it. */
import { formatNumber } from '../numbers.js';
import type { HeatmapFigure, LineSeries, LinesFigure, PhaseFigure, Point } from './figure.js';
import { finiteRuns } from './geometry.js';

/** More curves than this are described together. */
const each = 8;

/** First, last, smallest and largest value of every curve, or of all where there are many. */
export function describeLines({ title, xLabel, yLabel, series, rules = [] }: LinesFigure): string {
  const lines = rules.map(({ axis, value, label }) => ` Line at ${axis} = ${formatNumber(value)}: ${label}.`).join('');
  return `${title}: ${yLabel} over ${xLabel}. ${curves(series)}${lines}`;
}

function curves(series: readonly LineSeries[]): string {
  if (series.length === 0) return 'No curves.';
  if (series.length <= each) return series.map(({ label, points }) => `${label}: ${course(points)}.`).join(' ');
  const [first, last] = [series[0]!, series.at(-1)!];
  const ends = series.flatMap(({ points }) => finiteRuns(points).flat().at(-1)?.y ?? []);
  return `${series.length} curves, from ${first.label} (${course(first.points)}) to ${last.label} (${course(last.points)}); all end between ${range(ends)}.`;
}

function course(points: readonly Point[]): string {
  const shown = finiteRuns(points).flat();
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last) return 'no values';
  const at = ({ x, y }: Point): string => `${formatNumber(y)} at ${formatNumber(x)}`;
  if (shown.length === 1) return at(first);
  return `from ${at(first)} to ${at(last)}, between ${range(shown.map(({ y }) => y))}`;
}

/** Size, smallest and largest value with their places, mean. */
export function describeHeatmap(
  { title, xLabel, yLabel, values, valueLabel }: HeatmapFigure,
  names: {
    rows: readonly (string | number)[];
    columns: readonly (string | number)[];
  },
): string {
  const cells = values.flatMap((row, i) => row.map((value, j) => ({ value, i, j })));
  const finite = cells.filter(({ value }) => Number.isFinite(value));
  const size = `${title}: ${valueLabel} by ${yLabel} (${names.rows.length} rows) and ${xLabel} (${names.columns.length} columns).`;
  const [start] = finite;
  if (!start) return `${size} No values.`;
  const low = finite.reduce((best, cell) => (cell.value < best.value ? cell : best), start);
  const high = finite.reduce((best, cell) => (cell.value > best.value ? cell : best), start);
  const mean = finite.reduce((sum, { value }) => sum + value, 0) / finite.length;
  const at = ({ value, i, j }: typeof start): string =>
    `${formatNumber(value)} at row ${names.rows[i]}, column ${names.columns[j]}`;
  const missing = cells.length - finite.length;
  return `${size} Lowest ${at(low)}; highest ${at(high)}; mean ${formatNumber(mean)}.${missing > 0 ? ` ${missing} without a value.` : ''}`;
}

/** Where paths begin and end, and the fixed points. */
export function describePhase({
  title,
  xLabel,
  yLabel,
  trajectories,
  curves = [],
  fixedPoints = [],
}: PhaseFigure): string {
  const place = ({ x, y }: Point): string => `(${formatNumber(x)}, ${formatNumber(y)})`;
  const paths = trajectories.slice(0, each).map(({ label, points }) => {
    const shown = finiteRuns(points).flat();
    const [first, last] = [shown[0], shown.at(-1)];
    return first && last ? `${label}: from ${place(first)} to ${place(last)}.` : `${label}: no points.`;
  });
  const more = trajectories.length - paths.length;
  const points = fixedPoints.map(
    (point) => `${point.stable ? 'Stable' : 'Unstable'} fixed point ${point.label} at ${place(point)}.`,
  );
  const names = [...new Set(curves.map(({ label }) => label))];
  return [
    `${title}: the plane of ${xLabel} and ${yLabel}.`,
    ...points,
    ...paths,
    ...(more > 0 ? [`${more} more paths.`] : []),
    ...(names.length > 0 ? [`Dashed: ${names.join(', ')}.`] : []),
  ].join(' ');
}

function range(values: readonly number[]): string {
  if (values.length === 0) return 'no values';
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return `${formatNumber(low)} and ${formatNumber(high)}`;
}
