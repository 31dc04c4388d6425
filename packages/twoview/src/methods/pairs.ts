// Pairs of views: which predicts which.

/** Ordered pairs [i, j], i != j, of `count` views, those of the first view first; of the first view alone if `asymmetric`. */
export function viewPairs(count: number, asymmetric: boolean): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < (asymmetric ? 1 : count); i++) for (let j = 0; j < count; j++) if (i !== j) pairs.push([i, j]);
  return pairs;
}
