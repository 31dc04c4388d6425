// Every state of a small tree with its probability, so that expectations are sums.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkTree, type LatentTree } from './tree.js';

/** Nodes beyond this would make more than 2^20 states. */
export const mostEnumeratedNodes = 20;

/** All states: as samples, with their probabilities. */
export interface States {
  /** By level, bool [m^l, S]. */
  levels: Tensor[];
  /** [S], summing to 1. */
  probabilities: Tensor;
}

/**
 * All 2^nodes joint states of a tree.
 * @throws RangeError for more than 20 nodes: depth 3 of two children has 15
 */
export function enumerateTree(tree: LatentTree): States {
  checkTree('enumerateTree', tree);
  const { depth, children, polarities, rootBias } = tree;
  const sizes = Array.from({ length: depth + 1 }, (_, level) => children ** level);
  const nodes = sizes.reduce((a, b) => a + b, 0);
  if (nodes > mostEnumeratedNodes)
    throw new RangeError(`enumerateTree: ${nodes} nodes are too many to enumerate; ${mostEnumeratedNodes} are not`);
  const states = 2 ** nodes;
  const bit = (state: number, node: number): number => (state >> node) & 1;
  const probabilities = new Float64Array(states);
  for (let state = 0; state < states; state++) {
    let p = (1 + (bit(state, 0) ? rootBias : -rootBias)) / 2;
    let first = 1;
    let above = 0;
    for (let level = 1; level <= depth; level++) {
      for (let i = 0; i < sizes[level]!; i++) {
        const same = bit(state, first + i) === bit(state, above + Math.floor(i / children));
        const rho = polarities[level - 1]![i]!;
        p *= (1 + (same ? rho : -rho)) / 2;
      }
      above = first;
      first += sizes[level]!;
    }
    probabilities[state] = p;
  }
  let first = 0;
  const levels = sizes.map((size) => {
    const bytes = new Uint8Array(size * states);
    for (let i = 0; i < size; i++)
      for (let state = 0; state < states; state++) bytes[i * states + state] = bit(state, first + i);
    first += size;
    return torch.fromTypedArray(bytes, [size, states], { dtype: 'bool' });
  });
  return { levels, probabilities: torch.fromTypedArray(probabilities, [states]) };
}
