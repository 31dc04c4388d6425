// Losses of the distances r+ to the positive and r_k to negatives, all of which gain as much from r_k as they lose from r+:
// simple contrastive, soft triplet, InfoNCE, and the one whose gradient is the covariance operator's alone
// (Tian, Yu, Chen, Ganguli, "Understanding Self-supervised Learning with Dual Deep Networks", 2020).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkAtLeast, checkTemperature } from './embeddings.js';
import { type PairDistanceOptions, type PairDistances, pairDistances } from './pair-distances.js';

export interface BetaOptions {
  /**
   * Attraction beyond what balances repulsion: adds beta times the weight of r+. At least -1; 0 if left out. Above 0, features
   * that vary between views are suppressed.
   */
  beta?: number;
}

export interface TemperatureBetaOptions extends BetaOptions {
  /** tau, what distances are divided by. */
  temperature: number;
}

export interface TemperatureMarginOptions {
  /** tau, what differences of distances are divided by: how soft the hinge is. */
  temperature: number;
  /** r0, by how much negatives are to be farther than the positive; 0 if left out. */
  margin?: number;
}

export interface SimpleContrastiveOptions extends BetaOptions, PairDistanceOptions {}
export interface SoftTripletOptions extends TemperatureMarginOptions, PairDistanceOptions {}
export interface ContrastiveNceOptions extends TemperatureBetaOptions, PairDistanceOptions {}
export interface ExactCovarianceOptions extends TemperatureBetaOptions, PairDistanceOptions {}

function checkDistances(where: string, { positive, negative }: PairDistances): void {
  if (positive.ndim !== 1 || negative.ndim !== 2 || positive.shape[0] !== negative.shape[0] || !negative.shape[1]) {
    throw new RangeError(
      `${where}: r+ must be [A] and r- [A, H], not [${positive.shape.join(', ')}] and [${negative.shape.join(', ')}]`,
    );
  }
}

/** r+ - r_k, [A, H]. */
const differences = (r: PairDistances): Tensor => r.positive.unsqueeze(-1).sub(r.negative);

/** `simpleContrastive` of distances. */
export function simpleContrastiveOf(r: PairDistances, { beta = 0 }: BetaOptions = {}): Tensor {
  checkDistances('simpleContrastive', r);
  checkAtLeast('simpleContrastive', 'beta', beta, -1);
  return r.positive
    .mean()
    .mul(1 + beta)
    .sub(r.negative.mean());
}

/** `softTriplet` of distances. */
export function softTripletOf(r: PairDistances, { temperature, margin = 0 }: TemperatureMarginOptions): Tensor {
  checkDistances('softTriplet', r);
  checkTemperature('softTriplet', temperature);
  if (!Number.isFinite(margin)) throw new RangeError(`softTriplet: the margin must be a finite number, not ${margin}`);
  // log(1 + e^x) as -log sigmoid(-x): the softplus operator is the identity above a threshold.
  return differences(r).add(margin).div(-temperature).logSigmoid().mean().mul(-temperature);
}

/** `contrastiveNce` of distances. */
export function contrastiveNceOf(r: PairDistances, { temperature, beta = 0 }: TemperatureBetaOptions): Tensor {
  checkDistances('contrastiveNce', r);
  checkTemperature('contrastiveNce', temperature);
  checkAtLeast('contrastiveNce', 'beta', beta, -1);
  const positive = r.positive.unsqueeze(-1);
  const logPartition = torch.cat([torch.zerosLike(positive), differences(r).div(temperature)], 1).logsumexp([-1]);
  return logPartition.mean().mul(temperature).add(r.positive.mean(), { alpha: beta });
}

/** `exactCovariance` of distances. */
export function exactCovarianceOf(r: PairDistances, { temperature, beta = 0 }: TemperatureBetaOptions): Tensor {
  checkDistances('exactCovariance', r);
  checkTemperature('exactCovariance', temperature);
  checkAtLeast('exactCovariance', 'beta', beta, -1);
  const weights = r.negative.detach().div(-temperature).sigmoid().div(temperature);
  const pairs = differences(r).add(r.positive.unsqueeze(-1), { alpha: beta });
  return weights.mul(pairs).mean();
}

/**
 * Simple contrastive loss, (1 + beta) r+ - r-, averaged over the 2B views of a batch and over negatives. Its gradient step is
 * the covariance operator of the network; with beta, less beta times the covariance within views.
 *
 * Nothing bounds it from below on embeddings that are not normalised.
 *
 * @param z1 [B, D]
 * @param z2 [B, D]
 * @returns a scalar; 0 when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, H does not fit the batch, or beta is below -1
 */
export function simpleContrastive(z1: Tensor, z2: Tensor, options: SimpleContrastiveOptions = {}): Tensor {
  return simpleContrastiveOf(pairDistances(z1, z2, options), options);
}

/**
 * Soft triplet loss, tau log(1 + exp((r+ - r- + margin) / tau)), averaged over the 2B views of a batch and over negatives.
 *
 * @param z1 [B, D]
 * @param z2 [B, D]
 * @returns a positive scalar; tau log(1 + exp(margin / tau)) when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, H does not fit the batch, the temperature is not positive, or
 *   the margin is not finite
 */
export function softTriplet(z1: Tensor, z2: Tensor, options: SoftTripletOptions): Tensor {
  return softTripletOf(pairDistances(z1, z2, options), options);
}

/**
 * InfoNCE of distances with H negatives, averaged over the 2B views of a batch:
 *
 *     -tau log( exp(-r+ / tau) / (exp(-r+ / tau) + sum_k exp(-r_k / tau)) ) + beta r+
 *
 * The gradient pushes negative k by its share b_k of the sum, and pulls the positive by sum_k b_k + beta. A large
 * temperature makes all b_k 1 / (H + 1), the simple contrastive loss; one negative makes it `softTriplet`. With all
 * negatives and normalised embeddings it is tau times `ntXent`, plus beta r+.
 *
 * @param z1 [B, D]
 * @param z2 [B, D]
 * @returns a scalar; tau log(H + 1) when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, H does not fit the batch, the temperature is not positive, or
 *   beta is below -1
 */
export function contrastiveNce(z1: Tensor, z2: Tensor, options: ContrastiveNceOptions): Tensor {
  return contrastiveNceOf(pairDistances(z1, z2, options), options);
}

/**
 * The loss whose gradient step is a weighted covariance operator: a pair has a weight of its own, whatever the anchor's other
 * view, and it is exact where weights are those of images without augmentation,
 *
 *     mean_k w_k ( (1 + beta) r+ - r_k ),   w_k = 1/tau sigmoid(-r_k / tau)
 *
 * which is the weight of InfoNCE with one negative at r+ = 0, taken as a constant. Averaged over the 2B views of a batch. As
 * in the authors' program the factor tau is left out: multiply by tau to compare with `contrastiveNce`.
 *
 * The weights are constants to the gradient alone, so this is no function that descends: watch its gradient, not its value.
 *
 * @param z1 [B, D]
 * @param z2 [B, D]
 * @returns a scalar; 0 when every view is the same point
 * @throws RangeError when the shapes are not one [B, D], B is 1, H does not fit the batch, the temperature is not positive, or
 *   beta is below -1
 */
export function exactCovariance(z1: Tensor, z2: Tensor, options: ExactCovarianceOptions): Tensor {
  return exactCovarianceOf(pairDistances(z1, z2, options), options);
}
