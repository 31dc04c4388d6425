// Watches a run: kNN accuracy and the collapse figures of held-out images, at the end of epochs.
import { type ImageDataset, limitDataset } from '../data/index.js';
import { DivergenceError, type EpochContext, type Measures, type Observer } from '../training/index.js';
import type { FeatureOptions } from './features.js';
import { extractModelFeatures, type ModelFeatures, measureModel } from './model.js';

export interface LiveKnnOptions {
  /** Images to look for neighbours in, and images to classify; both are cut to the limits. */
  train: ImageDataset;
  test: ImageDataset;
  maxTrain: number;
  maxTest: number;
  k: number;
  temperature: number;
  transform: NonNullable<FeatureOptions['transform']>;
  device: string;
}

/** Finite weights may still overflow on the way through the network; ranks and neighbours of that would be nonsense. */
function checkFinite({ h, z }: ModelFeatures, step: number): void {
  if (h.values.every(Number.isFinite) && z.values.every(Number.isFinite)) return;
  throw new DivergenceError(
    `the features of held-out images are not finite after step ${step}; lower optimizer.learningRate, or look at the metrics before it`,
  );
}

/**
 * An observer that measures `knn`, `h.*` and `z.*` on held-out images. It draws no random numbers and leaves the model as
 * it is. Throws a DivergenceError where the features are not finite.
 */
export function createLiveKnn(options: LiveKnnOptions): Observer {
  const { k, temperature, transform, device } = options;
  const train = limitDataset(options.train, options.maxTrain);
  const test = limitDataset(options.test, options.maxTest);
  return {
    async onEvaluate({ model, step }: EpochContext): Promise<Measures> {
      const features = { transform, device };
      const known = { dataset: train, features: await extractModelFeatures(model, train, features) };
      const asked = { dataset: test, features: await extractModelFeatures(model, test, features) };
      checkFinite(known.features, step);
      checkFinite(asked.features, step);
      return measureModel(known, asked, { k, temperature, probe: { kind: 'none' }, seed: 0 });
    },
  };
}
