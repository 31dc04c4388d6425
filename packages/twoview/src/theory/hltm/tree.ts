// The hierarchical latent tree model: a complete tree of binary variables, and how reliably each follows its parent.
import type { Generator } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Leaves beyond this would not fit in memory with a batch. */
export const mostLeaves = 1 << 16;

/**
 * A complete tree of variables in -1 and 1. Level 0 is the root, level `depth` the leaves; the children of node i are the
 * nodes `children` i to `children` i + `children` - 1 of the next level. P(child = parent) = (1 + polarity) / 2.
 */
export interface LatentTree {
  /** Levels of edges, L. */
  depth: number;
  /** Children of a node, m. */
  children: number;
  /** By level, from 1 at index 0: the polarity of the edge into each node, `children` ** level of them, from -1 to 1. */
  polarities: readonly Float64Array[];
  /** rho_0 = P(root = 1) - P(root = -1). */
  rootBias: number;
}

export interface TreeShape {
  depth: number;
  children: number;
}

export interface DrawTreeOptions extends TreeShape {
  /** |rho| of an edge is uniform between these; its sign is either with probability one half. */
  polarity: { low: number; high: number };
  rootBias?: number;
}

/** @throws RangeError when there is no such tree, or it has more than 65536 leaves */
export function checkShape(where: string, { depth, children }: TreeShape): void {
  if (!Number.isInteger(depth) || depth < 1)
    throw new RangeError(`${where}: depth must be a whole number from 1, not ${depth}`);
  if (!Number.isInteger(children) || children < 2)
    throw new RangeError(`${where}: children must be a whole number from 2, not ${children}`);
  if (children ** depth > mostLeaves)
    throw new RangeError(
      `${where}: ${children} children to depth ${depth} make ${children ** depth} leaves, more than ${mostLeaves}`,
    );
}

/**
 * @throws RangeError when a polarity is no number from -1 to 1, their count does not fit, or the root's bias is not within
 * (-1, 1)
 */
export function checkTree(where: string, tree: LatentTree): void {
  checkShape(where, tree);
  const { depth, children, polarities, rootBias } = tree;
  if (polarities.length !== depth)
    throw new RangeError(`${where}: a tree of depth ${depth} has ${depth} levels of edges, not ${polarities.length}`);
  polarities.forEach((level, i) => {
    const edges = children ** (i + 1);
    if (level.length !== edges)
      throw new RangeError(`${where}: level ${i + 1} has ${edges} edges, not ${level.length}`);
    const wrong = level.find((rho) => !(Math.abs(rho) <= 1));
    if (wrong !== undefined) throw new RangeError(`${where}: a polarity is a number from -1 to 1, not ${wrong}`);
  });
  if (!(Math.abs(rootBias) < 1))
    throw new RangeError(`${where}: the root's bias must be between -1 and 1, not ${rootBias}`);
}

/**
 * Draws the polarities once, depth-first: an edge's sign and size, then the edges below it.
 * @throws RangeError for bad shapes or ranges
 */
export function drawTree(options: DrawTreeOptions, generator: Generator): LatentTree {
  const { depth, children, polarity, rootBias = 0 } = options;
  checkShape('drawTree', options);
  const { low, high } = polarity;
  if (!(low >= 0 && low <= high && high <= 1))
    throw new RangeError(`drawTree: polarities must satisfy 0 <= low <= high <= 1, not low ${low}, high ${high}`);
  const polarities = emptyLevels(options);
  const edges = polarities.reduce((sum, level) => sum + level.length, 0);
  const draws = torch.scope(() => torch.rand([2 * edges], { generator, dtype: 'float64' }).data() as Float64Array);
  let next = 0;
  const descend = (level: number, node: number): void => {
    for (let child = node * children; child < (node + 1) * children; child++) {
      const sign = draws[next++]! < 0.5 ? -1 : 1;
      polarities[level]![child] = sign * (low + (high - low) * draws[next++]!);
      if (level + 1 < depth) descend(level + 1, child);
    }
  };
  descend(0, 0);
  const tree = { depth, children, polarities, rootBias };
  checkTree('drawTree', tree);
  return tree;
}

/** A tree all of whose edges have one polarity. */
export function uniformTree(shape: TreeShape, polarity: number, rootBias = 0): LatentTree {
  checkShape('uniformTree', shape);
  const polarities = emptyLevels(shape).map((level) => level.fill(polarity));
  const tree = { ...shape, polarities, rootBias };
  checkTree('uniformTree', tree);
  return tree;
}

/**
 * The same tree with one polarity at all edges of a level.
 * @param level of the children, from 1
 */
export function withPolarity(tree: LatentTree, level: number, polarity: number): LatentTree {
  const polarities = tree.polarities.map((edges, i) => (i === level - 1 ? edges.slice().fill(polarity) : edges));
  const changed = { ...tree, polarities };
  checkTree('withPolarity', changed);
  return changed;
}

function emptyLevels({ depth, children }: TreeShape): Float64Array[] {
  return Array.from({ length: depth }, (_, i) => new Float64Array(children ** (i + 1)));
}

/**
 * rho_{0 mu}: products of the polarities from the root to each node, by level from the root's [1]. Without a root bias it is
 * the node's correlation with the root.
 */
export function pathPolarities(tree: LatentTree): Float64Array[] {
  const paths = [Float64Array.of(1)];
  for (const edges of tree.polarities) {
    const above = paths.at(-1)!;
    paths.push(edges.map((rho, i) => rho * above[Math.floor(i / tree.children)]!));
  }
  return paths;
}
