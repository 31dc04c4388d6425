// Samples of a latent tree: the root, and every level below it drawn given the one above.
import type { DType, Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkTree, type LatentTree } from './tree.js';

/**
 * Draws from a tree. Values are `bool` (true is 1, the other is -1, or 0 at the leaves as a network sees them), node by node:
 * the children of a node are neighbouring rows, so that a reshape brings them together.
 */
export class TreeSampler {
  /**
   * P(child = parent) of every edge, level after level: [edges, 1]. In float32, the precision of the draws it is compared
   * with, which are most of sampling's cost.
   */
  private readonly keep: Tensor;

  constructor(readonly tree: LatentTree) {
    checkTree('TreeSampler', tree);
    const probabilities = tree.polarities.flatMap((level) => Array.from(level, (rho) => (1 + rho) / 2));
    this.keep = torch.keep(torch.tensor(probabilities).view([probabilities.length, 1]));
  }

  /** [1, S] by the root's own distribution. */
  root(count: number, generator: Generator): Tensor {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`TreeSampler: the number of samples must be a whole number from 1, not ${count}`);
    return torch.rand([1, count], { generator }).lt((1 + this.tree.rootBias) / 2);
  }

  /**
   * All levels from the root [1, S] to the leaves [m^L, S], drawn anew below the given roots: what augmentation does to a
   * data point.
   * @param root bool [1, S]
   */
  descend(root: Tensor, generator: Generator): Tensor[] {
    if (root.dtype !== 'bool' || root.ndim !== 2 || root.shape[0] !== 1)
      throw new RangeError(`TreeSampler: roots must be bool [1, S], not ${root.dtype} [${root.shape.join(', ')}]`);
    const count = root.shape[1]!;
    const { children, depth } = this.tree;
    const flips = torch.rand([this.keep.size(0), count], { generator }).ge(this.keep);
    const levels = [root];
    let drawn = 0;
    for (let level = 1; level <= depth; level++) {
      const nodes = children ** level;
      const flip = flips.narrow(0, drawn, nodes).view([nodes / children, children, count]);
      levels.push(levels[level - 1]!.unsqueeze(1).bitwiseXor(flip).view([nodes, count]));
      drawn += nodes;
    }
    return levels;
  }

  /** All levels of S independent data points. */
  sample(count: number, generator: Generator): Tensor[] {
    return this.descend(this.root(count, generator), generator);
  }

  dispose(): void {
    this.keep.dispose();
  }
}

/** Values in -1 and 1. */
export function signs(values: Tensor, dtype: DType = 'float64'): Tensor {
  return values.to({ dtype }).mul(2).sub(1);
}

/** What is observed: leaf values in 0 and 1, [S, m^L], one row a sample. */
export function observations(levels: readonly Tensor[], dtype: DType = 'float64'): Tensor {
  return levels.at(-1)!.t().to({ dtype });
}
