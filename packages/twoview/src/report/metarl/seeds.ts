/** Runs that differ in their seed: mean and spread of their curves, and the area under them. */
import { meanOf } from './learning.js';
import type { MetaRlArm, MetaRlRun } from './types.js';

/** A mean with its standard deviation over seeds; null for a single one. */
export interface SeedStatistics {
  mean: number;
  std: number | null;
}

/** Returns on test tasks after adaptation, in the order of steps; the test before training is no part of learning where others follow. */
export function returnsOf({ curve }: MetaRlRun): { x: number; y: number }[] {
  const trained = curve.filter(({ untrained }) => !untrained);
  return (trained.length > 0 ? trained : curve)
    .flatMap(({ environmentSteps, test }) => (test === undefined ? [] : [{ x: environmentSteps, y: meanOf(test) }]))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
}

/** The steps that all runs cover; undefined where there are none. */
export function commonRange(runs: readonly MetaRlRun[]): [from: number, to: number] | undefined {
  const curves = runs.map(returnsOf);
  if (curves.length === 0 || curves.some(({ length }) => length === 0)) return undefined;
  const from = curves.reduce((most, curve) => Math.max(most, curve[0]!.x), Number.NEGATIVE_INFINITY);
  const to = curves.reduce((least, curve) => Math.min(least, curve.at(-1)!.x), Number.POSITIVE_INFINITY);
  return from < to ? [from, to] : undefined;
}

/** The value of a curve at a number of steps, on the line between its neighbours. */
function valueAt(curve: readonly { x: number; y: number }[], x: number): number {
  const after = curve.findIndex((point) => point.x >= x);
  if (after < 0) return curve.at(-1)!.y;
  const [a, b] = [curve[Math.max(0, after - 1)]!, curve[after]!];
  return b.x === a.x ? b.y : a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
}

export function statistics(values: readonly number[]): SeedStatistics {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}

/** Mean over the runs at every step at which one was evaluated, where all of them have gone; one deviation to either side. */
export function meanCurve({ runs }: MetaRlArm): { x: number; y: number; low?: number; high?: number }[] {
  if (runs.length === 1) return returnsOf(runs[0]!);
  const range = commonRange(runs);
  if (!range) return [];
  const curves = runs.map(returnsOf);
  const steps = [...new Set([...range, ...curves.flatMap((curve) => curve.map(({ x }) => x))])]
    .filter((x) => x >= range[0] && x <= range[1])
    .sort((a, b) => a - b);
  return steps.map((x) => {
    const { mean, std } = statistics(curves.map((curve) => valueAt(curve, x)));
    return { x, y: mean, ...(std !== null && { low: mean - std, high: mean + std }) };
  });
}

/** Mean height of a run's curve between two numbers of steps: the area under it by its width, in units of return. */
export function areaUnderCurve(run: MetaRlRun, [from, to]: readonly [number, number]): number {
  const curve = returnsOf(run);
  const inner = curve.filter(({ x }) => x > from && x < to);
  const points = [{ x: from, y: valueAt(curve, from) }, ...inner, { x: to, y: valueAt(curve, to) }];
  let area = 0;
  for (let i = 1; i < points.length; i += 1)
    area += ((points[i]!.x - points[i - 1]!.x) * (points[i]!.y + points[i - 1]!.y)) / 2;
  return area / (to - from);
}

/** Steps at which a run's curve first reaches a return; undefined if it never does. */
export function stepsTo(run: MetaRlRun, value: number): number | undefined {
  const curve = returnsOf(run);
  const after = curve.findIndex(({ y }) => y >= value);
  if (after <= 0) return after === 0 ? curve[0]!.x : undefined;
  const [a, b] = [curve[after - 1]!, curve[after]!];
  return a.x + ((b.x - a.x) * (value - a.y)) / (b.y - a.y);
}

/** Return at a number of steps. */
export const returnAt = (run: MetaRlRun, steps: number): number => valueAt(returnsOf(run), steps);
