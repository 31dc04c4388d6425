// The toy's network: a backbone of two layers and a projector of two, in float64.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { viewSize } from './data.js';

const featureSize = 64;

/** Linear, BatchNorm, ReLU, as often as there are widths. */
function hiddenLayers(sizes: readonly number[], generator: Generator): nn.Module[] {
  return sizes
    .slice(1)
    .flatMap((size, i) => [new nn.Linear(sizes[i]!, size, { generator }), new nn.BatchNorm1d(size), new nn.ReLU()]);
}

/** Views [N, 32] to features h [N, 64] to the projection [N, D], before any normalizer. Always by statistics of the batch. */
export class ToyNetwork extends nn.Module {
  readonly backbone: nn.Sequential;
  readonly projector: nn.Sequential;

  constructor({ hidden, dimension }: { hidden: number; dimension: number }, generator: Generator) {
    super();
    this.backbone = this.module('backbone', new nn.Sequential(...hiddenLayers([viewSize, 64, featureSize], generator)));
    this.projector = this.module(
      'projector',
      new nn.Sequential(
        ...hiddenLayers([featureSize, hidden], generator),
        new nn.Linear(hidden, dimension, { generator }),
      ),
    );
    this.to({ dtype: 'float64' });
  }

  override forward(views: Tensor): Tensor {
    return this.projector.forward(this.backbone.forward(views));
  }
}
