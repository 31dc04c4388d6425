// How far adversarial latents lie from benign ones of their own class, and from those of other classes.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { l2Normalize } from '../objectives/index.js';
import { checkLabels, countClasses } from './labels.js';
import { checkEmbeddings, forEachChunk } from './matrix.js';

export interface LatentDivergenceOptions {
  /** `cosine` is 1 - cos, from 0 to 2; `l2` is the Euclidean distance of latents as they are. `cosine` if left out. */
  distance?: 'cosine' | 'l2';
  /** Number of classes; the largest label + 1 if left out. */
  classes?: number;
  /** Rows that `l2` compares with all others at a time: 512 if left out. Memory grows with it, times N. */
  chunk?: number;
}

export interface LatentDivergence {
  /** D+_abs, the absolute intra-class divergence: mean distance of two images of one class. NaN where no class has two. */
  intra: number;
  /** D-_abs, the absolute inter-class divergence: mean distance of images of two classes. NaN where there is one class only. */
  inter: number;
  /** DIV_rel = D+_abs / D-_abs, smaller is better. NaN where either is, or where all latents are one point. */
  relative: number;
  /** S: ordered pairs that each mean is taken over. */
  pairs: { intra: number; inter: number };
  /** [C][C], mean distance between `other` of the row's class and `benign` of the column's; NaN where there is no pair. */
  byClass: number[][];
}

/**
 * Latent-space divergences (Bui et al. 2021), over ordered pairs of images i != j with latents f:
 *
 *     D+_abs  = mean over y_i = y_j of d(f(x_i^a), f(x_j))
 *     D-_abs  = mean over y_i != y_j of d(f(x_i^a), f(x_j))
 *     DIV_rel = D+_abs / D-_abs
 *
 * With `other` the benign latents again, the same of benign images. An image is not compared with its own adversarial version.
 * Sums are in float64. Cosine distances add up to products of class sums, in time N D; `l2` takes N^2 D, and N x N
 * distances in blocks of rows.
 *
 * @param benign [N, D], latents f(x_j)
 * @param other [N, D], latents f(x_i^a) of the same images in the same order
 * @param labels N class indices from 0
 * @returns all distances are NaN if a latent is not finite; a latent of zero has cosine distance 1 to all
 * @throws RangeError when shapes, labels or options do not fit
 */
export function latentDivergence(
  benign: Tensor,
  other: Tensor,
  labels: ArrayLike<number>,
  options: LatentDivergenceOptions = {},
): LatentDivergence {
  const { distance = 'cosine', chunk = 512, classes = countClasses(labels) } = options;
  check(benign, other, labels, { distance, chunk, classes });
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1;
  const { sums, scale } = torch.noGrad(() =>
    torch.scope(() => {
      const index = torch.tensor(BigInt64Array.from(labels, BigInt), { device: benign.device });
      const members = torch.oneHot(index, classes).double();
      const [x, y] = [other.detach().double(), benign.detach().double()];
      const matrix = distance === 'cosine' ? cosineSums(x, y, members) : euclideanSums(x, y, members, chunk);
      return {
        sums: matrix.clampMin(0).tolist() as unknown as number[][],
        scale: distance === 'cosine' ? 1 : y.square().sum([1]).mean().sqrt().item(),
      };
    }),
  );
  return summary(sums, counts, scale);
}

/** Sums of distances by class of both images, those of an image with itself left out, [C, C]. */
function cosineSums(x: Tensor, y: Tensor, members: Tensor): Tensor {
  const [u, v] = [l2Normalize(x), l2Normalize(y)];
  const [mine, theirs] = [members.t().mm(u), members.t().mm(v)];
  const sizes = members.sum([0]);
  const itself = u.mul(v).sum([1]).neg().add(1);
  const all = sizes.unsqueeze(1).mul(sizes).sub(mine.mm(theirs.t()));
  return all.sub(itself.unsqueeze(0).mm(members).squeeze(0).diag());
}

function euclideanSums(x: Tensor, y: Tensor, members: Tensor, chunk: number): Tensor {
  // Distances do not see a shift, but the products that they are computed from lose digits to one.
  const middle = y.mean([0], true);
  const [a, b] = [x.sub(middle), y.sub(middle)];
  const squares = b.square().sum([1]);
  const sums = torch.zeros([members.shape[1]!, members.shape[1]!], { dtype: 'float64', device: x.device });
  forEachChunk(a, chunk, (rows, start) => {
    const count = rows.shape[0]!;
    const squared = rows.square().sum([1], true).add(squares).sub(rows.mm(b.t()).mul(2));
    const distances = squared.clampMin(0).sqrt();
    distances.narrow(1, start, count).fillDiagonal_(0);
    sums.add_(members.narrow(0, start, count).t().mm(distances.mm(members)));
  });
  return sums;
}

/** Distances that are smaller than this share of the latents' scale are rounding: a quotient of them says nothing. */
const rounding = 1e-12;

function summary(sums: readonly (readonly number[])[], counts: readonly number[], scale: number): LatentDivergence {
  const pairsOf = (a: number, b: number) => counts[a]! * (counts[b]! - Number(a === b));
  const over = (own: boolean) => {
    let [sum, pairs] = [0, 0];
    sums.forEach((row, a) => {
      row.forEach((value, b) => {
        if ((a === b) !== own) return;
        sum += value;
        pairs += pairsOf(a, b);
      });
    });
    return { pairs, mean: pairs > 0 ? sum / pairs : Number.NaN };
  };
  const [intra, inter] = [over(true), over(false)];
  return {
    intra: intra.mean,
    inter: inter.mean,
    relative: inter.mean > rounding * scale ? intra.mean / inter.mean : Number.NaN,
    pairs: { intra: intra.pairs, inter: inter.pairs },
    byClass: sums.map((row, a) => row.map((sum, b) => (pairsOf(a, b) > 0 ? sum / pairsOf(a, b) : Number.NaN))),
  };
}

function check(
  benign: Tensor,
  other: Tensor,
  labels: ArrayLike<number>,
  { distance, chunk, classes }: Required<LatentDivergenceOptions>,
): void {
  const where = 'latentDivergence';
  checkEmbeddings(where, benign);
  if (other.ndim !== 2 || other.shape[0] !== benign.shape[0] || other.shape[1] !== benign.shape[1]) {
    throw new RangeError(
      `${where}: benign is [${benign.shape.join(', ')}] and other [${other.shape.join(', ')}]; give latents of the same images`,
    );
  }
  if (distance !== 'cosine' && distance !== 'l2') {
    throw new RangeError(`${where}: there is no distance '${String(distance)}'; take 'cosine' or 'l2'`);
  }
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new RangeError(`${where}: classes must be a whole number of at least 1, not ${classes}`);
  }
  if (!Number.isSafeInteger(chunk) || chunk < 1) {
    throw new RangeError(`${where}: chunk must be a whole number of at least 1, not ${chunk}`);
  }
  checkLabels(where, 'labels', labels, benign.shape[0]!, classes);
}
