// The loss of the linear model over all data, by moments: for autograd, beside the flow that is written out.
import type { Tensor } from '@twoview/torch';

export interface PopulationLossInput {
  /** W [n2, n1] */
  w: Tensor;
  /** Wp [n2, n2] */
  wp: Tensor;
  /** Wa [n2, n1]: detached for a stopped gradient, W itself for none. */
  wa: Tensor;
  /** X [n1, n1] */
  x: Tensor;
  /** X' [n1, n1] */
  xPrime: Tensor;
}

/**
 * J = E || Wp W x1 - Wa x2 ||^2 / 2
 *   = tr[ Wp W (X + X') W^T Wp^T - 2 Wp W X Wa^T + Wa (X + X') Wa^T ] / 2
 * of two views x1, x2 of one image (eq. 1), a scalar.
 *
 * @throws RangeError when shapes do not fit together
 */
export function populationLoss({ w, wp, wa, x, xPrime }: PopulationLossInput): Tensor {
  const [n2, n1] = [w.shape[0], w.shape[1]];
  const expected: [string, Tensor, (number | undefined)[]][] = [
    ['wp', wp, [n2, n2]],
    ['wa', wa, [n2, n1]],
    ['x', x, [n1, n1]],
    ['xPrime', xPrime, [n1, n1]],
  ];
  if (w.ndim !== 2) throw new RangeError(`populationLoss: w must be a matrix, not [${w.shape.join(', ')}]`);
  for (const [name, tensor, shape] of expected)
    if (tensor.ndim !== 2 || tensor.shape.some((size, i) => size !== shape[i]))
      throw new RangeError(`populationLoss: ${name} must be [${shape.join(', ')}], not [${tensor.shape.join(', ')}]`);
  const views = x.add(xPrime);
  const online = wp.matmul(w);
  const trace = (a: Tensor, moment: Tensor, b: Tensor): Tensor => a.matmul(moment).mul(b).sum();
  return trace(online, views, online)
    .sub(trace(online, x, wa).mul(2))
    .add(trace(wa, views, wa))
    .mul(0.5);
}
