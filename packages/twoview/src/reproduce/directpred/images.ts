// CIFAR-10 in the published setting: ResNet-18, 100 epochs, three predictors; accuracy by the authors' linear evaluation.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { isLabeled, type LabeledDataset, openDataset } from '../../data/index.js';
import { extractFeatures, featureTensor, linearProbe, runTransform } from '../../evaluation/index.js';
import type { Siamese } from '../../methods/index.js';
import { RunFolder } from '../../runs/index.js';
import { type Config, DivergenceError, resolveConfig, Trainer, viewSize } from '../../training/index.js';
import type { ReproduceContext } from '../claim.js';
import { type Experiment, type ExperimentIo, InterruptedError } from '../experiment.js';

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

/** CIFAR-10's folder, if it lies in (or is) the given one. */
export function hasCifar10(folder: string): boolean {
  return [folder, path.join(folder, 'cifar-10-batches-bin')].some((dir) =>
    ['data_batch_5.bin', 'test_batch.bin'].every((file) => existsSync(path.join(dir, file))),
  );
}

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

/** Trains a configuration and evaluates its encoder. Where images lie and which device computes makes no other experiment. */
export function imageExperiment(variant: ImageVariant, config: Config): Experiment<ImageMeasures> {
  const data: Record<string, unknown> = { ...config.data };
  delete data.folder;
  const { device: _, ...training } = config.training;
  return {
    name: `images, ${variant}, seed ${config.training.seed}`,
    settings: { version: 1, ...config, data, training },
    cost,
    async run(io) {
      const images = await openLabeled(config, 'train');
      try {
        const model = await train(config, images, io);
        return { variant, ...(await evaluate(model, config, images)) };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { variant, best: Number.NaN, last: Number.NaN };
      }
    },
  };
}

async function openLabeled(config: Config, split: 'train' | 'test'): Promise<LabeledDataset> {
  const dataset = await openDataset(config.data, { split });
  if (!isLabeled(dataset)) throw new Error(`${dataset.name} has no labels to measure accuracy by`);
  return dataset;
}

/** Goes on from the folder's last checkpoint. @throws InterruptedError with the state saved */
async function train(config: Config, images: LabeledDataset, io: ExperimentIo): Promise<Siamese> {
  const known = existsSync(path.join(io.folder, 'environment.json'));
  const folder = known
    ? RunFolder.open(io.folder, { mode: 'write' })
    : RunFolder.create(io.folder, { config, environment: { libtorch: torch.version } });
  try {
    const trainer = new Trainer(config, images, folder, {
      shouldStop: io.shouldStop,
      onProgress: ({ step, totalSteps }) => io.onProgress((cost * step) / totalSteps),
    });
    if (known) trainer.resume();
    if ((await trainer.run()) === 'interrupted') throw new InterruptedError('asked to stop; the state is saved');
    folder.finish('done');
    return trainer.model;
  } catch (error) {
    folder.finish(error instanceof InterruptedError ? 'interrupted' : 'failed', (error as Error).message);
    throw error;
  }
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
