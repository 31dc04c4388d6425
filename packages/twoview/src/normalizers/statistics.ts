// Running statistics of embeddings, for evaluation mode: state of a module, never part of a graph.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';

/**
 * Moving averages of the mean `[D]` and of the variance `[D]` or covariance `[D, D]`, unbiased as in PyTorch's
 * BatchNorm, and the number of batches they have seen. Before the first batch they are 0 and the identity.
 *
 * A step counts as one batch: its views, which come from one distribution, are averaged. So the averages do not depend on
 * the order of views, and `momentum` means the same for two views as for eight. The first 1 / momentum batches
 * count alike, so that nothing of the start remains.
 */
export class RunningStatistics extends Module<[readonly Tensor[]], void> {
  readonly mean: Tensor;
  readonly spread: Tensor;
  private readonly batches: Tensor;

  /** @param kind `variance` of each axis, or `covariance` of all pairs of them */
  constructor(
    size: number,
    private readonly kind: 'variance' | 'covariance',
    private readonly momentum: number,
  ) {
    super();
    this.mean = this.buffer('mean', torch.zeros([size]));
    this.spread = this.buffer(kind, kind === 'variance' ? torch.ones([size]) : torch.eye(size));
    this.batches = this.buffer('batches', torch.zeros([], { dtype: 'int64' }));
  }

  /** Moves the averages towards the statistics of the views `[N, D]` of one step. */
  override forward(views: readonly Tensor[]): void {
    torch.noGrad(() =>
      torch.scope(() => {
        const share = 1 / views.length;
        const mean = torch.zerosLike(this.mean);
        const spread = torch.zerosLike(this.spread);
        for (const view of views) {
          const x = view.detach().to({ dtype: this.mean.dtype });
          const centre = x.mean([0]);
          const centred = x.sub(centre);
          mean.add_(centre, { alpha: share });
          const weight = share / (x.size(0) - 1);
          if (this.kind === 'covariance') spread.addmm_(centred.t(), centred, { alpha: weight });
          else spread.add_(centred.square().sum([0]), { alpha: weight });
        }
        this.batches.add_(1);
        const pace = this.batches.to({ dtype: mean.dtype }).reciprocal().clampMin(this.momentum);
        this.mean.lerp_(mean, pace);
        this.spread.lerp_(spread, pace);
      }),
    );
  }
}
