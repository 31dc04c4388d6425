// The toy's network: two strided convolutions, a latent of 64, a classifier on it, and a linear projection for the contrastive
// term alone.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { classes } from './data.js';

const channels = [1, 16, 32] as const;
const [positions, latentSize, projectionSize] = [4 * 4, 64, 32];

/** Images [N, 1, 16, 16] in [0, 1] to logits [N, 10]. */
export class ToyNetwork extends nn.Module<[Tensor], Tensor> {
  readonly encoder: nn.Sequential;
  readonly classifier: nn.Linear;
  readonly projector: nn.Linear;

  /** @param latentNorm whether the latent has batch normalisation */
  constructor({ latentNorm }: { latentNorm: boolean }, generator: Generator) {
    super();
    const convolutions = channels
      .slice(1)
      .flatMap((size, i) => [
        new nn.Conv2d(channels[i]!, size, 3, { stride: 2, padding: 1, generator }),
        new nn.BatchNorm2d(size),
        new nn.ReLU(),
      ]);
    this.encoder = this.module(
      'encoder',
      new nn.Sequential(
        ...convolutions,
        new nn.Flatten(),
        new nn.Linear(channels[2] * positions, latentSize, { generator }),
        ...(latentNorm ? [new nn.BatchNorm1d(latentSize)] : []),
        new nn.ReLU(),
      ),
    );
    this.classifier = this.module('classifier', new nn.Linear(latentSize, classes, { generator }));
    this.projector = this.module('projector', new nn.Linear(latentSize, projectionSize, { generator }));
  }

  override forward(images: Tensor): Tensor {
    return this.classifier.forward(this.encoder.forward(images));
  }
}
