// What the objectives that decorrelate dimensions share: centred columns and squares off the diagonal.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Columns of mean zero, [B, D] to [B, D]. */
export function center(x: Tensor): Tensor {
  return x.sub(x.mean([0], true));
}

/** The sum of squares of a square matrix off its diagonal, a scalar. */
export function offDiagonalSquares(matrix: Tensor): Tensor {
  // Masked rather than the diagonal's squares subtracted from all: near the optimum the diagonal is by far the larger part.
  const diagonal = torch.eye(matrix.shape[0]!, { dtype: 'bool', device: matrix.device });
  return matrix.maskedFill(diagonal, 0).square().sum();
}
