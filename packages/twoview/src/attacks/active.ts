// The images of a batch that are still attacked, and where each of them is.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** Tensors with one row an active image, A of them. */
export interface Active {
  /** int64 [A], their rows in the batch. */
  rows: Tensor;
  /** [A, C, H, W], centres of the balls. */
  images: Tensor;
  /** int64 [A] */
  labels: Tensor;
  /** [A, K], logits of the centres; null unless the loss compares with them. */
  reference: Tensor | null;
  /** [A, C, H, W], the iterate. */
  points: Tensor;
  /** [A, C, H, W], momentum; null without. */
  velocity: Tensor | null;
}

/** Those with a true in `kept`, bool [A]. */
export function narrow(active: Active, kept: Tensor): Active {
  const chosen = kept.nonzero().squeeze(1);
  if (chosen.numel === kept.numel) return active;
  const select = (x: Tensor) => x.indexSelect(0, chosen);
  return {
    rows: select(active.rows),
    images: select(active.images),
    labels: select(active.labels),
    reference: active.reference && select(active.reference),
    points: select(active.points),
    velocity: active.velocity && select(active.velocity),
  };
}

/** The next state, computed in a scope without a graph; tensors that only the old one held are freed. */
export function advance(active: Active, body: () => Active): Active {
  const next = torch.scope(() => torch.noGrad(body));
  const kept = new Set<Tensor | null>(Object.values(next));
  for (const tensor of Object.values(active) as (Tensor | null)[]) if (tensor && !kept.has(tensor)) tensor.dispose();
  return next;
}

export function disposeActive(active: Active): void {
  for (const tensor of Object.values(active) as (Tensor | null)[]) tensor?.dispose();
}
