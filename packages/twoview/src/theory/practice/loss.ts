// The gradient of a loss as the linear theory reads it. One direction's loss pulls a prediction p towards its target t by
//
//     -dL/dp = g (w t - v p)
//
// with w = v = 1 for squared distance, and w = 1 / (|p| |t|), v = cos / |p|^2 where embeddings are normalised. With the
// weights inside the moments, the equations of Tian, Chen, Ganguli 2021 (arXiv 2102.06810, eqs. 2 and 3) hold for either loss.
import type { Tensor } from '@twoview/torch';
import type { MethodConfig } from '../../methods/index.js';

/** A loss that the theory covers. */
export interface TheoryLoss {
  /** g times the number of directions that are summed: by how much the loss is faster than 1/2 |p - t|^2. */
  gain: number;
  /** Whether the loss sees directions alone. */
  normalized: boolean;
  /** Whether the first view alone predicts. */
  asymmetric: boolean;
  /** Whether gradient flows into the target too. */
  throughTarget: boolean;
}

/** How the loss weighs one batch, each `[B]`. */
export interface LossWeights {
  /** w, of the target in the pull on p, and of p in the pull on the target. */
  attraction: Tensor;
  /** v, of p in its own pull. */
  prediction: Tensor;
  /** The same of t, where gradient flows into it. */
  target: Tensor;
}

/** The loss of a method; null where the theory has no word for it. */
export function theoryLoss({ objective, pairing, target }: MethodConfig): TheoryLoss | null {
  const asymmetric = pairing === 'asymmetric';
  const directions = asymmetric ? 1 : 2;
  const throughTarget = target.name === 'online';
  switch (objective.name) {
    case 'cosine':
      return { gain: objective.scale * directions, normalized: true, asymmetric, throughTarget };
    case 'mse':
      return { gain: 2 * objective.scale * directions, normalized: objective.normalize, asymmetric, throughTarget };
    default:
      return null;
  }
}

/** @param p [B, d] @param t [B, d] */
export function lossWeights({ normalized }: TheoryLoss, p: Tensor, t: Tensor): LossWeights {
  if (!normalized) {
    const one = p.newOnes([p.size(0)]);
    return { attraction: one, prediction: one, target: one };
  }
  const [lengthP, lengthT] = [p, t].map((rows) => rows.linalgVectorNorm(2, [1]).clampMin(1e-12)) as [Tensor, Tensor];
  const attraction = lengthP.mul(lengthT).reciprocal();
  const cos = p.mul(t).sum([1]).mul(attraction);
  return { attraction, prediction: cos.div(lengthP.square()), target: cos.div(lengthT.square()) };
}
