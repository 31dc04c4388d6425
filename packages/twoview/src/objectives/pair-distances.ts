// Distances of every view of a batch to its partner and to other images: what the contrastive family is a function of.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { atLeastFloat32, checkPair, checkSeveral, l2Normalize } from './embeddings.js';

/** Half squared distances r = 1/2 ||f - f'||^2 of A anchors. */
export interface PairDistances {
  /** r+, [A]: to the other view of the same image. */
  positive: Tensor;
  /** r-, [A, H]: to views of other images. */
  negative: Tensor;
}

export interface PairDistanceOptions {
  /** Scales embeddings to length one first, so that r = 1 - cos. True if left out. */
  normalize?: boolean;
  /** H, negatives of an anchor, from 1 to 2B - 2: both views of every other image. All of them if null or left out. */
  negatives?: number | null;
  /**
   * Where the H negatives of each anchor are drawn from, afresh and without repeats; one of the CPU. Without it they are
   * fixed: the views of the next images of the batch in cyclic order, the other view's first.
   */
  generator?: Generator;
}

/** Which H of the 2B - 2 candidates each of the 2B anchors gets, int64 [2B, H] (H = 1 broadcasts over anchors if fixed). */
function chooseCandidates(batch: number, count: number, generator: Generator | undefined): Tensor {
  const candidates = 2 * batch - 2;
  if (generator === undefined || count === candidates) return torch.arange(count).unsqueeze(0);
  // The first `count` of a random order: distinct, and every set as likely.
  return torch.rand([2 * batch, candidates], { generator }).topk(count, 1)[1];
}

/** Rows of the stacked views [z1; z2] that are negatives of each, int64 [2B, H]. */
function negativeRows(batch: number, count: number, generator: Generator | undefined): Tensor {
  const candidate = chooseCandidates(batch, count, generator);
  const anchor = torch.arange(2 * batch).unsqueeze(1);
  // Candidate k of image i: image i + 1 + (k mod B-1), first of the other view and then of the anchor's own.
  const image = anchor
    .add(candidate.remainder(batch - 1))
    .add(1)
    .remainder(batch);
  const otherView = anchor.lt(batch).logicalXor(candidate.ge(batch - 1));
  return image.add(otherView.mul(batch));
}

/**
 * Half squared distances of all 2B views of a batch to their partner, and to H views of other images
 * (Tian, Yu, Chen, Ganguli 2020). Every view is an anchor: first those of z1, then those of z2.
 *
 * @param z1 [B, D]
 * @param z2 [B, D]
 * @returns positive [2B], negative [2B, H]
 * @throws RangeError when the shapes are not one [B, D], B is 1, or H is not a whole number from 1 to 2B - 2
 */
export function pairDistances(z1: Tensor, z2: Tensor, options: PairDistanceOptions = {}): PairDistances {
  checkPair('pairDistances', ['z1', 'z2'], z1, z2);
  checkSeveral('pairDistances', z1, 'no negatives');
  const batch = z1.shape[0]!;
  const count = options.negatives ?? 2 * batch - 2;
  if (!Number.isInteger(count) || count < 1 || count > 2 * batch - 2) {
    throw new RangeError(
      `pairDistances: ${count} negatives of an anchor, where ${batch} pairs have from 1 to ${2 * batch - 2}`,
    );
  }
  const prepare = (options.normalize ?? true) ? (x: Tensor) => l2Normalize(x) : atLeastFloat32;
  const both = torch.cat([prepare(z1), prepare(z2)]);
  // Distances do not see a shift, but the products that they are computed from lose digits to one.
  const u = both.sub(both.detach().mean([0], true));
  const halfSquares = u.square().sum([-1], true).div(2);
  const distances = halfSquares.add(halfSquares.t()).sub(u.mm(u.t()));
  const positive = u.slice(0, 0, batch).sub(u.slice(0, batch)).square().sum([-1]).div(2);
  const rows = negativeRows(batch, count, options.generator).to({ device: u.device });
  return { positive: torch.cat([positive, positive]), negative: distances.gather(1, rows) };
}
