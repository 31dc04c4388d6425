// What the tests of the latent tree model share.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { hltm } from 'twoview/theory';

export const generator = (seed: number): torch.Generator => new torch.Generator({ seed });

/** An irregular tree: three children a node, polarities of both signs. */
export const irregular = (depth: number, rootBias = 0): hltm.LatentTree =>
  hltm.drawTree({ depth, children: 3, polarity: { low: 0.3, high: 1 }, rootBias }, generator(11));

export const numbers = (tensor: Tensor): number[] => Array.from(tensor.double().data() as Float64Array);

/** Pearson's correlation of two lists, weighted. */
export function pearson(
  a: readonly number[],
  b: readonly number[],
  weights: readonly number[] = a.map(() => 1),
): number {
  const total = weights.reduce((x, y) => x + y, 0);
  const mean = (f: (i: number) => number): number => weights.reduce((sum, w, i) => sum + w * f(i), 0) / total;
  const [ma, mb] = [mean((i) => a[i]!), mean((i) => b[i]!)];
  const cross = mean((i) => (a[i]! - ma) * (b[i]! - mb));
  return cross / Math.sqrt(mean((i) => (a[i]! - ma) ** 2) * mean((i) => (b[i]! - mb) ** 2));
}

/** The states of a tree as rows of numbers in -1 and 1, by level. */
export function signRows(levels: readonly Tensor[]): number[][][] {
  return levels.map((level) => hltm.signs(level).tolist() as number[][]);
}
