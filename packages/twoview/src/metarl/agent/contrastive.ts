// TCL's contrastive loss: of two windows from one trajectory each must recognise the other among windows from others.
// Wang et al. 2021 (arXiv 2103.06386); the bilinear form is CPC's and CURL's.
import type { Tensor } from '@twoview/torch';
import { infoNceFromLogits } from '../../objectives/info-nce.js';
import { type Gaussian, posteriorOf } from './gaussian.js';

/** A loss and how often it is right: both scalars. */
export interface Contrast {
  readonly loss: Tensor;
  /** Share of queries whose own key has the highest similarity, without gradient. */
  readonly accuracy: Tensor;
}

/** q_i^T W k_j: `[n, D]`, `[D, D]`, `[m, D]` to `[n, m]`. */
export function bilinearSimilarity(queries: Tensor, weight: Tensor, keys: Tensor): Tensor {
  return queries.mm(weight).mm(keys.t());
}

/** -||q_i - k_j||^2: `[n, D]`, `[m, D]` to `[n, m]`. Differences are taken first, so that near ones lose no digits. */
export function gaussianSimilarity(queries: Tensor, keys: Tensor): Tensor {
  return queries.unsqueeze(1).sub(keys.unsqueeze(0)).square().sum([-1]).neg();
}

/**
 * Windows `[n, w, outputs]` pooled to one embedding each: the posterior's mean and, where it has one, its standard
 * deviation (so that the squared distance is the squared 2-Wasserstein distance of the posteriors).
 */
function pool(outputs: Tensor, bottleneck: boolean): { mean: Tensor; spread: Tensor | null } {
  if (!bottleneck) return { mean: outputs.mean([1]), spread: null };
  const { mean, variance }: Gaussian = posteriorOf(outputs);
  return { mean, spread: variance.sqrt() };
}

function judge(logits: Tensor, positives: Tensor, own: Tensor): Contrast {
  return {
    loss: infoNceFromLogits(logits, positives),
    accuracy: logits.detach().argmax(1).eq(own).to({ dtype: logits.dtype }).mean(),
  };
}

/**
 * The canonical loss: each window is one vector, and row i of the queries belongs to row i of the keys.
 * @param queries encoder outputs `[n, w, 2 L]` (`[n, w, L]` without the bottleneck)
 * @param keys of the same shape; the caller has stopped their gradient
 * @param weight W `[L, L]` of the bilinear similarity; null for the Gaussian one
 * @param own int64 `[n]`, 0 to n - 1
 */
export function windowContrast(
  queries: Tensor,
  keys: Tensor,
  { bottleneck, weight, own }: { bottleneck: boolean; weight: Tensor | null; own: Tensor },
): Contrast {
  const q = pool(queries, bottleneck);
  const k = pool(keys, bottleneck);
  let logits = weight ? bilinearSimilarity(q.mean, weight, k.mean) : gaussianSimilarity(q.mean, k.mean);
  if (!weight && q.spread && k.spread) logits = logits.add(gaussianSimilarity(q.spread, k.spread));
  return judge(logits, logits.diagonal(), own);
}

/**
 * Each row's largest logit subtracted, but from the column of the same number: what broadcasting makes of a maximum whose
 * dimension was dropped. Unlike the usual subtraction it changes the softmax.
 */
export function subtractMaximaFromColumns(logits: Tensor): Tensor {
  return logits.sub(logits.amax([1]));
}

/**
 * The loss of TCL's public code: transitions `[R, 2 L]` of all windows against each other, without pooling.
 * @param weight W `[2 L, 2 L]` for the bilinear similarity, whose target is the transition at the same place; null for the Gaussian one
 * @param targets int64 `[R]`, the column that each row is to choose: its own number, or with the Gaussian similarity the number of
 * its task, although columns are transitions
 */
export function transitionContrast(queries: Tensor, keys: Tensor, weight: Tensor | null, targets: Tensor): Contrast {
  // Some thousand rows: the difference of every pair would not fit into memory.
  const squares = (x: Tensor) => x.square().sum([-1]);
  const distance = () => squares(queries).unsqueeze(1).add(squares(keys)).sub(queries.mm(keys.t()).mul(2)).neg();
  const logits = subtractMaximaFromColumns(weight ? bilinearSimilarity(queries, weight, keys) : distance());
  return judge(logits, logits.gather(1, targets.unsqueeze(1)).squeeze(1), targets);
}
