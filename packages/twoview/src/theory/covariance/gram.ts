// Trace, norm and spectrum of an operator sum_{r,s} M_rs K_r K_s^T by inner products of its columns alone: a layer of millions
// of weights costs no more than its few columns. A Gram matrix here is [R m, R m]: m columns of each of R connections.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Connections } from './connection.js';

/** Below this share of the largest, an eigenvalue of a core or of a Gram matrix is rounding. */
const rounding = 1e-13;

function columnsOf(gram: Tensor, core: Tensor): { rows: number; columns: number } {
  const rows = core.shape[0]!;
  const columns = gram.shape[0]! / rows;
  if (gram.ndim !== 2 || gram.shape[0] !== gram.shape[1] || core.shape[1] !== rows || !Number.isInteger(columns)) {
    throw new RangeError(
      `a Gram matrix [R m, R m] and a core [R, R] go together, not [${gram.shape.join(', ')}] and [${core.shape.join(', ')}]`,
    );
  }
  if (gram.dtype !== 'float64')
    throw new RangeError(`a Gram matrix of connections must be float64, not ${gram.dtype}: convert it with double()`);
  return { rows, columns };
}

/** Inner products of the columns of all connections, K_r^T K_s = J_r J_s^T (f_r . f_s), without making one: `[R n_L, R n_L]`. */
export function connectionGram({ jacobians, inputs }: Connections): Tensor {
  const [rows, outs, units] = jacobians.shape as [number, number, number];
  const flat = jacobians.reshape([rows * outs, units]);
  const products = flat.matmul(flat.t()).reshape([rows, outs, rows, outs]);
  return products.mul(inputs.matmul(inputs.t()).reshape([rows, 1, rows, 1])).reshape([rows * outs, rows * outs]);
}

/** The trace of sum_{r,s} M_rs K_r K_s^T. */
export function gramTrace(gram: Tensor, core: Tensor): number {
  const { rows, columns } = columnsOf(gram, core);
  const own = gram.reshape([rows, columns, rows, columns]).diagonal({ dim1: 1, dim2: 3 }).sum([-1]);
  return own.mul(core).sum().item();
}

/** The Frobenius norm of sum_{r,s} M_rs K_r K_s^T. */
export function gramNorm(gram: Tensor, core: Tensor): number {
  const { rows, columns } = columnsOf(gram, core);
  const size = rows * columns;
  const product = core.matmul(gram.reshape([rows, columns * size])).reshape([size, size]);
  return Math.sqrt(Math.max(product.mul(product.t()).sum().item(), 0));
}

/**
 * Eigenvalues of sum_{r,s} M_rs K_r K_s^T, all that can differ from zero: rank(M) times m of them, descending; negative ones too
 * where the core is not positive semi-definite.
 */
export function gramEigenvalues(gram: Tensor, core: Tensor): Float64Array {
  return torch.scope(() => {
    const { rows, columns } = columnsOf(gram, core);
    if (gram.isfinite().all().item() === 0) throw new RangeError('a Gram matrix holds a value that is not finite');
    const [values, vectors] = core.linalgEigh();
    const floor = values.abs().max().item() * rounding * rows;
    const kept = values.abs().gt(floor).nonzero().flatten();
    const rank = kept.shape[0]!;
    if (rank === 0) return new Float64Array(0);
    const chosen = values.indexSelect(0, kept);
    // M = U diag(signs) U^T, so that the operator is (K U) diag(signs) (K U)^T: turn the Gram matrix by U on both sides.
    const roots = vectors.indexSelect(1, kept).mul(chosen.abs().sqrt()).t();
    const size = rank * columns;
    const left = roots.matmul(gram.reshape([rows, -1])).reshape([size, rows, columns]);
    const turned = roots.matmul(left).reshape([size, size]);
    const signs = chosen.sign().repeatInterleave(columns);
    const symmetric = signs.min().item() > 0 ? turned : signedSquare(turned, signs);
    return (torch.linalgEigvalsh(symmetric).data() as Float64Array).reverse();
  });
}

/** Q^1/2 S Q^1/2, which has the eigenvalues of B S B^T where Q = B^T B. */
function signedSquare(gram: Tensor, signs: Tensor): Tensor {
  const [values, vectors] = gram.linalgEigh();
  const root = vectors.mul(values.clampMin(0).sqrt()).matmul(vectors.t());
  return root.mul(signs).matmul(root);
}
