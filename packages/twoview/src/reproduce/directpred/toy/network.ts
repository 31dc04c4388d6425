// The toy's network: a small encoder, and the paper's projector and slots around it.
import type { Generator, Tensor } from '@twoview/torch';
import type * as nn from '@twoview/torch/nn';
import { methodSchema, presetMethod, Siamese } from '../../../methods/index.js';
import { Encoder, mlp } from '../../../models/index.js';
import { viewSize } from './data.js';
import type { ToyVariant } from './settings.js';

const featureSize = 64;

/** Linear 64-128, BatchNorm, ReLU, Linear 128-64 gives h, which is probed; the projector sees ReLU(h). */
export class ToyEncoder extends Encoder {
  readonly featureSize = featureSize;
  private readonly body: nn.Sequential;

  constructor(generator: Generator) {
    super();
    this.body = this.module('body', mlp({ sizes: [viewSize, 128, featureSize], norm: 'plain', generator }));
  }

  /** Views `[N, 64]` to h `[N, 64]`. */
  h(views: Tensor): Tensor {
    return this.body.forward(views);
  }

  override forward(views: Tensor): Tensor {
    return this.h(views).relu();
  }
}

/** The method of a variant: DirectPred's preset with two slots filled otherwise, and a projector 64-128-32. */
export function createToyModel({ predictor, target }: ToyVariant, generator: Generator): Siamese {
  const config = methodSchema.parse({
    ...presetMethod('directpred'),
    projector: { hidden: [128], size: 32, norm: 'plain', lastNorm: 'none', bias: true },
    predictor,
    target,
  });
  return new Siamese(config, (g) => new ToyEncoder(g), generator);
}
