// The toy's data: a view is a jittered content and louder noise that differs between views, mixed by a fixed rotation.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';

export const classes = 10;
/** Sizes of the content, of the noise beside it, and of a view. */
export const contentSize = 16;
export const noiseSize = 48;
export const viewSize = contentSize + noiseSize;

/** Standard deviations: of contents around their class mean, of the jitter, of the noise. */
const [spread, jitter, noise] = [0.7, 0.3, 1.5];

/** Contents with their classes. */
export interface Contents {
  /** `[N, 16]` */
  values: Tensor;
  /** Class indices, int64 `[N]`. */
  labels: Tensor;
}

/** A task, and the stream its batches come from; float32. */
export class ToyData {
  /** `[10, 16]`, normally distributed. */
  readonly means: Tensor;
  /** Q `[64, 64]`, orthogonal. */
  readonly rotation: Tensor;

  /** @param generator draws class means and rotation, then contents and views */
  constructor(private readonly generator: Generator) {
    this.means = torch.keep(this.normal([classes, contentSize]));
    this.rotation = torch.keep(nn.init.orthogonal_(torch.empty([viewSize, viewSize]), { generator }));
  }

  private normal(shape: number[]): Tensor {
    return torch.randn(shape, { generator: this.generator });
  }

  /** c = mean + 0.7 n, with classes drawn evenly. */
  contents(count: number): Contents {
    const labels = torch.randint(classes, [count], { generator: this.generator, dtype: 'int64' });
    const values = this.means.indexSelect(0, labels).add(this.normal([count, contentSize]), { alpha: spread });
    return { values, labels };
  }

  /** A view of contents: [c + 0.3 n; 1.5 n'] Q, `[N, 64]`. */
  view({ values }: Contents): Tensor {
    const count = values.size(0);
    const kept = values.add(this.normal([count, contentSize]), { alpha: jitter });
    return torch.cat([kept, this.normal([count, noiseSize]).mul(noise)], 1).matmul(this.rotation);
  }

  dispose(): void {
    this.means.dispose();
    this.rotation.dispose();
  }
}
