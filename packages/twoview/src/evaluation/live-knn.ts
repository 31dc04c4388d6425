// Watches a run: kNN accuracy and the collapse figures of held-out images, at the end of epochs.
import { type ImageDataset, limitDataset } from '../data/index.js';
import type { EpochContext, Measures, Observer } from '../training/index.js';
import type { FeatureOptions } from './features.js';
import { extractModelFeatures, measureModel } from './model.js';

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

/** An observer that measures `knn`, `h.*` and `z.*` on held-out images. It draws no random numbers and leaves the model as it is. */
export function createLiveKnn(options: LiveKnnOptions): Observer {
  const { k, temperature, transform, device } = options;
  const train = limitDataset(options.train, options.maxTrain);
  const test = limitDataset(options.test, options.maxTest);
  return {
    async onEvaluate({ model }: EpochContext): Promise<Measures> {
      const features = { transform, device };
      const known = { dataset: train, features: await extractModelFeatures(model, train, features) };
      const asked = { dataset: test, features: await extractModelFeatures(model, test, features) };
      return measureModel(known, asked, { k, temperature, probe: { kind: 'none' }, seed: 0 });
    },
  };
}
