// What Tian, Chen, Ganguli 2021 (arXiv 2102.06810) train at 32 and 96 pixels with.
import type { RecipeConfig } from '../recipe.js';
import { cifarResNet18, stlResNet18, twice } from './common.js';

const shared = {
  optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 4e-4, schedule: { name: 'constant' } },
  training: { epochs: 100, batchSize: 128 },
} as const;

export const directpredCifar: RecipeConfig = {
  augment: twice({ policy: 'directpred-cifar' }),
  encoder: cifarResNet18,
  ...shared,
};

/** All 105,000 images without labels. */
export const directpredStl10: RecipeConfig = {
  data: { trainSplit: 'train+unlabeled' },
  augment: twice({ policy: 'directpred-stl10' }),
  encoder: stlResNet18,
  ...shared,
};
