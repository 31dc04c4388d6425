/** Curves out of rows of metrics, few enough points to draw. */
import type { MetricsRow } from '../runs/index.js';

/** A measure over steps. `low` and `high` bound what a point stands for, where several rows were merged. */
export interface SeriesPoint {
  step: number;
  value: number;
  low?: number;
  high?: number;
}

/** Above this many points, rows are merged into `buckets` of them. */
const most = 240;
const buckets = 120;

/** The measure's values in the order of steps; rows without it are passed over. Long series are merged: mean, lowest, highest. */
export function seriesOf(rows: readonly MetricsRow[], name: string): SeriesPoint[] {
  const points = rows.flatMap((row) => {
    const value = row[name];
    return typeof value === 'number' ? [{ step: row.step, value }] : [];
  });
  return points.length > most ? merge(points) : points;
}

/** A list-valued measure (a spectrum) at about `count` of its steps, the first and the last among them. */
export function snapshotsOf(
  rows: readonly MetricsRow[],
  name: string,
  count: number,
): { step: number; values: readonly number[] }[] {
  const all = rows.flatMap((row) => {
    const values = row[name];
    return Array.isArray(values) && values.length > 1 ? [{ step: row.step, values: values as readonly number[] }] : [];
  });
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!);
}

function merge(points: SeriesPoint[]): SeriesPoint[] {
  return Array.from({ length: buckets }, (_, i) => {
    const part = points.slice(
      Math.floor((i * points.length) / buckets),
      Math.floor(((i + 1) * points.length) / buckets),
    );
    const values = part.map((point) => point.value);
    return {
      // The ends keep their own steps, so that the curve spans the run.
      step: i === 0 ? part[0]!.step : i === buckets - 1 ? part.at(-1)!.step : mean(part.map((point) => point.step)),
      value: mean(values),
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
