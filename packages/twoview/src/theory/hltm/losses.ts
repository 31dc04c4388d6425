// Losses at the top of the tree's network, of an anchor, a view of the same root, and a view of another.
import type { Tensor } from '@twoview/torch';
import { contrastiveNceOf, softTripletOf } from '../../objectives/index.js';

/** What the reference trains with, and what else can be asked for. */
export const hltmLosses = ['softmax', 'difference', 'infoNce', 'softTriplet'] as const;
export type HltmLoss = (typeof hltmLosses)[number];

/**
 * @param anchor outputs [hidden, B], as are `positive` and `negative`
 * @param temperature of `softmax`, `infoNce` and `softTriplet`
 *
 * - `softmax`: -exp(-P/T) / (exp(-P/T) + exp(-N/T)) of the squared errors P and N, each averaged over batch and units: one
 *   probability for a batch, and no logarithm
 * - `difference`: P - N
 * - `infoNce`: InfoNCE of half the squared distances, sample by sample, against all negatives of the batch
 * - `softTriplet`: the same against each sample's own negative
 */
export function hltmLoss(
  name: HltmLoss,
  [anchor, positive, negative]: readonly [Tensor, Tensor, Tensor],
  temperature: number,
): Tensor {
  if (name === 'softmax' || name === 'difference') {
    const p = anchor.sub(positive).square().mean();
    const n = anchor.sub(negative).square().mean();
    return name === 'difference' ? p.sub(n) : n.sub(p).div(temperature).sigmoid().neg();
  }
  const half = (difference: Tensor): Tensor => difference.square().sum([0]).mul(0.5);
  const near = half(anchor.sub(positive));
  if (name === 'softTriplet')
    return softTripletOf({ positive: near, negative: half(anchor.sub(negative)).unsqueeze(1) }, { temperature });
  const far = half(anchor.unsqueeze(2).sub(negative.unsqueeze(1)));
  return contrastiveNceOf({ positive: near, negative: far }, { temperature });
}
