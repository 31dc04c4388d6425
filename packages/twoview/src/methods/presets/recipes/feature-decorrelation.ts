// What Hua et al. 2021 (arXiv 2105.00470) train every method with, their re-runs of others' included.
import type { Recipe, RecipeConfig, SlotsRecipe } from '../recipe.js';
import { cifarResNet18, tinyResNet18, twice } from './common.js';

const shared = {
  momentum: 0.9,
  weightDecay: 1e-3,
  schedule: { name: 'cosine', warmupEpochs: 5 },
} as const;

/** CIFAR: SimSiam's augmentation without blur, learning rate 0.02 per 256 images. */
export function decorrelationCifar(
  training: { epochs: number; batchSize: 64 | 256 },
  method: SlotsRecipe = {},
): RecipeConfig {
  const learningRate = training.batchSize === 64 ? 0.005 : 0.02;
  return {
    augment: twice({ policy: 'simsiam-cifar' }),
    encoder: cifarResNet18,
    method,
    optimizer: { name: 'sgd', learningRate, ...shared },
    training,
  };
}

/** STL-10's unlabelled images, 96 pixels, a blur kernel of 9, batches of 64. */
export function decorrelationStl10(method: SlotsRecipe = {}): RecipeConfig {
  return {
    data: { trainSplit: 'unlabeled' },
    augment: twice({ policy: 'simsiam-imagenet' }),
    encoder: tinyResNet18,
    method,
    optimizer: { name: 'sgd', learningRate: 0.005, ...shared },
    training: { epochs: 200, batchSize: 64 },
  };
}

/** A re-run of another paper's method on STL-10. */
export function rerunStl10(published: string, method: SlotsRecipe): Recipe {
  return {
    source:
      'no published recipe at this scale: taken from the re-run in Hua et al. 2021, arXiv 2105.00470, and the configuration released with it',
    published: `${published} (linear, 200 epochs, ResNet-18; table of Hua et al. 2021)`,
    config: decorrelationStl10(method),
  };
}

/** The four normalizers side by side on CIFAR-10: 100 epochs, projector 256 and 128. */
export const normalizersSideBySide: Recipe = {
  source:
    'Hua et al. 2021, the comparison of normalizers on CIFAR-10, as in the configurations released with the paper (100 epochs)',
  config: decorrelationCifar({ epochs: 100, batchSize: 256 }),
};
