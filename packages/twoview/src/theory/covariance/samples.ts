// Every draw of a finite population written out: an anchor, its positive, its negatives. So expectations are plain means, and
// a derivative of them can be taken by autograd.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { PairDistances } from '../../objectives/index.js';

/** Rows of a population `[N A, ...]`, draw by draw; int64. */
export interface Draws {
  /** N. */
  points: number;
  /** A. */
  views: number;
  /** x_1, `[T]`. */
  anchor: Tensor;
  /** x_+, another draw of a view of the same point, `[T]`. */
  positive: Tensor;
  /** x_1 to x_H, views of points that are drawn anew, the anchor's among them: `[T, H]`. */
  negatives: Tensor;
}

/** Draws beyond which a population is not written out. */
const mostDraws = 4_000_000;

/**
 * All N A^2 (N A)^H equally likely draws of (x_1, x_+, x_1 ... x_H).
 * @throws RangeError for more than four million of them
 */
export function enumerateDraws(points: number, views: number, negatives = 1): Draws {
  for (const [name, value] of Object.entries({ points, views, negatives })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`draws need a whole number of ${name} from 1, not ${value}`);
    }
  }
  const rows = points * views;
  const count = rows * views * rows ** negatives;
  if (count > mostDraws) {
    throw new RangeError(
      `${points} points of ${views} views with ${negatives} negatives have ${count} draws, more than ${mostDraws}: use fewer`,
    );
  }
  // Digits of the draw's number: the last negative changes fastest.
  const number = torch.arange(count);
  const digit = (unit: number, base: number): Tensor =>
    number.div(unit, { roundingMode: 'floor' }).remainder(base).to({ dtype: 'int64' });
  const anchor = digit(views * rows ** negatives, rows);
  const point = anchor.div(views, { roundingMode: 'floor' }).to({ dtype: 'int64' });
  const positive = point.mul(views).add(digit(rows ** negatives, views));
  const each = Array.from({ length: negatives }, (_, k) => digit(rows ** (negatives - 1 - k), rows));
  return { points, views, anchor, positive, negatives: torch.stack(each, 1) };
}

/** Which of the two outputs of a distance the gradient flows through: both, or the anchor's alone. */
export type Branches = 'both' | 'anchor';

/** @throws RangeError for any other word */
export function checkBranches(branches: Branches): void {
  if (branches !== 'both' && branches !== 'anchor')
    throw new RangeError(`branches must be both or anchor, not ${String(branches)}`);
}

/**
 * Half squared distances r+ [T] and r_k [T, H] of all draws.
 *
 * @param outputs [N A, D]
 */
export function drawDistances(outputs: Tensor, draws: Draws, branches: Branches = 'both'): PairDistances {
  const rows = draws.points * draws.views;
  if (outputs.ndim !== 2 || outputs.shape[0] !== rows) {
    throw new RangeError(`outputs of this population are [${rows}, D], not [${outputs.shape.join(', ')}]`);
  }
  checkBranches(branches);
  const other = branches === 'both' ? outputs : outputs.detach();
  const anchor = outputs.indexSelect(0, draws.anchor);
  const halfSquare = (difference: Tensor): Tensor => difference.square().sum([-1]).div(2);
  const [count, negatives] = draws.negatives.shape as [number, number];
  const far = other.indexSelect(0, draws.negatives.flatten()).reshape([count, negatives, -1]);
  return {
    positive: halfSquare(anchor.sub(other.indexSelect(0, draws.positive))),
    negative: halfSquare(anchor.unsqueeze(1).sub(far)),
  };
}
