// ADR: latents of adversarial images close to those of their own image and of its class, and predictions that are smooth and
// sure (Bui et al. 2020, arXiv 2007.05123). A baseline of adversarial contrastive learning; written from its authors' program.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { atLeastFloat32, checkPair } from './embeddings.js';

/** The four terms of ADR, unweighted scalars; each has the weight 1 in the authors' program. */
export type AdrTerms = {
  /** mean |sg(z) - z^a| over images and dimensions. */
  localCompactness: Tensor;
  /** Cross-entropy of softmax(o^a) under sg(softmax(o)), averaged over images. */
  localSmoothness: Tensor;
  /** mean over all pairs i, j of w_ij mean_k |sg(z_jk) - z^a_ik|, i = j among them. */
  globalCompactness: Tensor;
  /** Entropy of softmax(o^a), averaged over images: low where predictions are sure. */
  confidence: Tensor;
};

/** w_ij of two images of one class, and of two: the second is below zero, and pushes apart. */
const [oneClass, twoClasses] = [1, 1 - 1 / 0.99];

const sumOfProducts = (weights: Tensor, logits: Tensor): Tensor => weights.mul(logits.logSoftmax(-1)).sum([-1]);

/**
 * The terms of ADR. Latents and logits of the images themselves are constants: gradient flows into the adversarial ones alone.
 *
 * @param z [B, D], latents of images, as they are; half precision is computed in float32
 * @param zAdversarial [B, D], latents of their adversarial versions
 * @param logits [B, C], of images
 * @param adversarialLogits [B, C]
 * @param labels true classes, int64 or int32 [B]
 * @throws RangeError when shapes do not fit, or the labels are not integers [B]
 */
export function adrTerms(
  z: Tensor,
  zAdversarial: Tensor,
  logits: Tensor,
  adversarialLogits: Tensor,
  labels: Tensor | Int32Array,
): AdrTerms {
  checkPair('adrTerms', ['z', 'zAdversarial'], z, zAdversarial);
  checkPair('adrTerms', ['logits', 'adversarialLogits'], logits, adversarialLogits);
  const batch = z.shape[0]!;
  if (logits.shape[0] !== batch) {
    throw new RangeError(
      `adrTerms: ${batch} latents and ${logits.shape[0]} rows of logits; give one each for an image`,
    );
  }
  const y = labels instanceof Int32Array ? torch.fromTypedArray(labels) : labels;
  if (y.ndim !== 1 || y.shape[0] !== batch || !/^int(32|64)$/.test(y.dtype)) {
    throw new RangeError(
      `adrTerms: labels must be int64 or int32 [${batch}], one for each image, not ${y.dtype} [${y.shape.join(', ')}]`,
    );
  }
  const fixed = atLeastFloat32(z).detach().contiguous();
  const moving = atLeastFloat32(zAdversarial).contiguous();
  const sameClass = y.unsqueeze(1).eq(y.unsqueeze(0)).to({ device: z.device });
  const weights = sameClass
    .to({ dtype: moving.dtype })
    .mul(oneClass - twoClasses)
    .add(twoClasses);
  const adversarial = atLeastFloat32(adversarialLogits);
  return {
    localCompactness: fixed.sub(moving).abs().mean(),
    localSmoothness: sumOfProducts(atLeastFloat32(logits).detach().softmax(-1), adversarial).mean().neg(),
    globalCompactness: torch.cdist(moving, fixed, 1).div(z.shape[1]!).mul(weights).mean(),
    confidence: sumOfProducts(adversarial.softmax(-1), adversarial).mean().neg(),
  };
}
