// ASCL: a supervised contrastive loss of images and their adversarial versions, over the pairs that predictions select
// (adversarial supervised contrastive learning, Bui et al. 2021, arXiv 2101.10027).
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { atLeastFloat32, checkMatrix, checkPair, checkTemperature } from './embeddings.js';
import { type LatentDistance, latentDistances } from './latent-distance.js';

/** Which pairs of N latents are compared, bool [N, N], a row for each anchor; nothing is paired with itself. */
export interface SelectedPairs {
  positives: Tensor;
  negatives: Tensor;
}

/**
 * What of all pairs is kept. With true classes y, predicted classes p, and anchor i of a row,
 *
 *                positives                      negatives, where y_i != y_j and
 *     global     y_i = y_j                      (all of them)
 *     hard       y_i = y_j                      p_j = y_i: taken for the anchor's true class
 *     soft       y_i = y_j                      p_j = p_i: taken for the anchor's predicted class
 *     merged     y_i = y_j                      either
 *     leaked     y_i = y_j and p_i = p_j        p_j = p_i
 *
 * The authors' program calls them all, hard, soft, merge and leaking.
 */
export type PairSelection = 'global' | 'hard' | 'soft' | 'merged' | 'leaked';

/** Masks [N, N] that selections are made of: y_i = y_j, p_i = p_j, y_i = p_j. */
interface Agreement {
  sameClass: Tensor;
  samePrediction: Tensor;
  confused: Tensor;
}

/** Positives and negatives of each selection; negatives before those of the same class are taken out. */
const selections: Readonly<Record<PairSelection, (agreement: Agreement) => [positives: Tensor, candidates: Tensor]>> = {
  global: ({ sameClass }) => [sameClass, torch.onesLike(sameClass)],
  hard: ({ sameClass, confused }) => [sameClass, confused],
  soft: ({ sameClass, samePrediction }) => [sameClass, samePrediction],
  merged: ({ sameClass, samePrediction, confused }) => [sameClass, confused.logicalOr(samePrediction)],
  leaked: ({ sameClass, samePrediction }) => [sameClass.logicalAnd(samePrediction), samePrediction],
};

function classesOf(where: string, name: string, given: Tensor | Int32Array): Tensor {
  const classes = given instanceof Int32Array ? torch.fromTypedArray(given) : given;
  if (classes.ndim !== 1 || classes.shape[0] === 0 || !/^int(32|64)$/.test(classes.dtype)) {
    throw new RangeError(
      `${where}: ${name} must be int64 or int32 [N], one for each latent, not ${classes.dtype} [${classes.shape.join(', ')}]`,
    );
  }
  return classes;
}

/** bool [N, N], false on the diagonal alone. */
const notSelf = (count: number, like: Tensor): Tensor =>
  torch.eye(count, { dtype: 'bool', device: like.device }).logicalNot();

/**
 * Pairs that a strategy keeps of N latents, of images and adversarial versions alike. Predictions are those of each latent's
 * own version of the image; masks are constants, without gradient.
 *
 * @param labels true classes, int64 or int32 [N]
 * @param predictions predicted classes, int64 or int32 [N]
 * @throws RangeError when there is no such strategy, or the classes are not integers of one shape [N]
 */
export function selectPairs(
  strategy: PairSelection,
  labels: Tensor | Int32Array,
  predictions: Tensor | Int32Array,
): SelectedPairs {
  if (!Object.hasOwn(selections, strategy)) {
    const names = Object.keys(selections).join(', ');
    throw new RangeError(`selectPairs: there is no strategy '${strategy}'; take one of ${names}`);
  }
  const y = classesOf('selectPairs', 'labels', labels);
  const p = classesOf('selectPairs', 'predictions', predictions).to({ device: y.device });
  if (y.shape[0] !== p.shape[0]) {
    throw new RangeError(`selectPairs: ${y.shape[0]} labels and ${p.shape[0]} predictions; give one each for a latent`);
  }
  const anchor = y.unsqueeze(1);
  const sameClass = anchor.eq(y.unsqueeze(0));
  const samePrediction = p.unsqueeze(1).eq(p.unsqueeze(0));
  const confused = anchor.eq(p.unsqueeze(0));
  const [positives, candidates] = selections[strategy]({ sameClass, samePrediction, confused });
  return {
    positives: positives.logicalAnd(notSelf(y.shape[0]!, y)),
    negatives: candidates.logicalAnd(sameClass.logicalNot()),
  };
}

function checkPairs(where: string, count: number, pairs: SelectedPairs): void {
  for (const name of ['positives', 'negatives'] as const) {
    const mask = pairs[name];
    if (mask.dtype !== 'bool' || mask.ndim !== 2 || mask.shape[0] !== count || mask.shape[1] !== count) {
      throw new RangeError(
        `${where}: ${name} must be bool [${count}, ${count}], a row and a column for every latent, not ${mask.dtype} [${mask.shape.join(', ')}]`,
      );
    }
  }
}

/**
 * `keptShares` as scalars on the device, float64: for a training step, which must not wait for them.
 *
 * @throws RangeError when the labels are not integers [N], or a mask is not bool [N, N]
 */
