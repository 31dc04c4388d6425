// Sizes and shapes of the squares of the Square attack (Andriushchenko et al. 2020): the schedule of section 4 and the windows
// of equation 2.
import type { Ball } from '../common/ball.js';

/** Queries, of 10000, after which the share of pixels is halved. */
const halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/**
 * Share of pixels that the square of a query covers; the published schedule, stretched to the number of queries.
 *
 * @param query from 0
 */
export function squareShare(query: number, queries: number, initialShare: number): number {
  const scaled = Math.floor((query / queries) * 10_000);
  return initialShare / 2 ** halvings.filter((limit) => scaled > limit).length;
}

/** Side of the square, in pixels: for L2 odd and at least 3; never more than the image has. */
export function squareSide(share: number, height: number, width: number, norm: Ball['norm']): number {
  const side = Math.round(Math.sqrt(share * height * width));
  const most = Math.min(height, width);
  if (norm === 'linf') return Math.min(Math.max(side, 1), most);
  const odd = Math.max(side, 3) | 1;
  return odd <= most ? odd : most - 1 + (most % 2);
}

const unit = (values: readonly number[]): number[] => {
  const length = Math.hypot(...values);
  return values.map((value) => (length > 0 ? value / length : 0));
};

/** Concentric rectangles that grow fainter outwards, of length one: eta^(h1, h2) of the paper, row by row. */
function pyramid(height: number, width: number): number[] {
  const [middle, centre] = [Math.floor(height / 2), Math.floor(width / 2)];
  const rings = Math.max(middle, centre) + 1;
  // Ring k has 1 / (k + 1)^2, and everything inside it too.
  const sums = Array.from({ length: rings }, (_, k) => 1 / (k + 1) ** 2);
  for (let k = rings - 2; k >= 0; k--) sums[k]! += sums[k + 1]!;
  const at = (row: number, column: number) => sums[Math.max(Math.abs(row - middle), Math.abs(column - centre))]!;
  return unit(Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width)));
}

/** The window of side s, of length one, row by row: a pyramid in the upper half, a negative one in the lower. */
export function pyramids(side: number): number[] {
  const upper = Math.floor(side / 2);
  return unit([...pyramid(upper, side), ...pyramid(side - upper, side).map((value) => -value)]);
}
