// A ReLU network without biases, as plain weights: forward with gates, and the Jacobian from each layer to the output
// (Tian, Yu, Chen, Ganguli 2020, section 2). Linear at the top.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** f_l = ReLU(W_l f_{l-1}) for l < L, and f_L = W_L f_{L-1}. */
export interface ReluNetwork {
  /** W_1 to W_L, `[n_l, n_{l-1}]` each. */
  readonly weights: readonly Tensor[];
}

export interface ReluNetworkOptions {
  /** n_0 to n_L, from the input's width to the output's. */
  sizes: readonly number[];
  /** Draws the weights, uniform within 1 / sqrt(n_{l-1}). */
  generator: Generator;
}

/** What a forward pass leaves behind, for R inputs. */
export interface ForwardPass {
  /** f_0 to f_{L-1}, `[R, n_l]`: what each layer's weights are applied to. */
  readonly inputs: readonly Tensor[];
  /** 1 where h_l > 0 and 0 elsewhere, for l from 1 to L-1, `[R, n_l]`. */
  readonly gates: readonly Tensor[];
  /** f_L, `[R, n_L]`. */
  readonly output: Tensor;
}

/** @throws RangeError unless there are two sizes or more, all whole numbers from 1 */
export function createReluNetwork({ sizes, generator }: ReluNetworkOptions): ReluNetwork {
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new RangeError(`a ReLU network needs an input and an output size, whole numbers from 1, not [${sizes}]`);
  }
  const weights = sizes.slice(1).map((rows, i) => {
    const columns = sizes[i]!;
    return torch.rand([rows, columns], { generator, dtype: 'float64' }).mul(2).sub(1).div(Math.sqrt(columns));
  });
  return { weights };
}

/** @throws RangeError unless the weights are finite float64 matrices that fit each other */
export function checkNetwork({ weights }: ReluNetwork): void {
  if (weights.length === 0) throw new RangeError('a ReLU network needs at least one matrix of weights');
  weights.forEach((weight, i) => {
    if (weight.ndim !== 2 || weight.shape.includes(0)) {
      throw new RangeError(`W_${i + 1} must be a matrix [n_l, n_{l-1}], not [${weight.shape.join(', ')}]`);
    }
    const below = weights[i - 1];
    if (below && below.shape[0] !== weight.shape[1]) {
      throw new RangeError(`W_${i + 1} takes ${weight.shape[1]} units, and W_${i} gives ${below.shape[0]}`);
    }
    checkValues(`W_${i + 1}`, weight);
  });
}

/** Closed forms are held against autograd at 1e-12 and less, which float32 does not give. */
function checkValues(what: string, x: Tensor): void {
  if (x.dtype !== 'float64') throw new RangeError(`${what} must be float64, not ${x.dtype}: convert it with double()`);
  if (!x.isfinite().all().item()) throw new RangeError(`${what} has a value that is not finite`);
}

/** @throws RangeError unless `layer` is a whole number from 1 to L */
export function checkLayer({ weights }: ReluNetwork, layer: number): void {
  if (Number.isInteger(layer) && layer >= 1 && layer <= weights.length) return;
  throw new RangeError(`there is no layer ${layer}: layers are numbered from 1 to ${weights.length}`);
}

function checkInput({ weights }: ReluNetwork, x: Tensor): void {
  const width = weights[0]!.shape[1];
  if (x.ndim !== 2 || x.shape[0] === 0 || x.shape[1] !== width) {
    throw new RangeError(`the network takes inputs [R, ${width}], not [${x.shape.join(', ')}]`);
  }
  checkValues('the input of the network', x);
}

/**
 * The pass of R inputs. Gradient flows to weights that ask for it, gates being constants.
 *
 * @param x [R, n_0] in float64
 * @throws RangeError on shapes or a precision that do not fit, and on values that are not finite
 */
export function forwardPass(network: ReluNetwork, x: Tensor): ForwardPass {
  checkNetwork(network);
  checkInput(network, x);
  const inputs = [x];
  const gates: Tensor[] = [];
  const last = network.weights.length - 1;
  for (const weight of network.weights.slice(0, last)) {
    const h = inputs[inputs.length - 1]!.matmul(weight.t());
    gates.push(h.detach().gt(0).to({ dtype: h.dtype }));
    inputs.push(h.relu());
  }
  return { inputs, gates, output: inputs[last]!.matmul(network.weights[last]!.t()) };
}

/** f_L of R inputs, `[R, n_L]`. */
export const outputs = (network: ReluNetwork, x: Tensor): Tensor => forwardPass(network, x).output;

/**
 * J_l = d f_L / d h_l = W_L G_{L-1} W_{L-1} ... W_{l+1} G_l of every input of a pass.
 *
 * @param layer l, from 1 to L; at L it is the identity
 * @returns [R, n_L, n_l]
 * @throws RangeError if there is no such layer
 */
export function jacobians(network: ReluNetwork, { gates, output }: ForwardPass, layer: number): Tensor {
  checkLayer(network, layer);
  const [count, width] = [output.shape[0]!, output.shape[1]!];
  let jacobian = torch.eye(width, { dtype: output.dtype, device: output.device }).expand([count, width, width]);
  for (let l = network.weights.length; l > layer; l--) {
    jacobian = jacobian.matmul(network.weights[l - 1]!).mul(gates[l - 2]!.unsqueeze(1));
  }
  return jacobian;
}
