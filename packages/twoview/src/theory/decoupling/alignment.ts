// How weight vectors lie to the dictionary: in its span or in noise, on one atom or on many.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { median } from './schedule.js';

/** Measures of weights alone. */
export interface Alignment {
  /** Mean over neurons of ||M^T w_i||^2 / ||w_i||^2; d / d1 for random weights. */
  fracM: number;
  /** Median over neurons of max_j |<w_i, M_j>| / ||w_i||. */
  medianMaxcos: number;
  /** Share of neurons whose largest cosine is above 0.9. */
  pure: number;
  /** Share of atoms that are the largest of some neuron, with a cosine above 0.7. */
  coverage: number;
  /** Mean over neurons of |N_i|, the number of atoms with |<w_i, M_j>| > 0.3 ||w_i||. */
  atomsPerNeuron: number;
  /** Median length of the weight vectors. */
  length: number;
}

/** |<w_i, M_j>| / ||w_i|| as rows of numbers, m of d; a neuron of length 0 has zeros. */
export type Cosines = readonly (readonly number[])[];

/**
 * @param weights `[m, d1]`
 * @param dictionary M^T `[d, d1]`, rows of length one
 * @throws RangeError when they have different numbers of coordinates
 */
export function cosines(weights: Tensor, dictionary: Tensor): Cosines {
  if (weights.ndim !== 2 || dictionary.ndim !== 2 || weights.shape[1] !== dictionary.shape[1])
    throw new RangeError(`cosines: weights [${weights.shape}] and atoms [${dictionary.shape}] lie in different spaces`);
  return torch.noGrad(() =>
    torch.scope(() => {
      const w = weights.double();
      const length = w.linalgVectorNorm(2, [1], true).clampMin(Number.MIN_VALUE);
      return w.matmul(dictionary.double().t()).abs().div(length).tolist() as number[][];
    }),
  );
}

/** The column of a row's largest entry. */
export function argmax(row: readonly number[]): number {
  let best = 0;
  for (let j = 1; j < row.length; j++) if (row[j]! > row[best]!) best = j;
  return best;
}

const purity = 0.9;
const covered = 0.7;
const contained = 0.3;

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * @param lengths of the weight vectors
 * @throws RangeError where there is no neuron, or another number of lengths
 */
export function alignment(table: Cosines, lengths: ArrayLike<number>): Alignment {
  if (table.length === 0 || table.length !== lengths.length)
    throw new RangeError(`alignment: ${table.length} neurons and ${lengths.length} lengths`);
  const largest = table.map((row) => row[argmax(row)]!);
  const atoms = table[0]!.length;
  const found = new Set(table.flatMap((row, i) => (largest[i]! > covered ? [argmax(row)] : [])));
  return {
    fracM: average(table.map((row) => row.reduce((sum, cosine) => sum + cosine * cosine, 0))),
    medianMaxcos: median(largest),
    pure: average(largest.map((cosine) => (cosine > purity ? 1 : 0))),
    coverage: found.size / atoms,
    atomsPerNeuron: average(table.map((row) => row.filter((cosine) => cosine > contained).length)),
    length: median(lengths),
  };
}

/** Rows in the order of their largest atom, and of its cosine: a network of pure neurons is a staircase. */
export function sortedByAtom(table: Cosines): Cosines {
  const key = table.map((row) => ({ row, atom: argmax(row), cosine: row[argmax(row)]! }));
  return key.sort((a, b) => a.atom - b.atom || b.cosine - a.cosine).map(({ row }) => row);
}
