// The best adversarial image found so far for each image of a batch.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** What an attack returns; rows are those of the batch. */
export interface AttackResult {
  /** [B, C, H, W], in the ball and in [0, 1]. */
  images: Tensor;
  /** [B], the attack's loss there. */
  losses: Tensor;
  /** bool [B], whether the model misclassified the image when the loss was taken. */
  fooled: Tensor;
}

/**
 * Bookkeeping by image: a misclassified iterate beats one that is not, among equals the higher loss wins, and ties stay. So
 * more iterates or restarts never make it worse.
 */
export class Outcome {
  readonly result: AttackResult;

  constructor(images: Tensor) {
    const { dtype, device } = images;
    const size = images.shape[0]!;
    this.result = {
      images: torch.noGrad(() => images.clone()),
      losses: torch.full([size], Number.NEGATIVE_INFINITY, { dtype, device }),
      fooled: torch.full([size], false, { device }),
    };
  }

  /**
   * @param rows int64 [A], which images of the batch these are
   * @param images [A, C, H, W]
   * @param losses [A]
   * @param fooled bool [A]
   */
  offer(rows: Tensor, images: Tensor, losses: Tensor, fooled: Tensor): void {
    torch.scope(() => {
      const best = this.result;
      const old = {
        images: best.images.indexSelect(0, rows),
        losses: best.losses.indexSelect(0, rows),
        fooled: best.fooled.indexSelect(0, rows),
      };
      const first = fooled.logicalAnd(old.fooled.logicalNot());
      const higher = fooled.eq(old.fooled).logicalAnd(losses.gt(old.losses));
      const better = first.logicalOr(higher);
      best.images.indexCopy_(0, rows, torch.where(better.view([-1, 1, 1, 1]), images, old.images));
      best.losses.indexCopy_(0, rows, torch.where(better, losses, old.losses));
      best.fooled.indexCopy_(0, rows, fooled.logicalOr(old.fooled));
    });
  }

  dispose(): void {
    for (const tensor of Object.values(this.result) as Tensor[]) tensor.dispose();
  }
}
