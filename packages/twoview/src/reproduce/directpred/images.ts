// CIFAR-10 in the published setting: ResNet-18, 100 epochs, three predictors; accuracy by the authors' linear evaluation.
import type { LabeledDataset } from '../../data/index.js';
import { extractFeatures, featureTensor, linearProbe, runTransform } from '../../evaluation/index.js';
import type { Siamese } from '../../methods/index.js';
import { type Config, DivergenceError, resolveConfig, viewSize } from '../../training/index.js';
import type { ReproduceContext } from '../claim.js';
import type { Experiment } from '../experiment.js';
import { openLabeled, runSettings, train } from '../image-run.js';

/** What is compared: overrides of DirectPred's recipe. All have its moving average. */
export const imageVariants = {
  DirectPred: [],
  'SGD linear predictor': ['method.predictor={"name":"linear"}'],
  'two-layer predictor': ['method.predictor={"name":"mlp","hidden":512,"norm":"plain"}'],
} as const satisfies Record<string, readonly string[]>;

export type ImageVariant = keyof typeof imageVariants;
export const imageVariantNames = Object.keys(imageVariants) as ImageVariant[];

/** Numbers of a run; NaN where training diverged. */
export interface ImageMeasures {
  variant: ImageVariant;
  /** Best test accuracy over the 50 epochs of the linear evaluation, in [0, 1]: chosen on the test set, as the paper does. */
  best: number;
  /** After its last epoch. */
  last: number;
}

/** A run on an H100 takes about this long. */
const cost = 20 * 60_000;

/** The whole configuration of a run: the preset's recipe for CIFAR. */
export function imageConfig(
  variant: ImageVariant,
  seed: number,
  { dataFolder, device }: Pick<ReproduceContext, 'dataFolder' | 'device'>,
): Config {
  return resolveConfig({
    method: 'directpred',
    recipe: 'cifar',
    dataset: 'cifar10',
    overrides: [
      ...imageVariants[variant],
      `data.folder=${dataFolder}`,
      'evaluation.everyEpochs=100000',
      `training.seed=${seed}`,
      `training.device=${device}`,
    ],
  });
}

/** Trains a configuration and evaluates its encoder. */
export function imageExperiment(variant: ImageVariant, config: Config): Experiment<ImageMeasures> {
  return {
    name: `images, ${variant}, seed ${config.training.seed}`,
    settings: { version: 1, ...runSettings(config) },
    cost,
    async run(io) {
      const images = await openLabeled(config, 'train');
      try {
        const model = await train(config, images, io, cost);
        return { variant, ...(await evaluate(model, config, images)) };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { variant, best: Number.NaN, last: Number.NaN };
      }
    },
  };
}

/** The authors' protocol: Adam on standardised features without augmentation, the best of 50 epochs. */
async function evaluate(
  model: Siamese,
  config: Config,
  images: LabeledDataset,
): Promise<Pick<ImageMeasures, 'best' | 'last'>> {
  const test = await openLabeled(config, 'test');
  const { device, seed } = config.training;
  const options = { transform: runTransform(config, viewSize(config, test)), device };
  const known = featureTensor(await extractFeatures(model.encoder, images, options), device);
  const asked = featureTensor(await extractFeatures(model.encoder, test, options), device);
  const { bestAccuracy, accuracy } = await linearProbe({
    train: known,
    trainLabels: images.labels,
    test: asked,
    testLabels: test.labels,
    seed,
  });
  return { best: bestAccuracy, last: accuracy };
}
