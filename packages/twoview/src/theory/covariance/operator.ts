// An operator on the weights of a layer, sum_{r,s} M_rs K(x_r) K(x_s)^T, held by its factors: it is applied, traced and
// decomposed without the [n_l n_{l-1}, n_l n_{l-1}] matrix that it is.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Connections, connectionMatrices } from './connection.js';
import { connectionGram, gramEigenvalues, gramNorm, gramTrace } from './gram.js';

/** Weights beyond which the whole matrix is not made: 8192^2 numbers are half a gigabyte. */
const mostDenseWeights = 8192;

export class ConnectionOperator {
  /**
   * @param connections of R inputs
   * @param core M, symmetric [R, R]
   * @throws RangeError if they do not fit
   */
  constructor(
    readonly connections: Connections,
    readonly core: Tensor,
  ) {
    const rows = connections.inputs.shape[0];
    if (core.ndim !== 2 || core.shape[0] !== rows || core.shape[1] !== rows) {
      throw new RangeError(`${rows} connections take a core [${rows}, ${rows}], not [${core.shape.join(', ')}]`);
    }
  }

  /** [n_l, n_{l-1}], the weights that it acts on. */
  get shape(): [number, number] {
    return [this.connections.jacobians.shape[2]!, this.connections.inputs.shape[1]!];
  }

  /**
   * The operator times vec(W): about 4 R n_l n_{l-1} multiplications and no matrix of its own.
   *
   * @param weight [n_l, n_{l-1}]
   * @returns [n_l, n_{l-1}]
   * @throws RangeError on another shape
   */
  apply(weight: Tensor): Tensor {
    const { jacobians, inputs } = this.connections;
    if (weight.shape.join() !== this.shape.join()) {
      throw new RangeError(`the operator acts on [${this.shape.join(', ')}], not [${weight.shape.join(', ')}]`);
    }
    // K_r^T vec(W) = J_r W f_r, [R, n_L]
    const through = jacobians.matmul(inputs.matmul(weight.t()).unsqueeze(-1)).squeeze(-1);
    const mixed = this.core.matmul(through);
    // sum_r J_r^T y_r f_r^T
    const back = mixed.unsqueeze(1).matmul(jacobians).squeeze(1);
    return back.t().matmul(inputs);
  }

  /** vec(W)^T operator vec(W): the rate at which ||W||^2 / 2 grows along the operator. */
  quadraticForm(weight: Tensor): number {
    return torch.scope(() => this.apply(weight).mul(weight).sum().item());
  }

  trace(): number {
    return torch.scope(() => gramTrace(connectionGram(this.connections), this.core));
  }

  /** The Frobenius norm. */
  norm(): number {
    return torch.scope(() => gramNorm(connectionGram(this.connections), this.core));
  }

  /** All eigenvalues that can differ from zero, descending: at most n_l n_{l-1} of them. */
  eigenvalues(): Float64Array {
    return torch.scope(() => {
      const { jacobians } = this.connections;
      const weights = this.shape[0] * this.shape[1];
      if (weights <= jacobians.shape[0]! * jacobians.shape[1]!) {
        return (torch.linalgEigvalsh(this.dense()).data() as Float64Array).reverse();
      }
      return gramEigenvalues(connectionGram(this.connections), this.core);
    });
  }

  /**
   * The matrix, [n_l n_{l-1}, n_l n_{l-1}].
   * @throws RangeError for a layer of more than 8192 weights
   */
  dense(): Tensor {
    const size = this.shape[0] * this.shape[1];
    if (size > mostDenseWeights) {
      throw new RangeError(
        `the operator of ${size} weights is too large to write out (at most ${mostDenseWeights}); use apply, norm or eigenvalues`,
      );
    }
    return torch.scope(() => {
      const matrices = connectionMatrices(this.connections);
      const [rows, , outs] = matrices.shape as [number, number, number];
      const mixed = this.core.matmul(matrices.reshape([rows, size * outs])).reshape([rows, size, outs]);
      const flat = (x: Tensor): Tensor => x.permute([1, 0, 2]).reshape([size, rows * outs]);
      return flat(matrices).matmul(flat(mixed).t());
    });
  }
}
