// Small statistics over seeds and settings.

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** The worst of several seeds; NaN if one is, so that a diverged run never passes. */
export const largest = (values: readonly number[]): number => Math.max(...values);
export const smallest = (values: readonly number[]): number => Math.min(...values);

/** Ranks from 1, ties sharing their mean. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const lower = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return lower + (equal + 1) / 2;
  });
}

/**
 * Spearman's rank correlation; NaN where one side does not vary or holds NaN.
 * @throws RangeError when the lists differ in length
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`spearman: ${a.length} and ${b.length} values cannot be paired`);
  if ([...a, ...b].some(Number.isNaN)) return Number.NaN;
  const [x, y] = [ranks(a), ranks(b)];
  const [mx, my] = [mean(x), mean(y)];
  const cross = mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
  const variance = (values: number[], centre: number): number => mean(values.map((value) => (value - centre) ** 2));
  return cross / Math.sqrt(variance(x, mx) * variance(y, my));
}
