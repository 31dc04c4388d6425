// What gradient descent does to the weights of a layer, by the theorems: the operator whose product with vec(W_l) is the
// direction of steepest descent -dL/dvec(W_l) of each loss (Tian, Yu, Chen, Ganguli 2020; factors derived and checked by autograd,
// the paper's own normalisation may differ).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkAtLeast } from './check.js';
import { connectionFactors, population } from './connection.js';
import { betweenCore, pairsCore, secondMomentCore, weightedCore, withinCore } from './cores.js';
import { type ContrastiveLoss, negativeWeights } from './losses.js';
import { outputs, type ReluNetwork } from './network.js';
import { ConnectionOperator } from './operator.js';
import type { ByolOptions } from './population-loss.js';
import { type Branches, checkBranches, type Draws, drawDistances, enumerateDraws } from './samples.js';

/** A layer of a network over a population of equally likely points and views. */
export interface LayerOnData {
  network: ReluNetwork;
  /** [N, A, n_0] in float64: A views of N points. */
  data: Tensor;
  /** l, from 1 to L. */
  layer: number;
}

function operator({ network, data, layer }: LayerOnData, core: (points: number, views: number) => Tensor) {
  const parts = torch.scope(() => {
    const { points, views, rows } = population(data);
    return { connections: connectionFactors(network, rows, layer), core: core(points, views) };
  });
  return new ConnectionOperator(parts.connections, parts.core);
}

/** V_x[K̄_l], the covariance operator: of what varies between points and is left after averaging over views. */
export function covarianceOperator(at: LayerOnData): ConnectionOperator {
  return operator(at, (points, views) => betweenCore(points, views));
}

/** Va_l = E_x V_{x'|x}[K_l(x')]: of what varies between the views of a point. */
export function withinViewOperator(at: LayerOnData): ConnectionOperator {
  return operator(at, (points, views) => withinCore(points, views));
}

/** A gradient through both outputs of a distance is twice that through one. */
function factorOf(branches: Branches): number {
  checkBranches(branches);
  return branches === 'both' ? 2 : 1;
}

export interface ContrastiveUpdateOptions {
  /** Attraction beyond what balances repulsion; 0 if left out, which is the simple loss. */
  beta?: number;
  /** Which outputs the gradient flows through: both if left out. */
  branches?: Branches;
}

/** -dL for L = (1 + beta) r+ - r-: 2 (V_x[K̄] - beta Va), or half of it through one branch. */
export function contrastiveUpdate(at: LayerOnData, options: ContrastiveUpdateOptions = {}): ConnectionOperator {
  const { beta = 0, branches = 'both' } = options;
  checkAtLeast('contrastiveUpdate', 'beta', beta, -1);
  return operator(at, (points, views) =>
    betweenCore(points, views).sub(withinCore(points, views), { alpha: beta }).mul(factorOf(branches)),
  );
}

/** -dL for L = E xi(x,x') (r+ - r-): E xi (K̄(x) - K̄(x'))(K̄(x) - K̄(x'))^T, or half of it. @param xi symmetric [N, N] */
export function weightedUpdate(at: LayerOnData, xi: Tensor, branches: Branches = 'both'): ConnectionOperator {
  return operator(at, (points, views) => {
    if (xi.shape[0] !== points) {
      throw new RangeError(
        `weights of pairs of ${points} points are [${points}, ${points}], not [${xi.shape.join(', ')}]`,
      );
    }
    return weightedCore(xi, views).mul(factorOf(branches) / 2);
  });
}

/**
 * -dL for L = 1/2 ||c f(x_1) - sg f(x_2)||^2: c ((1 - c) E[K̄ K̄^T] - c Va), and with outputs of mean zero
 * c ((1 - c) V_x[K̄] - c Va): taking the mean away makes a covariance operator of the second moment. Without a predictor (c = 1) weights
 * only shrink.
 */
export function byolUpdate(at: LayerOnData, { predictor: c, zeroMean }: ByolOptions): ConnectionOperator {
  if (!Number.isFinite(c)) throw new RangeError(`the predictor must be a finite number, not ${c}`);
  return operator(at, (points, views) => {
    const grows = zeroMean ? betweenCore(points, views) : secondMomentCore(points, views);
    return grows.mul(c * (1 - c)).sub(withinCore(points, views), { alpha: c * c });
  });
}

/** The direction of a loss of the family in two parts. */
export interface PerDrawUpdate {
  /** All of it. */
  total: ConnectionOperator;
  /** E xi (K̄(x) - K̄(x'))(K̄(x) - K̄(x'))^T, xi being the mean of b_k over the draws of a pair of points, in either order. */
  covariance: ConnectionOperator;
  /** total - covariance: of b_k that depend on which views were drawn. It goes to zero with the variance of views. */
  residue: ConnectionOperator;
  /** xi, [N, N]: where `covariance` has its weights from. */
  pairWeights: Tensor;
}

/**
 * -dL of any loss of the family with H negatives, draw by draw:
 * E sum_k b_k [ (K_1 - K_k)(K_1 - K_k)^T - (K_1 - K_+)(K_1 - K_+)^T ].
 *
 * @throws RangeError for a population with more than four million draws
 */
export function perDrawUpdate(at: LayerOnData, loss: ContrastiveLoss, negatives = 1): PerDrawUpdate {
  const { connections, total, covariance, residue, pairWeights } = torch.noGrad(() =>
    torch.scope(() => {
      const { points, views, rows } = population(at.data);
      const draws = enumerateDraws(points, views, negatives);
      const weights = negativeWeights(loss, drawDistances(outputs(at.network, rows), draws));
      const pairWeights = meanPairWeights(draws, weights);
      const total = pairsCore(drawEdges(draws, weights));
      const covariance = weightedCore(pairWeights, views);
      const connections = connectionFactors(at.network, rows, at.layer);
      return { connections, total, covariance, residue: total.sub(covariance), pairWeights };
    }),
  );
  return {
    total: new ConnectionOperator(connections, total),
    covariance: new ConnectionOperator(connections, covariance),
    residue: new ConnectionOperator(connections, residue),
    pairWeights,
  };
}

/** By how much each pair of views is pushed apart (and, negative, pulled together), [N A, N A]. */
function drawEdges({ points, views, anchor, positive, negatives }: Draws, weights: Tensor): Tensor {
  const rows = points * views;
  const share = weights.div(anchor.shape[0]!);
  const edges = torch.zeros([rows * rows], { dtype: 'float64' });
  const from = anchor.mul(rows);
  edges.indexAdd_(0, from.unsqueeze(1).add(negatives).flatten(), share.flatten());
  edges.indexAdd_(0, from.add(positive), share.sum([1]).neg());
  return edges.reshape([rows, rows]);
}

/** xi(x,x'): the sum over k of the mean of b_k where the anchor is a view of x and negative k one of x', in either order. */
function meanPairWeights({ points, views, anchor, negatives }: Draws, weights: Tensor): Tensor {
  const pointOf = (rows: Tensor): Tensor => rows.div(views, { roundingMode: 'floor' }).to({ dtype: 'int64' });
  const pairs = pointOf(anchor).mul(points).unsqueeze(1).add(pointOf(negatives)).flatten();
  const sums = torch.zeros([points * points], { dtype: 'float64' }).indexAdd_(0, pairs, weights.flatten());
  const mean = sums.reshape([points, points]).div(anchor.shape[0]! / (points * points));
  return mean.add(mean.t()).div(2);
}
