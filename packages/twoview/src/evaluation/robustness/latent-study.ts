// Where adversarial latents go as the radius grows: accuracy and divergences of the penultimate features.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Ball } from '../../attacks/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import { type LatentDivergence, latentDivergence } from '../../metrics/index.js';
import { type AttackSetOptions, attackSet, type Outputs, outputsOf } from './attack-set.js';
import type { LabeledPixels } from './pixels.js';

/** Plain data about one radius; the radius 0 is of the images themselves. */
export interface RadiusStudy {
  /** In pixel units of [0, 1]. */
  eps: number;
  /** Share in [0, 1] of images that are classified correctly, at a radius both before and after the attack. */
  accuracy: number;
  /** Of features of attacked images to those of the images themselves. */
  divergence: { cosine: LatentDivergence; l2: LatentDivergence };
  /** [K][K], images by true class (row) and predicted class (column). */
  confusion: number[][];
}

export interface LatentStudyOptions extends Omit<AttackSetOptions, 'attack' | 'onProgress'> {
  /** In pixel units of [0, 1]. */
  radii: readonly number[];
  /** The attack at a radius: steps and their length. */
  attackAt: (ball: Ball) => AttackSetOptions['attack'];
  norm: Ball['norm'];
  /** Share of all work that is done, from 0 to 1. */
  onProgress?: (share: number) => void;
}

/** Accuracy and divergences of what a network makes of images and of other versions of them. */
export function studyOutputs(eps: number, benign: Outputs, other: Outputs, labels: Tensor): RadiusStudy {
  const y = Array.from(labels.tolist() as unknown as number[], Number);
  const classes = benign.logits.shape[1]!;
  return torch.noGrad(() =>
    torch.scope(() => {
      const [before, after] = [benign, other].map(({ logits }) => logits.argmax(1)) as [Tensor, Tensor];
      const right = before.eq(labels).logicalAnd(after.eq(labels));
      const cells = labels
        .mul(classes)
        .add(after)
        .bincount({ minlength: classes * classes });
      return {
        eps,
        accuracy: right.double().mean().item(),
        divergence: {
          cosine: latentDivergence(benign.features, other.features, y, { distance: 'cosine', classes }),
          l2: latentDivergence(benign.features, other.features, y, { distance: 'l2', classes }),
        },
        confusion: (cells.view([classes, classes]).tolist() as unknown as number[][]).map((row) =>
          Array.from(row, Number),
        ),
      };
    }),
  );
}

/**
 * Studies the images themselves (radius 0), then their adversarial versions at each radius: every image is attacked, misclassified
 * ones too (Bui et al. 2021).
 *
 * @returns a row each, radius 0 first; undefined when it was asked to stop
 */
export async function latentStudy(
  model: ImageClassifier,
  pixels: LabeledPixels,
  options: LatentStudyOptions,
): Promise<RadiusStudy[] | undefined> {
  const { radii, attackAt, norm, onProgress, ...rest } = options;
  const benign = outputsOf(model, pixels.images, rest.batchSize);
  try {
    const rows = [studyOutputs(0, benign, benign, pixels.labels)];
    for (const [i, eps] of radii.entries()) {
      const adversarial = await attackSet(model, pixels, {
        ...rest,
        attack: attackAt({ norm, eps }),
        ...(onProgress && { onProgress: (done, total) => onProgress((i + done / total) / radii.length) }),
      });
      if (!adversarial) return undefined;
      const outputs = outputsOf(model, adversarial, rest.batchSize);
      rows.push(studyOutputs(eps, benign, outputs, pixels.labels));
      for (const tensor of [adversarial, outputs.features, outputs.logits]) tensor.dispose();
    }
    return rows;
  } finally {
    benign.features.dispose();
    benign.logits.dispose();
  }
}