export function keptShareTensors(pairs: SelectedPairs, labels: Tensor | Int32Array): SelectedPairs {
  const y = classesOf('keptShares', 'labels', labels);
  checkPairs('keptShares', y.shape[0]!, pairs);
  const all = selectPairs('global', y, y);
  const share = (kind: keyof SelectedPairs): Tensor => {
    const total = all[kind].sum();
    const kept = pairs[kind].to({ device: y.device }).logicalAnd(all[kind]).sum();
    return torch.where(total.eq(0), torch.onesLike(total).double(), kept.double().div(total));
  };
  return { positives: share('positives'), negatives: share('negatives') };
}

/**
 * Shares, from 0 to 1, of all ordered pairs of one class and of all of two that were kept; 1 where a batch has none. The
 * paper reports 0.428 and 0.063 of its local selection (Bui et al. 2021, abstract).
 *
 * @param pairs what `selectPairs` returned for these labels
 * @param labels true classes, int64 or int32 [N]
 * @throws RangeError when the labels are not integers [N], or a mask is not bool [N, N]
 */
export function keptShares(
  pairs: SelectedPairs,
  labels: Tensor | Int32Array,
): { positives: number; negatives: number } {
  return torch.scope(() => {
    const shares = keptShareTensors(pairs, labels);
    return { positives: shares.positives.item(), negatives: shares.negatives.item() };
  });
}

export interface SelectiveContrastiveOptions {
  /** tau, what distances are divided by. The authors' program uses 0.2 with `linf`. */
  temperature: number;
  /** How far apart two latents are; `linf` if left out. */
  distance?: LatentDistance;
}

/**
 * Supervised contrastive loss over selected pairs, averaged over all N anchors (Bui et al. 2021; written from the authors'
 * program). With s = -dist / tau and S = sum_{k in P or N} exp(s_ik), P the anchor's positives and N its negatives,
 *
 *     l_i = 1/|P| sum_{j in P} -log( exp(s_ij) / S )
 *
 * An anchor without positives costs nothing, and counts in the mean. Gradient flows through both members of every pair. From
 * the distances on it is computed in float64, as in the program. With all pairs and `cosine` it is `supervisedContrastive`.
 *
 * @param latents [N, D] of images and adversarial versions, not yet normalised
 * @param pairs bool [N, N] each, from `selectPairs`; the diagonal is ignored
 * @returns a scalar, float64 for float64 latents and else float32; the mean of log |P or N| when all latents are equal
 * @throws RangeError when shapes do not fit, the temperature is not positive, or there is no such distance
 */
export function selectiveContrastive(
  latents: Tensor,
  pairs: SelectedPairs,
  options: SelectiveContrastiveOptions,
): Tensor {
  const { temperature, distance = 'linf' } = options;
  checkMatrix('selectiveContrastive', 'latents', latents);
  checkTemperature('selectiveContrastive', temperature);
  const count = latents.shape[0]!;
  checkPairs('selectiveContrastive', count, pairs);

  const distances = latentDistances(latents, latents, distance);
  const similarity = distances.double().div(-temperature);
  const others = notSelf(count, latents);
  const positives = pairs.positives.to({ device: latents.device }).logicalAnd(others);
  const negatives = pairs.negatives.to({ device: latents.device }).logicalAnd(others);
  const counts = positives.sum([-1], true);
  // A row with nothing in it has neither a maximum nor a gradient: rows without positives stay whole, and weigh nothing.
  const candidates = positives.logicalOr(negatives).logicalOr(counts.eq(0));
  const logSum = similarity.maskedFill(candidates.logicalNot(), Number.NEGATIVE_INFINITY).logsumexp([-1], true);
  const costs = logSum.sub(similarity).mul(positives).div(counts.clampMin(1));
  return costs.sum().div(count).to({ dtype: distances.dtype });
}

export interface PredictionDivergenceOptions {
  /**
   * What the sum is divided by: the B C `elements`, as the authors' program of ASCL does, or the B `images`, as TRADES
   * does (Zhang et al. 2019). `elements` if left out, C times smaller.
   */
  per?: 'elements' | 'images';
}

/**
 * KL( softmax(o) || softmax(o^a) ) of predictions for images and their adversarial versions: the term L_VAT of ASCL
 * (Bui et al. 2021, after virtual adversarial training, Miyato et al. 2018). Gradient flows through both.
 *
 * @param logits o, [B, C]; half precision is computed in float32
 * @param adversarial o^a, [B, C]
 * @returns a scalar, at least 0, and 0 when the predictions agree
 * @throws RangeError when the shapes are not one [B, C]
 */
export function predictionDivergence(
  logits: Tensor,
  adversarial: Tensor,
  { per = 'elements' }: PredictionDivergenceOptions = {},
): Tensor {
  checkPair('predictionDivergence', ['logits', 'adversarial'], logits, adversarial);
  const logP = atLeastFloat32(logits).logSoftmax(-1);
  const logQ = atLeastFloat32(adversarial).logSoftmax(-1);
  const divergences = logP.exp().mul(logP.sub(logQ)).sum([-1]);
  return per === 'images' ? divergences.mean() : divergences.mean().div(logits.shape[1]!);
}
