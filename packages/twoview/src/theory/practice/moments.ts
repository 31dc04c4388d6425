// Second moments of embeddings, predictions and targets, averaged over the batches since they were last read.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type ViewOutput, viewPairs } from '../../methods/index.js';
import { lossWeights, type TheoryLoss } from './loss.js';

/** Matrices `[d, d]`; E is the mean over images, directions and batches. f: embedding, t: target of the other view. */
export interface Moments {
  /** F = E[f1 f2^T], symmetric part: what two views of an image share, the theory's W X W^T. */
  cross: Tensor;
  /** E[f f^T], the theory's W (X + X') W^T. */
  total: Tensor;
  /** E[w t f^T]: what the loss drives the predictor towards. */
  drive: Tensor;
  /** E[v f f^T]: what it holds the predictor back with. */
  drag: Tensor;
  /** E[v' t t^T]: what holds the target back, where gradient flows into it. */
  pull?: Tensor;
}

const always = ['cross', 'total', 'drive', 'drag'] as const;
type Name = keyof Moments;

export class RunningMoments {
  /** Sums over batches, and their number: what has to outlive an interruption. */
  readonly state: Readonly<Record<string, Tensor>>;

  constructor(
    private readonly loss: TheoryLoss,
    readonly dimension: number,
    device: string,
  ) {
    const names: readonly Name[] = loss.throughTarget ? [...always, 'pull'] : always;
    const matrices = names.map((name) => [name, torch.keep(torch.zeros([dimension, dimension], { device }))] as const);
    this.state = { ...Object.fromEntries(matrices), batches: torch.keep(torch.zeros([], { device })) };
  }

  private sum(name: Name | 'batches'): Tensor {
    return this.state[name] as Tensor;
  }

  /** Adds a batch; views `[B, d]`. */
  add(views: readonly ViewOutput[]): void {
    torch.noGrad(() =>
      torch.scope(() => {
        const pairs = viewPairs(views.length, this.loss.asymmetric);
        for (const [i, j] of pairs) this.addDirection(views[i] as ViewOutput, views[j] as ViewOutput, pairs.length);
        this.sum('batches').add_(1);
      }),
    );
  }

  private addDirection(from: ViewOutput, to: ViewOutput, directions: number): void {
    const [f, other, p, t] = [from.embedding, to.embedding, from.prediction, to.target].map((rows) => rows.float()) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const share = 1 / (directions * f.size(0));
    const { attraction, prediction, target } = lossWeights(this.loss, p, t);
    const accumulate = (name: Name, left: Tensor, right: Tensor): void => {
      this.sum(name).addmm_(left.transpose(0, 1), right, { alpha: share });
    };
    accumulate('cross', f, other);
    accumulate('total', f, f);
    accumulate('drive', t.mul(attraction.unsqueeze(1)), f);
    accumulate('drag', f.mul(prediction.unsqueeze(1)), f);
    if (this.loss.throughTarget) accumulate('pull', t.mul(target.unsqueeze(1)), t);
  }

  /** The means, in float64 on the CPU; starts anew. Null if there was no batch. */
  take(): Moments | null {
    return torch.noGrad(() =>
      torch.scope(() => {
        const batches = this.sum('batches').item();
        if (batches === 0) return null;
        const mean = (name: Name): Tensor => {
          const sum = this.sum(name).to({ device: 'cpu', dtype: 'float64' }).div(batches);
          return sum.add(sum.transpose(0, 1)).div(2);
        };
        const moments: Moments = {
          cross: mean('cross'),
          total: mean('total'),
          drive: mean('drive'),
          drag: mean('drag'),
          ...(this.loss.throughTarget ? { pull: mean('pull') } : {}),
        };
        for (const tensor of Object.values(this.state)) tensor.zero_();
        return moments;
      }),
    );
  }
}
