// SupCon: every embedding picks those of its class out of all others of the batch.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkMatrix, checkPair, checkTemperature, l2Normalize } from './embeddings.js';

export interface SupervisedContrastiveOptions {
  /** tau, what similarities are divided by. The paper uses 0.1. */
  temperature: number;
  /** Multiplies the loss by temperature / baseTemperature, as the authors' program does with 0.07. No factor if left out. */
  baseTemperature?: number;
  /** Whether positives are averaged outside the logarithm (eq. 2, the better one) or inside (eq. 3). `out` if left out. */
  variant?: 'out' | 'in';
  /**
   * bool [V B, V B], which columns are positives of the row, the rows of the first view before those of the second. Those
   * of the same label if left out. The diagonal is ignored: nothing is its own positive.
   */
  positives?: Tensor;
  /**
   * bool [V B, V B], which columns are negatives of the row. All that are not positives if left out. A pair in neither mask
   * stays out of the loss, as in the local selection of adversarial contrastive learning (Bui et al. 2021).
   */
  negatives?: Tensor;
}

/** Which of all pairs [V B, V B] are compared; the diagonal is false in both. */
interface Pairs {
  positives: Tensor;
  negatives: Tensor;
}

function choosePairs(labels: Tensor, masks: { positives?: Tensor; negatives?: Tensor }): Pairs {
  const count = labels.shape[0]!;
  for (const name of ['positives', 'negatives'] as const) {
    const mask = masks[name];
    if (mask && (mask.dtype !== 'bool' || mask.ndim !== 2 || mask.shape[0] !== count || mask.shape[1] !== count)) {
      throw new RangeError(
        `supervisedContrastive: ${name} must be bool [${count}, ${count}], a row and a column for every embedding, not ${mask.dtype} [${mask.shape.join(', ')}]`,
      );
    }
  }
  const others = torch.eye(count, { dtype: 'bool', device: labels.device }).logicalNot();
  const given = (mask: Tensor | undefined): Tensor | undefined => mask?.to({ device: labels.device });
  const positives = (given(masks.positives) ?? labels.unsqueeze(0).eq(labels.unsqueeze(1))).logicalAnd(others);
  const negatives = (given(masks.negatives) ?? positives.logicalNot()).logicalAnd(others);
  return { positives, negatives };
}

/**
 * Supervised contrastive loss (SupCon, Khosla et al. 2020), averaged over all V B anchors. With P the positives of an
 * anchor, N its negatives, s = cos / tau and S = sum_{k in P or N} exp(s_ik), an anchor i costs
 *
 *     out (eq. 2):   1/|P| sum_{p in P} -log( exp(s_ip) / S )
 *     in  (eq. 3):   -log( 1/|P| sum_{p in P} exp(s_ip) / S )
 *
 * and `in` is never above `out`. An anchor without positives (one view, and a label of its own) costs nothing, and counts in
 * the mean. Two views with distinct labels give `ntXent`.
 *
 * @param views V >= 1 tensors [B, D], row i of each from image i, not yet normalised
 * @param labels class of each image, int64 or int32 [B]
 * @returns a scalar; log(V B - 1) when all embeddings are equal and each has a positive, before the factor of `baseTemperature`
 * @throws RangeError when shapes do not fit, a temperature is not positive, or a mask is not bool [V B, V B]
 */
export function supervisedContrastive(
  views: readonly Tensor[],
  labels: Tensor | Int32Array,
  options: SupervisedContrastiveOptions,
): Tensor {
  const { temperature, baseTemperature = temperature, variant = 'out' } = options;
  const first = views[0];
  if (first === undefined) throw new RangeError('supervisedContrastive: there are no views; give at least one [B, D]');
  checkMatrix('supervisedContrastive', 'views[0]', first);
  views.forEach((view, i) => {
    checkPair('supervisedContrastive', ['views[0]', `views[${i}]`], first, view);
  });
  checkTemperature('supervisedContrastive', temperature);
  checkTemperature('supervisedContrastive', baseTemperature);
  const batch = first.shape[0]!;
  const ofImages = labels instanceof Int32Array ? torch.fromTypedArray(labels) : labels;
  if (ofImages.ndim !== 1 || ofImages.shape[0] !== batch || !/^int(32|64)$/.test(ofImages.dtype)) {
    throw new RangeError(
      `supervisedContrastive: labels must be int64 or int32 [${batch}], one for each image, not ${ofImages.dtype} [${ofImages.shape.join(', ')}]`,
    );
  }

  const u = torch.cat(views.map((view) => l2Normalize(view)));
  const { positives, negatives } = choosePairs(ofImages.to({ device: u.device }).repeat([views.length]), options);
  const similarity = u.mm(u.t()).div(temperature);
  const counts = positives.sum([-1]);
  const lonely = counts.eq(0);
  // A row with nothing in it has neither a maximum nor a gradient, so rows without positives are left whole here and
  // dropped below.
  const logSum = (chosen: Tensor): Tensor =>
    similarity
      .maskedFill(chosen.logicalOr(lonely.unsqueeze(-1)).logicalNot(), Number.NEGATIVE_INFINITY)
      .logsumexp([-1]);
  const candidates = logSum(positives.logicalOr(negatives));
  const divisor = counts.clampMin(1).to({ dtype: similarity.dtype });
  const attraction =
    variant === 'out' ? similarity.mul(positives).sum([-1]).div(divisor) : logSum(positives).sub(divisor.log());
  const loss = candidates.sub(attraction).maskedFill(lonely, 0).mean();
  return loss.mul(temperature / baseTemperature);
}
