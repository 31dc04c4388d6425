// A trend: how fast a positive quantity grows or decays, by a line through its logarithms.

export interface TrendPoint {
  step: number;
  value: number;
}

export interface Trend {
  /** Of the logarithm, per step: -0.01 loses 1 % a step. */
  slope: number;
  /** Standard error of the slope; 0 for two points. */
  error: number;
  /** The line's value at the last point. */
  last: number;
}

/** Values at or below zero count as this: their logarithm has none. */
const smallest = 1e-12;

/** Least squares through log value over step. @returns null with fewer than three points or at one step only */
export function fitTrend(points: readonly TrendPoint[]): Trend | null {
  const logs = points.map(({ step, value }) => ({ x: step, y: Math.log(Math.max(value, smallest)) }));
  const count = logs.length;
  if (count < 3) return null;
  const [x0, y0] = [logs.reduce((s, { x }) => s + x, 0) / count, logs.reduce((s, { y }) => s + y, 0) / count];
  const squares = logs.reduce((s, { x }) => s + (x - x0) ** 2, 0);
  if (squares === 0) return null;
  const slope = logs.reduce((s, { x, y }) => s + (x - x0) * (y - y0), 0) / squares;
  const residual = logs.reduce((s, { x, y }) => s + (y - y0 - slope * (x - x0)) ** 2, 0);
  const last = Math.exp(y0 + slope * (logs[count - 1]!.x - x0));
  return { slope, error: Math.sqrt(residual / (count - 2) / squares), last };
}

/** Steps until the trend reaches a lower value; infinite where it does not fall. */
export function stepsUntil(trend: Trend, value: number): number {
  if (trend.last <= value) return 0;
  return trend.slope < 0 ? Math.log(value / trend.last) / trend.slope : Number.POSITIVE_INFINITY;
}

/** How the second half of a history goes on; null where it is too short. `perThousand` is the growth of the log over 1,000 steps. */
export function describeTrend(history: readonly TrendPoint[]): { perThousand: number; meaning: string } | null {
  const recent = history.slice(Math.floor(history.length / 2));
  const trend = fitTrend(recent);
  if (!trend || recent.length < 5) return null;
  const clear = Math.abs(trend.slope) > 3 * trend.error;
  const meaning = clear
    ? `log growth in 1,000 steps, in the second half of the run: it ${trend.slope < 0 ? 'falls' : 'rises'}`
    : 'log growth in 1,000 steps, in the second half of the run: no clear direction';
  return { perThousand: 1000 * trend.slope, meaning };
}

/** How a layer is spread at a step of the run. */
export interface SpreadPoint {
  step: number;
  varianceShare: number;
  participationRatio: number;
}

/** What counts as a layer that widens again; see thresholds.ts. */
export interface WideningThresholds {
  significance: number;
  varianceShare: number;
  shareGrowth: number;
  ratioGrowth: number;
}

/**
 * Whether the second half of a history shows a narrow layer on its way out: the variance share of nearly equal embeddings grows,
 * or the number of directions does. DirectPred and Barlow Twins begin like that.
 */
export function isWidening(history: readonly SpreadPoint[], limits: WideningThresholds): boolean {
  const recent = history.slice(Math.floor(history.length / 2));
  if (recent.length < 5) return false;
  const grows = (measure: 'varianceShare' | 'participationRatio', least: number): boolean => {
    const points = recent.map((point) => ({ step: point.step, value: point[measure] }));
    const trend = fitTrend(points);
    if (!trend || !(trend.slope > limits.significance * trend.error)) return false;
    return Math.exp(trend.slope * (points.at(-1)!.step - points[0]!.step)) >= least;
  };
  const close = recent.at(-1)!.varianceShare < limits.varianceShare;
  return (close && grows('varianceShare', limits.shareGrowth)) || grows('participationRatio', limits.ratioGrowth);
}
