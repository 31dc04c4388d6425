// Dimensions that carry nothing.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkEmbeddings, columnMoments } from './matrix.js';

/** What `deadDimensions` finds; shares of D. */
export interface DeadDimensions {
  /** Dimensions whose std is below `fraction` of the mean std over dimensions. 1 if none varies at all. */
  share: number;
  /** Dimensions that are zero for every image: dead units, where features come out of a ReLU. Part of `share`. */
  alwaysZero: number;
}

/**
 * The share of dimensions that hardly vary.
 *
 * @param z [N, D]
 * @param options `fraction` of the mean std below which a dimension is dead: 0.05 if left out
 */
export function deadDimensions(z: Tensor, options: { fraction?: number } = {}): DeadDimensions {
  checkEmbeddings('deadDimensions', z);
  return torch.scope(() => {
    const { mean, std } = columnMoments(z);
    const average = std.mean().item();
    const dead =
      average === 0
        ? std.numel
        : std
            .lt(average * (options.fraction ?? 0.05))
            .sum()
            .item();
    const zero = mean.eq(0).logicalAnd(std.eq(0)).sum().item();
    return { share: dead / std.numel, alwaysZero: zero / std.numel };
  });
}
