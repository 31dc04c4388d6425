// The toy's data: a content that two views share, and in each view fresh jitter and fresh nuisance, mixed by a rotation.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

export const classes = 8;
/** Sizes of the content c and of a view. */
export const contentSize = 8;
export const viewSize = 32;

/** Distance of the class means from the origin, spread within a class, and jitter of the first and last axis of c. */
const meanNorm = 1.5 * Math.sqrt(contentSize);
const spread = 0.6;
const [leastJitter, mostJitter] = [0.1, 0.8];

/** Contents with their classes. */
export interface Contents {
  /** [N, 8] */
  values: Tensor;
  /** N class indices */
  labels: Int32Array;
}

const double = { dtype: 'float64' } as const;

export class ToyData {
  /** mu_y: [8, 8], rows of one length in random directions. */
  readonly means: Tensor;
  /** Q: [32, 32], orthogonal. */
  readonly rotation: Tensor;
  /** Standard deviation of the jitter of each axis of c: [8]. */
  readonly jitter: Tensor;

  /** @param generator draws the task: class means and rotation */
  constructor(generator: Generator) {
    const [means, rotation, jitter] = torch.scope(() => {
      const directions = torch.randn([classes, contentSize], { generator, ...double });
      const norms = directions.square().sum([1], true).sqrt();
      const [q, r] = torch.linalgQr(torch.randn([viewSize, viewSize], { generator, ...double }));
      const steps = Array.from({ length: contentSize }, (_, i) => i / (contentSize - 1));
      const deviations = steps.map((t) => leastJitter + (mostJitter - leastJitter) * t);
      return [
        directions.div(norms).mul(meanNorm),
        q.mul(r.diag(0).sign()), // signs that make the rotation uniformly distributed
        torch.tensor(deviations, double),
      ] as const;
    });
    this.means = torch.keep(means);
    this.rotation = torch.keep(rotation);
    this.jitter = torch.keep(jitter);
  }

  /** c = mu_y + 0.6 n, with classes drawn evenly. */
  contents(count: number, generator: Generator): Contents {
    const values = torch.scope(() => {
      const labels = torch.randint(classes, [count], { generator, dtype: 'int64' });
      const noise = torch.randn([count, contentSize], { generator, ...double });
      return { labels, values: this.means.indexSelect(0, labels).add(noise, { alpha: spread }) };
    });
    const labels = values.labels.to({ dtype: 'int32' }).data() as Int32Array;
    return { values: values.values, labels };
  }

  /** A view of contents: [c + jitter, 24 axes of noise] Q, [N, 32]. */
  view({ values }: Contents, generator: Generator): Tensor {
    return torch.scope(() => {
      const count = values.size(0);
      const noise = torch.randn([count, viewSize], { generator, ...double });
      const content = values.add(noise.narrow(1, 0, contentSize).mul(this.jitter));
      return torch.cat([content, noise.narrow(1, contentSize, viewSize - contentSize)], 1).matmul(this.rotation);
    });
  }

  dispose(): void {
    for (const tensor of [this.means, this.rotation, this.jitter]) tensor.dispose();
  }
}
