// The image runs' settings at both scales: one code, a small network for minutes and the published recipe for a GPU.
import { type Config, resolveConfig } from '../../../training/index.js';
import type { ReproduceContext } from '../../claim.js';
import { hasCifar10 } from '../../image-run.js';

/** A run: what the last layer standardises, in how many groups. */
export interface ImageVariant {
  method: 'siamese' | 'siamese-bn' | 'dbn' | 'shuffled-dbn';
  /** Of dbn and shuffled-dbn. */
  groups?: number;
}

/** How the runs of a comparison are made. */
export interface ImageRecipe {
  /** D. */
  dimension: number;
  /** Width of the projector's hidden layer. */
  hidden: number;
  /** G of the variants in groups. */
  groups: number;
  overrides: readonly string[];
  /** Milliseconds a run takes, roughly. */
  cost: number;
}

const common = [
  'optimizer.name=sgd',
  'optimizer.momentum=0.9',
  'optimizer.weightDecay=0.001',
  'optimizer.exclude=none',
  'evaluation.everyEpochs=100000',
];

const cosine = (warmupEpochs: number): string =>
  `optimizer.schedule=${JSON.stringify({ name: 'cosine', warmupEpochs })}`;

/** On one core in one to two minutes a run: a small network, 10,000 images, 1,400 steps. */
const small: ImageRecipe = {
  dimension: 32,
  hidden: 128,
  groups: 4,
  overrides: [
    ...common,
    `encoder=${JSON.stringify({ name: 'convnet', channels: [16, 32, 64, 128] })}`,
    'optimizer.learningRate=0.05',
    cosine(1),
    'data.limit=10000',
    'data.testLimit=2000',
    'training.epochs=9',
    'training.batchSize=64',
    'training.threads=1',
  ],
  cost: 90_000,
};

const resnet = [
  ...common,
  `encoder=${JSON.stringify({ name: 'resnet18', stem: 'cifar' })}`,
  `augment.views.0=${JSON.stringify({ policy: 'simsiam-cifar' })}`,
  `augment.views.1=${JSON.stringify({ policy: 'simsiam-cifar' })}`,
  cosine(5),
];

/** The authors' comparison of normalizers: ResNet-18, 100 epochs, D = 128, batches of 256. */
const comparison: ImageRecipe = {
  dimension: 128,
  hidden: 256,
  groups: 16,
  overrides: [...resnet, 'optimizer.learningRate=0.02', 'training.epochs=100', 'training.batchSize=256'],
  cost: 20 * 60_000,
};

/** The authors' main table: 200 epochs, D = 512 in 16 groups, batches of 64. */
export const mainTable: ImageRecipe = {
  dimension: 512,
  hidden: 1024,
  groups: 16,
  overrides: [...resnet, 'optimizer.learningRate=0.005', 'training.epochs=200', 'training.batchSize=64'],
  cost: 90 * 60_000,
};

export function comparisonRecipe({ scale }: Pick<ReproduceContext, 'scale'>): ImageRecipe {
  return scale === 'paper' ? comparison : small;
}

/** The runs that are compared, by the name they have in tables. */
export function imageVariants({ groups }: ImageRecipe): Record<ImageVariantName, ImageVariant> {
  return {
    none: { method: 'siamese' },
    BN: { method: 'siamese-bn' },
    DBN: { method: 'dbn', groups: 1 },
    'DBN in groups': { method: 'dbn', groups },
    'Shuffled-DBN': { method: 'shuffled-dbn', groups },
  };
}

export type ImageVariantName = 'none' | 'BN' | 'DBN' | 'DBN in groups' | 'Shuffled-DBN';

/** The whole configuration of a run. */
export function imageConfig(
  { method, groups }: ImageVariant,
  recipe: ImageRecipe,
  seed: number,
  { dataFolder, device }: Pick<ReproduceContext, 'dataFolder' | 'device'>,
): Config {
  const real = hasCifar10(dataFolder);
  return resolveConfig({
    method,
    dataset: real ? 'cifar10' : 'embedded',
    overrides: [
      ...recipe.overrides,
      ...(real ? [`data.folder=${dataFolder}`] : []),
      `method.projector=${JSON.stringify({ hidden: [recipe.hidden], size: recipe.dimension, norm: 'affine' })}`,
      ...(groups === undefined ? [] : [`method.normalizer.groups=${groups}`]),
      `training.seed=${seed}`,
      `training.device=${device}`,
    ],
  });
}
