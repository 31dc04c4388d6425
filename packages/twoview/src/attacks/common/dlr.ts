// Difference-of-logits-ratio losses of Croce & Hein 2020 (arXiv 2003.01690): as `margin`, but the same for o and for c o + d, so
// that a network gains nothing by scaling its logits. One value an image.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Keeps the ratio finite where the logits in the denominator are equal. */
const tiny = 1e-12;

/** The `count` greatest logits in falling order, [B, count], and their classes. */
function greatest(where: string, logits: Tensor, count: number): [Tensor, Tensor] {
  const classes = logits.shape[1] ?? 0;
  if (classes < count) {
    throw new RangeError(
      `${where}: the loss divides by a difference of the ${count} greatest logits and needs ${count} classes, not ${classes}; use crossEntropy or margin`,
    );
  }
  return logits.topk(count, 1) as [Tensor, Tensor];
}

const at = (logits: Tensor, classes: Tensor) => logits.gather(1, classes.unsqueeze(1)).squeeze(1);

/**
 * -(o_y - max_{k != y} o_k) / (o_(1) - o_(3)), where o_(1) >= o_(2) >= ... are the logits in order: from -1 to 0 where the image
 * is classified correctly, else above. DLR of the paper.
 *
 * @param logits [B, K], K of at least 3
 * @param labels int64 [B]
 * @returns [B]
 * @throws RangeError with fewer than 3 classes
 */
export function dlr(logits: Tensor, labels: Tensor): Tensor {
  const [sorted, classes] = greatest('dlr', logits, 3);
  const isFirst = classes.select(1, 0).eq(labels);
  const other = torch.where(isFirst, sorted.select(1, 1), sorted.select(1, 0));
  return other.sub(at(logits, labels)).div(sorted.select(1, 0).sub(sorted.select(1, 2)).add(tiny));
}

/**
 * -(o_y - o_t) / (o_(1) - (o_(3) + o_(4)) / 2): rises until class t stands above the true one. Targeted DLR of the paper.
 *
 * @param logits [B, K], K of at least 4
 * @param labels int64 [B]
 * @param targets int64 [B], the class t of each image
 * @returns [B]
 * @throws RangeError with fewer than 4 classes
 */
export function targetedDlr(logits: Tensor, labels: Tensor, targets: Tensor): Tensor {
  const [sorted] = greatest('targetedDlr', logits, 4);
  const lower = sorted.select(1, 2).add(sorted.select(1, 3)).mul(0.5);
  return at(logits, targets).sub(at(logits, labels)).div(sorted.select(1, 0).sub(lower).add(tiny));
}
