// The losses of the theorems on finite populations, as functions of the outputs of all views: what autograd differentiates
// where the theorems give the derivative in closed form.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { PairDistances } from '../../objectives/index.js';
import { population } from './connection.js';
import { outputs, type ReluNetwork } from './network.js';
import { type Branches, type Draws, drawDistances } from './samples.js';

/** A loss of the outputs `[N A, n_L]` of a population. */
export type PopulationLoss = (outputs: Tensor) => Tensor;

/** E of any loss of distances, over all draws. */
export function contrastivePopulationLoss(
  lossOf: (r: PairDistances) => Tensor,
  draws: Draws,
  branches: Branches = 'both',
): PopulationLoss {
  return (f) => lossOf(drawDistances(f, draws, branches));
}

/**
 * L_xi = E xi(x,x') (r+ - r-), xi being constants.
 *
 * @param xi [N, N]
 * @param draws with one negative
 * @throws RangeError on other shapes
 */
export function weightedPopulationLoss(xi: Tensor, draws: Draws, branches: Branches = 'both'): PopulationLoss {
  const { points, views } = draws;
  if (xi.shape.join() !== `${points},${points}` || draws.negatives.shape[1] !== 1) {
    throw new RangeError(
      `weights of pairs of ${points} points are [${points}, ${points}] and go with one negative, not [${xi.shape.join(', ')}] and ${draws.negatives.shape[1]}`,
    );
  }
  const pointOf = (rows: Tensor): Tensor => rows.div(views, { roundingMode: 'floor' }).to({ dtype: 'int64' });
  const pair = pointOf(draws.anchor).mul(points).add(pointOf(draws.negatives.flatten()));
  const weights = xi.flatten().indexSelect(0, pair);
  return (f) => {
    const { positive, negative } = drawDistances(f, draws, branches);
    return weights.mul(positive.sub(negative.flatten())).mean();
  };
}

export interface ByolOptions {
  /** c, a predictor that is one number. */
  predictor: number;
  /** Subtracts the mean over the population from the outputs of both branches, with gradient through the mean. */
  zeroMean: boolean;
}

/**
 * E 1/2 ||c f(x_1) - sg f(x_2)||^2 over two views of a point, the target having the same weights and no gradient.
 *
 * @param draws of the population; its negatives are of no matter
 */
export function byolPopulationLoss(draws: Draws, { predictor, zeroMean }: ByolOptions): PopulationLoss {
  if (!Number.isFinite(predictor)) throw new RangeError(`the predictor must be a finite number, not ${predictor}`);
  return (f) => {
    const centred = zeroMean ? f.sub(f.mean([0], true)) : f;
    const online = centred.indexSelect(0, draws.anchor).mul(predictor);
    const target = centred.detach().indexSelect(0, draws.positive);
    return online.sub(target).square().sum([-1]).mean().div(2);
  };
}

/**
 * -dL/dW_l of every layer by autograd, l from 1 to L.
 *
 * @param data [N, A, n_0]
 */
export function steepestDescent(network: ReluNetwork, data: Tensor, loss: PopulationLoss): Tensor[] {
  return torch.enableGrad(() =>
    torch.scope(() => {
      const weights = network.weights.map((weight) => weight.detach().clone().requiresGrad_());
      const value = loss(outputs({ weights }, population(data).rows));
      return torch.grad(value, weights).map((gradient) => gradient.neg());
    }),
  );
}
