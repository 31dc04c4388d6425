// Watches a run: the covariance operator of every layer of encoder and projector, on the same few views at each evaluation.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { EpochContext, Measures, Observer } from '../../../training/index.js';
import type { CovarianceEstimate } from './estimate.js';
import { networkCovariance } from './network-covariance.js';

/** Eigenvalues that are written down. */
const spectrumLength = 16;

export interface CovarianceTrackerOptions {
  /** Makes R views of M images on the model's device, `[M, R, ...]`, the same at every call: `augmentedViews` does. */
  images: () => Tensor;
  /** P, directions of z that the connection is seen along; 2 if left out. With z's own width it is exact. */
  projections?: number;
  /** Draws the directions, the same at every evaluation; 0 if left out. */
  seed?: number;
  /** Layers to measure, such as `encoder.body.0` and `projector.3`: all if left out. */
  layers?: readonly string[];
}

/**
 * An observer that estimates the covariance operator V_x[K̄_l] of each layer at every evaluation, from what z = projector(encoder(x)), after
 * the normalizer, changes by with the layer's weights. For a layer `encoder.body.0` it writes
 *
 * - `covariance.encoder.body.0.trace` and `.within`: the traces of V_x[K̄] and of Va, without bias;
 * - `.ratio`: trace / within, signal that augmentation keeps beside what it varies; left out where nothing varies;
 * - `.norm`, `.effectiveRank`, `.spectrum` (the 16 largest eigenvalues) of V_x[K̄], by `estimateCovariance`.
 *
 * An evaluation costs a forward and P backward passes of M R images, and the products of gradients of each layer: about as much as training on
 * a few times M R images. M R P may be at most 2048. It draws no global random numbers and leaves the model as it is.
 *
 * The theorems are about z itself: a loss of normalised z sees these connections without their part along z.
 */
export function createCovarianceTracker(options: CovarianceTrackerOptions): Observer {
  const { images, projections = 2, seed = 0, layers } = options;
  return {
    async onEvaluate({ model }: EpochContext): Promise<Measures> {
      using views = torch.noGrad(() => torch.scope(images));
      if (!torch.scope(() => views.isfinite().all().item())) {
        throw new RangeError('a view to measure the covariance operator on is not finite');
      }
      const { encoder, projector, normalizer } = model.online;
      const modules = { encoder, projector, ...(normalizer && { normalizer }) };
      const estimates = await networkCovariance({
        modules,
        forward: (inputs) => model.embed(encoder.forward(inputs)),
        views,
        projections,
        seed,
        layers,
      });
      return Object.assign({}, ...Array.from(estimates, ([name, estimate]) => measuresOf(name, estimate)));
    },
  };
}

function measuresOf(layer: string, estimate: CovarianceEstimate): Measures {
  const { eigenvalues, ...numbers } = estimate;
  const named = Object.entries(numbers)
    .filter(([, value]) => !Number.isNaN(value))
    .map(([name, value]) => [`covariance.${layer}.${name}`, value] as const);
  const spectrum = Array.from(eigenvalues.subarray(0, spectrumLength));
  return { ...Object.fromEntries(named), [`covariance.${layer}.spectrum`]: spectrum };
}
