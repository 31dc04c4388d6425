// InfoNCE: a query picks its key out of a batch of keys, or out of a queue of negatives.

import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkMatrix, checkPair, checkTemperature, l2Normalize } from './embeddings.js';

export interface InfoNceOptions {
  /** tau, what similarities are divided by. MoCo v2 uses 0.2. */
  temperature: number;
  /** [K, D] keys of other images, such as MoCo's queue. Without them the batch's other keys are the negatives. */
  negatives?: Tensor;
}

/**
 * InfoNCE with cosine similarity, one direction (van den Oord et al. 2018, eq. 4; MoCo, He et al. 2020, eq. 1):
 *
 *     -log( exp(cos(q_i, k_i) / tau) / (exp(cos(q_i, k_i) / tau) + sum_n exp(cos(q_i, n) / tau)) )
 *
 * averaged over the batch. The negatives n of query i are the keys k_j, j != i, or the rows of `negatives` alone.
 * Gradient flows into keys and negatives unless the caller stopped it.
 *
 * @param queries [B, D]
 * @param keys [B, D]; row i belongs to query i
 * @returns a scalar
 * @throws RangeError when the shapes do not fit, or the temperature is not positive
 */
export function infoNce(queries: Tensor, keys: Tensor, { temperature, negatives }: InfoNceOptions): Tensor {
  checkPair('infoNce', ['queries', 'keys'], queries, keys);
  checkTemperature('infoNce', temperature);
  const q = l2Normalize(queries);
  const k = l2Normalize(keys);
  const positive = q.mul(k).sum([-1], true);
  if (negatives === undefined) {
    return infoNceFromLogits(q.mm(k.t()).div(temperature), positive.squeeze(-1).div(temperature));
  }
  checkMatrix('infoNce', 'negatives', negatives);
  if (negatives.shape[1] !== queries.shape[1]) {
    throw new RangeError(`infoNce: negatives have ${negatives.shape[1]} dimensions and queries ${queries.shape[1]}`);
  }
  const logits = torch.cat([positive, q.mm(l2Normalize(negatives).t())], 1).div(temperature);
  return infoNceFromLogits(logits, positive.squeeze(-1).div(temperature));
}

/**
 * InfoNCE of any similarity: the mean over rows of -log( exp(positive_i) / sum_j exp(logits_ij) ).
 *
 * @param logits [n, m] similarity of query i with candidate j; the positive is one of the candidates
 * @param positives [n] each query's similarity with its own key; the diagonal if left out
 * @returns a scalar; log(m) when all logits are equal
 * @throws RangeError when the shapes do not fit
 */
export function infoNceFromLogits(logits: Tensor, positives?: Tensor): Tensor {
  checkMatrix('infoNceFromLogits', 'logits', logits);
  const [rows, columns] = logits.shape as [number, number];
  if (positives === undefined && columns < rows) {
    throw new RangeError(
      `infoNceFromLogits: ${rows} queries have ${columns} candidates; give each its key, or the positives`,
    );
  }
  if (positives !== undefined && (positives.ndim !== 1 || positives.shape[0] !== rows)) {
    throw new RangeError(
      `infoNceFromLogits: positives must be one for each of the ${rows} queries, not of shape [${positives.shape.join(', ')}]`,
    );
  }
  return logits
    .logsumexp([-1])
    .mean()
    .sub((positives ?? logits.diagonal()).mean());
}
