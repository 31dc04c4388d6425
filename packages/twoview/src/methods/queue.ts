// MoCo's queue: keys of earlier batches, which serve as negatives. He et al. 2020 (arXiv 1911.05722), section 3.2.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { l2Normalize } from '../objectives/index.js';

/** Holds the newest `size` keys of dimension d as a ring. Its state: `keys` `[size, d]`, of length one, and `next`. */
export class KeyQueue extends Module<[], Tensor> {
  private readonly keys: Tensor;
  private readonly next: Tensor;

  /** Starts with random directions, as the authors' program does. */
  constructor(
    private readonly size: number,
    dimension: number,
    generator: Generator,
  ) {
    super();
    this.keys = this.buffer(
      'keys',
      torch.scope(() => l2Normalize(torch.randn([size, dimension], { generator }))),
    );
    this.next = this.buffer('next', torch.zeros([], { dtype: 'int64' }));
  }

  /** The keys as they are, `[size, d]`, without gradient. */
  override forward(): Tensor {
    return this.keys;
  }

  /** The newest keys `[B, d]` take the place of the oldest. */
  push(keys: Tensor): void {
    torch.noGrad(() =>
      torch.scope(() => {
        const fresh = l2Normalize(keys.detach());
        const count = Math.min(fresh.size(0), this.size);
        const start = this.next.item();
        const places = torch
          .arange(start, start + count, { dtype: 'int64', device: this.keys.device })
          .remainder(this.size);
        this.keys.indexCopy_(0, places, fresh.narrow(0, fresh.size(0) - count, count).to({ dtype: this.keys.dtype }));
        this.next.add_(count).remainder_(this.size);
      }),
    );
  }
}
