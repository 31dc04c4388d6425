// The lottery of initialisation: which atom a neuron ends on is decided by where it starts.
import { argmax, type Cosines } from './alignment.js';

export interface Lottery {
  /** Share of neurons whose largest atom is the one it was at the start; 1 / d by chance. */
  kept: number;
  /** Mean rank, from 0, that the final atom had at the start; (d - 1) / 2 by chance. */
  initialRank: number;
}

/** @throws RangeError where the two do not have the same neurons and atoms */
export function lottery(start: Cosines, end: Cosines): Lottery {
  if (start.length !== end.length || start[0]?.length !== end[0]?.length)
    throw new RangeError(`lottery: ${start.length} and ${end.length} neurons, or their atoms, cannot be compared`);
  const ranks = end.map((row, i) => {
    const atom = argmax(row);
    return start[i]!.filter((cosine) => cosine > start[i]![atom]!).length;
  });
  return {
    kept: ranks.filter((rank) => rank === 0).length / ranks.length,
    initialRank: ranks.reduce((a, b) => a + b, 0) / ranks.length,
  };
}

/** The constants of the sets: c_0 in (0, 1), gamma in (0, 0.1). */
export interface SetConstants {
  c0: number;
  gamma: number;
}

export interface LuckySets {
  /** S_{j,sure}, neurons that will learn atom j: lists of neurons, one for each atom. */
  sure: number[][];
  /** S_{j,pot}, neurons that may: it contains S_{j,sure}. */
  possible: number[][];
}

/**
 * With c_1 = 2 + 2 (1 - gamma) c_0 and c_2 = gamma c_0, and everything in units of (log d / d) ||M M^T w_i||^2: a neuron is in
 * S_{j,pot} where <w_i, M_j>^2 >= c_1 - c_2, and in S_{j,sure} where <w_i, M_j>^2 >= c_1 + c_2 and all others are below c_1 - c_2
 * (the sets of Wen, Li 2021 as restated by Sun, Li, Zhang, Wang 2025).
 *
 * @throws RangeError for constants outside their ranges
 */
export function luckySets(table: Cosines, { c0, gamma }: SetConstants = { c0: 0.5, gamma: 0.05 }): LuckySets {
  if (!(c0 > 0 && c0 < 1 && gamma > 0 && gamma < 0.1))
    throw new RangeError(`luckySets: c0 must be in (0, 1) and gamma in (0, 0.1), not ${c0} and ${gamma}`);
  const atoms = table[0]?.length ?? 0;
  const [c1, c2] = [2 + 2 * (1 - gamma) * c0, gamma * c0];
  const sets: LuckySets = { sure: [], possible: [] };
  for (let j = 0; j < atoms; j++) {
    sets.sure.push([]);
    sets.possible.push([]);
  }
  table.forEach((row, i) => {
    const unit = (Math.log(atoms) / atoms) * row.reduce((sum, cosine) => sum + cosine * cosine, 0);
    const above = row.flatMap((cosine, j) => (unit > 0 && cosine * cosine >= (c1 - c2) * unit ? [j] : []));
    for (const j of above) sets.possible[j]!.push(i);
    const [only, ...others] = above;
    if (only !== undefined && others.length === 0 && row[only]! ** 2 >= (c1 + c2) * unit) sets.sure[only]!.push(i);
  });
  return sets;
}
