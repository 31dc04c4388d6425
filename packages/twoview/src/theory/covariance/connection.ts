// The connection of a layer, K_l(x) = J_l(x)^T (x) f_{l-1}(x): how each weight moves the output. It is the Jacobian of the
// output in vec(W_l), and f_L(x) = K_l(x)^T vec(W_l) for every layer at once (Tian et al. 2020, definition of the connection).
import type { Tensor } from '@twoview/torch';
import { forwardPass, jacobians, type ReluNetwork } from './network.js';

/** Connections of R inputs by their two factors, which are far smaller than their product. */
export interface Connections {
  /** J_l, `[R, n_L, n_l]`. */
  readonly jacobians: Tensor;
  /** f_{l-1}, `[R, n_{l-1}]`. */
  readonly inputs: Tensor;
}

/**
 * The connections of R inputs at a layer, without gradient.
 *
 * @param x [R, n_0]
 * @param layer from 1 to L
 * @throws RangeError on shapes that do not fit, values that are not finite, or a layer that is not there
 */
export function connectionFactors(network: ReluNetwork, x: Tensor, layer: number): Connections {
  const pass = forwardPass(network, x);
  return { jacobians: jacobians(network, pass, layer).detach(), inputs: pass.inputs[layer - 1]!.detach() };
}

/** The matrices K themselves, `[R, n_l n_{l-1}, n_L]`; row (c, a) belongs to the weight from unit a to unit c. */
export function connectionMatrices({ jacobians, inputs }: Connections): Tensor {
  const [count, outs, rows] = jacobians.shape as [number, number, number];
  const columns = inputs.shape[1]!;
  const product = jacobians
    .transpose(1, 2)
    .unsqueeze(2)
    .mul(inputs.reshape([count, 1, columns, 1]));
  return product.reshape([count, rows * columns, outs]);
}

/**
 * K_l(x) of R inputs, `[R, n_l n_{l-1}, n_L]`. For inspection: operators never need it.
 *
 * @param x [R, n_0]
 */
export function connection(network: ReluNetwork, x: Tensor, layer: number): Tensor {
  return connectionMatrices(connectionFactors(network, x, layer));
}

/**
 * The connection averaged over the augmented views of each data point, E_{x'|x} K_l(x').
 *
 * @param data [N, A, n_0]: A equally likely views of N data points
 * @returns [N, n_l n_{l-1}, n_L]
 */
export function averagedConnection(network: ReluNetwork, data: Tensor, layer: number): Tensor {
  const { points, views, rows } = population(data);
  const { jacobians, inputs } = connectionFactors(network, rows, layer);
  const [, outs, units] = jacobians.shape as [number, number, number];
  const columns = inputs.shape[1]!;
  // [N, n_L n_l, A] times [N, A, n_{l-1}], so that no view's own matrix is made.
  const byView = jacobians.reshape([points, views, outs * units]).transpose(1, 2);
  const mean = byView.matmul(inputs.reshape([points, views, columns])).div(views);
  return mean
    .reshape([points, outs, units, columns])
    .permute([0, 2, 3, 1])
    .reshape([points, units * columns, outs]);
}

/** A finite population of data points with equally likely views, as one list of inputs. */
export interface Population {
  /** N. */
  points: number;
  /** A. */
  views: number;
  /** [N A, n_0], a point's views one after the other. */
  rows: Tensor;
}

/** @throws RangeError unless `data` is [N, A, n_0] and not empty */
export function population(data: Tensor): Population {
  const [points, views, width] = data.shape;
  if (data.ndim !== 3 || !points || !views || !width) {
    throw new RangeError(`a population is [points, views, n_0] and not empty, not [${data.shape.join(', ')}]`);
  }
  return { points, views, rows: data.reshape([points * views, width]) };
}
