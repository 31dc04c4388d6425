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

/** Tensors by name, each with one row an active image, or null. */
export type Rows<S> = { [K in keyof S]: Tensor | null };

const tensorsOf = <S extends Rows<S>>(state: S) => Object.entries(state) as [string, Tensor | null][];

/** Those with a true in `kept`, bool [A]. */
export function narrow<S extends Rows<S>>(active: S, kept: Tensor): S {
  const chosen = kept.nonzero().squeeze(1);
  if (chosen.numel === kept.numel) return active;
  return Object.fromEntries(tensorsOf(active).map(([name, x]) => [name, x?.indexSelect(0, chosen) ?? null])) as S;
}

/** The next state, computed in a scope without a graph; tensors that only the old one held are freed. */
export function advance<S extends Rows<S>>(active: S, body: () => S): S {
  const next = torch.scope(() => torch.noGrad(body));
  const kept = new Set(tensorsOf(next).map(([, tensor]) => tensor));
  for (const [, tensor] of tensorsOf(active)) if (tensor && !kept.has(tensor)) tensor.dispose();
  return next;
}

export function disposeActive<S extends Rows<S>>(active: S): void {
  for (const [, tensor] of tensorsOf(active)) tensor?.dispose();
}
