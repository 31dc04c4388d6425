// How well the root can be told from the leaves at all: the posterior mean, and what any function of the leaves cannot
// exceed.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { signs, TreeSampler } from './sample.js';
import { checkTree, type LatentTree, pathPolarities, type TreeShape } from './tree.js';

/** Keeps atanh finite where a polarity of 1 makes a message certain. */
const certain = 1 - 2 ** -52;

/**
 * E[root | leaves] for leaves in -1 and 1, [m^L, S], by belief propagation upward: lambda = sum over children of atanh(rho
 * tanh(lambda_child)).
 */
export function posteriorMean(tree: LatentTree, leaves: Tensor): Tensor {
  const { children, depth, polarities, rootBias } = tree;
  checkTree('posteriorMean', tree);
  if (leaves.ndim !== 2 || leaves.shape[0] !== children ** depth)
    throw new RangeError(`posteriorMean: leaves must be [${children ** depth}, S], not [${leaves.shape.join(', ')}]`);
  return torch.scope(() => {
    const samples = leaves.size(1);
    let mean = leaves.double();
    for (let level = depth; level >= 1; level--) {
      const rho = torch.fromTypedArray(polarities[level - 1]!, [children ** level, 1]);
      const messages = mean.mul(rho).clamp(-certain, certain).atanh();
      const evidence = messages.view([children ** (level - 1), children, samples]).sum([1]);
      mean = (level === 1 ? evidence.add(Math.atanh(rootBias)) : evidence).tanh();
    }
    return mean.view([samples]);
  });
}

/** sqrt(Var E[root | leaves] / Var root) from E[m^2]. */
const boundOf = (secondMoment: number, rootBias: number): number =>
  Math.sqrt(Math.max(0, secondMoment - rootBias ** 2) / (1 - rootBias ** 2));

/** Samples a chunk, so that chunks stay in cache. */
const chunk = 4096;

/**
 * The largest correlation with the root that any function of the leaves can have, by Monte Carlo: sqrt(E[m^2]) of the
 * posterior mean m where the root is unbiased.
 * @param samples drawn; the error is about 0.3 / sqrt(samples)
 */
export function sampledRootBound(tree: LatentTree, samples: number, generator: Generator): number {
  const sampler = new TreeSampler(tree);
  try {
    let sum = 0;
    let drawn = 0;
    while (drawn < samples) {
      const count = Math.min(chunk, samples - drawn);
      sum += torch.scope(() =>
        posteriorMean(tree, signs(sampler.sample(count, generator).at(-1)!))
          .square()
          .sum()
          .item(),
      );
      drawn += count;
    }
    return boundOf(sum / drawn, tree.rootBias);
  } finally {
    sampler.dispose();
  }
}

/** Leaves beyond this would make more than 2^20 observations. */
const mostEnumeratedLeaves = 20;

/**
 * The same by enumeration of all 2^leaves observations.
 * @throws RangeError for more than 20 leaves
 */
export function exactRootBound(tree: LatentTree): number {
  checkTree('exactRootBound', tree);
  const { children, depth, polarities, rootBias } = tree;
  if (children ** depth > mostEnumeratedLeaves)
    throw new RangeError(
      `exactRootBound: ${children ** depth} leaves are too many to enumerate (${mostEnumeratedLeaves}); use sampledRootBound`,
    );
  const [up, down] = likelihoods(0, 0);
  const secondMoment = up.reduce((sum, likelihood, i) => {
    const [a, b] = [((1 + rootBias) / 2) * likelihood, ((1 - rootBias) / 2) * down[i]!];
    return a + b > 0 ? sum + (a - b) ** 2 / (a + b) : sum;
  }, 0);
  return boundOf(secondMoment, rootBias);

  /** P(leaves below a node | node = 1) and = -1, over all observations of these leaves. */
  function likelihoods(level: number, node: number): [Float64Array, Float64Array] {
    if (level === depth) return [Float64Array.of(0, 1), Float64Array.of(1, 0)];
    let up: Float64Array = Float64Array.of(1);
    let down: Float64Array = up;
    for (let child = node * children; child < (node + 1) * children; child++) {
      const rho = polarities[level]![child]!;
      const [same, other] = [(1 + rho) / 2, (1 - rho) / 2];
      const [childUp, childDown] = likelihoods(level + 1, child);
      const message = childUp.map((p, i) => same * p + other * childDown[i]!);
      const opposite = childUp.map((p, i) => other * p + same * childDown[i]!);
      up = outer(up, message);
      down = outer(down, opposite);
    }
    return [up, down];
  }
}

function outer(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(a.length * b.length);
  a.forEach((x, i) => {
    for (let j = 0; j < b.length; j++) product[i * b.length + j] = x * b[j]!;
  });
  return product;
}

/**
 * Correlation of the root with the sum of the leaves, each with the sign of its path; exact. With C = Cov(sum, node) and V =
 * E[sum^2] below a node, C = sum rho C_child and V = sum V_child + C^2 - sum (rho C_child)^2.
 */
export function leafSumCorrelation(tree: LatentTree): number {
  checkTree('leafSumCorrelation', tree);
  const { children, polarities, rootBias } = tree;
  let cross: Float64Array = pathPolarities(tree).at(-1)!.map(Math.sign);
  let square: Float64Array = cross.map(Math.abs);
  for (const edges of [...polarities].reverse()) {
    const message = edges.map((rho, i) => rho * cross[i]!);
    const sumOf = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: values.length / children }, (_, node) =>
        values.subarray(node * children, (node + 1) * children).reduce((a, b) => a + b, 0),
      );
    cross = sumOf(message);
    const own = sumOf(square.map((v, i) => v - message[i]! ** 2));
    square = own.map((v, node) => v + cross[node]! ** 2);
  }
  const [c, v] = [cross[0]!, square[0]!];
  return c === 0 ? 0 : (c * Math.sqrt(1 - rootBias ** 2)) / Math.sqrt(v - (rootBias * c) ** 2);
}

/**
 * `leafSumCorrelation` in closed form, where all polarities are equal: rho^L m^(L/2) / sqrt(1 + sum over k of (m^k - m^(k-1))
 * rho^(2k)).
 */
export function uniformLeafSumCorrelation({ depth, children }: TreeShape, polarity: number): number {
  let variance = 1;
  for (let k = 1; k <= depth; k++) variance += (children ** k - children ** (k - 1)) * polarity ** (2 * k);
  return (polarity ** depth * children ** (depth / 2)) / Math.sqrt(variance);
}

/**
 * `exactRootBound` in closed form for a root with two leaves of one polarity: rho sqrt(2 / (1 + rho^2)), which the sum of the
 * leaves reaches.
 */
export const pairBound = (polarity: number): number => Math.abs(polarity) * Math.sqrt(2 / (1 + polarity ** 2));
