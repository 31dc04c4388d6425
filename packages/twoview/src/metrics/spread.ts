// How embeddings lie on the unit sphere: their spread by dimension, how close views are, how evenly they fill it.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { l2Normalize } from '../objectives/index.js';
import { checkEmbeddings, forEachChunk } from './matrix.js';

/**
 * sqrt(D) * mean_k std(z_k / ||z||): 1 when the l2-normalised embeddings spread evenly over the sphere, 0 at complete
 * collapse (SimSiam, Chen & He 2021, figure 2, times sqrt(D)). The standard deviation is the population's.
 *
 * @param z [N, D]
 */
export function normalizedStd(z: Tensor): number {
  checkEmbeddings('normalizedStd', z);
  return torch.scope(() => directionVariances(z).sqrt().mean().item() * Math.sqrt(z.shape[1]!));
}

/**
 * Trace of the covariance of the l2-normalised embeddings, 1 - ||E u||^2: the share of their (unit) second moment that tells
 * images apart, and half the mean squared distance of two of them. 0 at complete collapse, 1 when the mean direction vanishes.
 *
 * The square of `normalizedStd` is at most this, and equal where all dimensions vary alike.
 *
 * @param z [N, D]
 */
export function varianceShare(z: Tensor): number {
  checkEmbeddings('varianceShare', z);
  return torch.scope(() => directionVariances(z).sum().item());
}

/** Variance of each coordinate of z / ||z||, [D] in float64. */
function directionVariances(z: Tensor): Tensor {
  return torch.scope(() => {
    const [count, dimension] = [z.shape[0]!, z.shape[1]!];
    const sum = torch.zeros([dimension], { dtype: 'float64', device: z.device });
    const squares = torch.zeros([dimension], { dtype: 'float64', device: z.device });
    forEachChunk(z.detach(), 8192, (chunk) => {
      const unit = l2Normalize(chunk.double());
      sum.add_(unit.sum([0]));
      squares.add_(unit.square().sum([0]));
    });
    return squares.div(count).sub(sum.div(count).square()).clampMin(0);
  });
}

/**
 * Mean distance between the two views of an image on the sphere, E ||u1 - u2||^alpha (Wang & Isola 2020, section 4.1);
 * 0 when views agree.
 *
 * @param z1 [N, D]
 * @param z2 [N, D], row i of the same image as row i of z1
 * @throws RangeError when the shapes differ
 */
export function alignment(z1: Tensor, z2: Tensor, options: { alpha?: number } = {}): number {
  checkEmbeddings('alignment', z1);
  if (z2.ndim !== 2 || z1.shape[0] !== z2.shape[0] || z1.shape[1] !== z2.shape[1]) {
    throw new RangeError(
      `alignment: z1 is [${z1.shape.join(', ')}] and z2 is [${z2.shape.join(', ')}]; they must pair`,
    );
  }
  return torch.scope(() => {
    const difference = l2Normalize(z1.detach().double()).sub(l2Normalize(z2.detach().double()));
    return difference
      .square()
      .sum([-1])
      .pow((options.alpha ?? 2) / 2)
      .mean()
      .item();
  });
}

/**
 * log E exp(-t ||u_i - u_j||^2) over all pairs i != j on the sphere (Wang & Isola 2020, section 4.1); 0 at complete
 * collapse, lower the more evenly embeddings spread.
 *
 * @param z [N, D], N >= 2
 * @param options `t` is 2 if left out; `chunk` is how many rows are compared with all others at a time
 */
export function uniformity(z: Tensor, options: { t?: number; chunk?: number } = {}): number {
  checkEmbeddings('uniformity', z);
  const count = z.shape[0]!;
  if (count < 2) throw new RangeError('uniformity: one embedding has no pairs; give at least two');
  const t = options.t ?? 2;
  return torch.scope(() => {
    const unit = l2Normalize(z.detach().double());
    let sum = 0;
    forEachChunk(unit, options.chunk ?? 1024, (rows) => {
      const squared = rows.mm(unit.t()).mul(-2).add(2).clampMin(0);
      sum += squared.mul(-t).exp().sum().item();
    });
    // Each embedding's distance to itself is 0 and added 1. A zero row, whose own product is 0, is the exception.
    const itself = unit.square().sum([-1]).mul(-2).add(2).clampMin(0).mul(-t).exp().sum().item();
    return Math.log((sum - itself) / (count * (count - 1)));
  });
}
