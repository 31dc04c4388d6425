// A branch of a siamese network: encoder, projector and normalizer.

import type * as torch from '@twoview/torch';
import type { Tensor } from '@twoview/torch';
import { Module } from '@twoview/torch/nn';
import { type Encoder, mlp } from '../models/index.js';
import { createNormalizer, type Normalizer } from '../normalizers/index.js';
import type { MethodConfig } from './config/index.js';

/** The slots that a branch is made of. */
export type BranchConfig = Pick<MethodConfig, 'projector' | 'normalizer'>;

/** Projector and normalizer, features h to embeddings: what a target holds that shares the online encoder. */
export class Head extends Module<[Tensor], Tensor> {
  readonly projector: Module<[Tensor], Tensor>;
  readonly normalizer: Normalizer | null;

  constructor(featureSize: number, config: BranchConfig, generator: torch.Generator) {
    super();
    const { hidden, size, norm, lastNorm, bias } = config.projector;
    const sizes = [featureSize, ...hidden, size];
    this.projector = this.module('projector', mlp({ sizes, norm, lastNorm, bias, generator }));
    this.normalizer = createNormalizer(config.normalizer, size);
    if (this.normalizer) this.module('normalizer', this.normalizer);
  }

  /**
   * What the loss compares: each view's projections `[B, d]`, standardised by the normalizer if there is one.
   * @param generator for a normalizer that draws; evaluation needs none
   */
  normalize(z: readonly Tensor[], generator?: torch.Generator): readonly Tensor[] {
    return this.normalizer ? this.normalizer.normalize(z, generator) : z;
  }

  /** Embeddings `[B, d]` of features `[B, D]`; call it in evaluation mode if the normalizer draws. */
  override forward(features: Tensor): Tensor {
    return this.normalize([this.projector.forward(features)])[0] as Tensor;
  }
}

/** An encoder with its head: images to embeddings. */
export class Branch extends Head {
  constructor(
    readonly encoder: Encoder,
    config: BranchConfig,
    generator: torch.Generator,
  ) {
    super(encoder.featureSize, config, generator);
    this.module('encoder', encoder);
  }

  override forward(images: Tensor): Tensor {
    return super.forward(this.encoder.forward(images));
  }
}
