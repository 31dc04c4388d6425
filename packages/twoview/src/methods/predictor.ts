// The predictor slot: how z becomes a prediction of the other view's embedding.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Linear, type Module, type Sequential } from '@twoview/torch/nn';
import { mlp } from '../models/index.js';
import type { PredictorConfig } from './config/index.js';
import { DirectPredictor } from './direct-predictor.js';

/** Maps `[B, d]` to `[B, d]`; what it does besides is done in `observe` and `afterStep`. */
export interface Predictor {
  /** The module that holds its weights; null for none. */
  readonly module: Module<[Tensor], Tensor> | null;
  forward(z: Tensor): Tensor;
  /** Sees the predictor's inputs of both views `[2B, d]`, without gradient, before the optimiser's step. */
  observe(z: Tensor): void;
  /** Runs after the optimiser's step `step`, counted from 0. */
  afterStep(step: number): void;
  /** The matrix, for a predictor that is one. */
  readonly matrix: Tensor | null;
}

const nothing = (): void => {};

/** Replaces W by its symmetric part; of two layers, ties the second to the first's transpose. */
function symmetrize(layers: readonly Linear[]): void {
  torch.noGrad(() =>
    torch.scope(() => {
      const [first, second] = layers as [Linear, Linear?];
      const other = (second ?? first).weight.transpose(0, 1);
      const mean = first.weight.add(other).mul(0.5);
      first.weight.copy_(mean);
      second?.weight.copy_(mean.transpose(0, 1));
    }),
  );
}

/** Makes the predictor of embeddings of dimension `size`, with initial weights drawn from `generator`. */
export function createPredictor(config: PredictorConfig, size: number, generator: Generator): Predictor {
  switch (config.name) {
    case 'identity':
      return { module: null, forward: (z) => z, observe: nothing, afterStep: nothing, matrix: null };
    case 'linear': {
      const layer = new Linear(size, size, { bias: config.bias, generator });
      return {
        module: layer,
        forward: (z) => layer.forward(z),
        observe: nothing,
        afterStep: config.symmetric ? () => symmetrize([layer]) : nothing,
        matrix: layer.weight,
      };
    }
    case 'mlp': {
      const layers: Sequential = mlp({
        sizes: [size, config.hidden, size],
        norm: config.norm,
        bias: config.bias,
        generator,
      });
      const linear = layers.layers.filter((layer) => layer instanceof Linear);
      return {
        module: layers,
        forward: (z) => layers.forward(z),
        observe: nothing,
        afterStep: config.symmetric ? () => symmetrize(linear) : nothing,
        matrix: null,
      };
    }
    default: {
      const predictor = new DirectPredictor(config, size, generator);
      return {
        module: predictor,
        forward: (z) => predictor.forward(z),
        observe: (z) => predictor.observe(z),
        afterStep: (step) => predictor.afterStep(step),
        matrix: predictor.weight,
      };
    }
  }
}
