// Matrices of embeddings, walked in chunks of rows so that no copy of all of them is made.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Rows that are converted to float64 at a time. */
const ROWS = 8192;

/** Throws a RangeError unless `z` is a matrix [N, D] with at least one element. */
export function checkEmbeddings(where: string, z: Tensor): void {
  if (z.ndim !== 2 || z.numel === 0) {
    throw new RangeError(`${where}: embeddings must be a matrix [N, D], not of shape [${z.shape.join(', ')}]`);
  }
}

/** Calls `visit` with rows `start` up to `start + rows` of `z`, chunk after chunk; each chunk's tensors are freed. */
export function forEachChunk(z: Tensor, rows: number, visit: (chunk: Tensor, start: number) => void): void {
  const total = z.shape[0]!;
  for (let start = 0; start < total; start += rows) {
    torch.scope(() => visit(z.narrow(0, start, Math.min(rows, total - start)), start));
  }
}

/** The mean row [1, D] in float64, on `z`'s device. */
export function meanRow(z: Tensor): Tensor {
  return torch.scope(() => {
    const sum = torch.zeros([1, z.shape[1]!], { dtype: 'float64', device: z.device });
    forEachChunk(z, ROWS, (chunk) => sum.add_(chunk.detach().double().sum([0], true)));
    return sum.div(z.shape[0]!);
  });
}

/** Mean and standard deviation (the population's) of every dimension, [1, D] in float64, on `z`'s device. */
export function columnMoments(z: Tensor): { mean: Tensor; std: Tensor } {
  return torch.scope(() => {
    const mean = meanRow(z);
    const squares = torch.zeros([1, z.shape[1]!], { dtype: 'float64', device: z.device });
    forEachChunk(z, ROWS, (chunk) => squares.add_(chunk.detach().double().sub(mean).square().sum([0], true)));
    return { mean, std: squares.div(z.shape[0]!).sqrt() };
  });
}

/**
 * Second moments of the rows in float64, on the CPU.
 *
 * @param z [N, D]
 * @param center what is taken off every row first, [1, D]; nothing if left out
 * @returns [D, D]: the mean over rows of z z^T
 */
export function secondMoment(z: Tensor, center?: Tensor): Tensor {
  return torch.scope(() => {
    const [count, dimension] = [z.shape[0]!, z.shape[1]!];
    const sum = torch.zeros([dimension, dimension], { dtype: 'float64', device: z.device });
    forEachChunk(z, ROWS, (chunk) => {
      const wide = chunk.detach().double();
      const rows = center ? wide.sub(center) : wide;
      sum.add_(rows.t().mm(rows));
    });
    return sum.div(count).to({ device: 'cpu' });
  });
}

/** The inner products of few rows, [N, N] / N in float64 on the CPU: the eigenvalues of `secondMoment` but for zeros. */
export function gram(z: Tensor, center?: Tensor): Tensor {
  return torch.scope(() => {
    const wide = z.detach().double();
    const rows = center ? wide.sub(center) : wide;
    return rows.mm(rows.t()).div(z.shape[0]!).to({ device: 'cpu' });
  });
}
