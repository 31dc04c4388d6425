// NT-Xent, SimCLR's loss: every view picks its partner out of all other views of the batch.

import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkPair, checkTemperature, l2Normalize } from './embeddings.js';

export interface NtXentOptions {
  /** tau, what similarities are divided by. SimCLR uses 0.5 on CIFAR-10 and 0.1 on ImageNet. */
  temperature: number;
}

/**
 * Normalised temperature-scaled cross entropy (SimCLR, Chen et al. 2020, eq. 1), averaged over all 2B anchors:
 *
 *     l(i, j) = -log( exp(cos(z_i, z_j) / tau) / sum_{k != i} exp(cos(z_i, z_k) / tau) )
 *
 * The partner j is among the 2B - 1 candidates. A batch of one pair has no negatives: its loss and gradient are zero.
 *
 * @param z1 [B, D] embeddings of the first views, not yet normalised
 * @param z2 [B, D] embeddings of the second views
 * @returns a scalar; log(2B - 1) when all embeddings are equal
 * @throws RangeError when the shapes are not one [B, D], or the temperature is not positive
 */
export function ntXent(z1: Tensor, z2: Tensor, { temperature }: NtXentOptions): Tensor {
  checkPair('ntXent', ['z1', 'z2'], z1, z2);
  checkTemperature('ntXent', temperature);
  const batch = z1.shape[0]!;
  const u1 = l2Normalize(z1);
  const u2 = l2Normalize(z2);
  const u = torch.cat([u1, u2], 0);
  const self = torch.eye(2 * batch, { dtype: 'bool', device: u.device });
  const logits = u.mm(u.t()).div(temperature).maskedFill(self, Number.NEGATIVE_INFINITY);
  const positive = u1.mul(u2).sum([-1]).mean().div(temperature);
  return logits.logsumexp([-1]).mean().sub(positive);
}
