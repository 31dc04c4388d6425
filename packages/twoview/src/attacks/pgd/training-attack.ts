// The attack inside adversarial training, with the settings of Bui et al. 2021 (ASCL): L-infinity 0.031, ten steps of 0.007
// from a uniform start, last iterate, network in training mode.
import type { Generator, Tensor } from '@twoview/torch';
import type { Ball } from '../common/ball.js';
import type { Classifier, Mode } from '../common/classifier.js';
import type { LossName } from '../common/losses.js';
import { pgd } from './pgd.js';

export interface TrainingAttackOptions {
  generator: Generator;
  /** L-infinity of radius 0.031 if left out. */
  ball?: Ball;
  /** 10 if left out. */
  steps?: number;
  /** 0.007 if left out. */
  stepSize?: number;
  /** `crossEntropy` if left out; `kl` for the TRADES variant. */
  loss?: LossName;
  /** `uniform` if left out; `gaussian` is TRADES' own. */
  start?: 'uniform' | 'gaussian' | 'image';
  /** Mode of the network: `train` if left out. */
  mode?: Mode;
}

/**
 * Adversarial images to train on. Running statistics of batch normalisation take in every pass of the attack: steps + 1, and
 * one more for `kl`, whose reference is computed once. Parameters and their gradients are not touched.
 *
 * @param images [B, C, H, W] in [0, 1]
 * @param labels int64 [B]
 * @returns [B, C, H, W], without history
 * @throws RangeError as `pgd` does
 */
export function trainingAttack(
  model: Classifier,
  images: Tensor,
  labels: Tensor,
  options: TrainingAttackOptions,
): Tensor {
  const { ball = { norm: 'linf', eps: 0.031 }, steps = 10, stepSize = 0.007, mode = 'train', ...rest } = options;
  const result = pgd(model, images, labels, { ...rest, ball, steps, stepSize, mode });
  result.losses.dispose();
  result.fooled.dispose();
  return result.images;
}
