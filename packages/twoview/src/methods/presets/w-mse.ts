import type { Preset } from './preset.js';
import type { RecipeConfig } from './recipe.js';
import { cifarResNet18, tinyResNet18, twice } from './recipes/common.js';

type View = RecipeConfig['augment']['views'][number];

/** The same for every data set but for its normalisation. */
const view = (normalize: View['normalize']): View => ({
  policy: 'simsiam-cifar',
  grayscale: { probability: 0.1 },
  normalize,
});

const source =
  "section 5 and the authors' program (htdt/self-supervised, README, W-MSE 2): Adam, 500 steps of warm-up, divided by 5 at 50 and 25 epochs before the end";

/** Ermolov, Siarohin, Sangineto, Sebe 2021, equations 3 to 5: whitened by Cholesky within slices of the batch, then 2 - 2 cos. */
export const wMse: Preset = {
  name: 'w-mse',
  paper: 'Ermolov, Siarohin, Sangineto, Sebe 2021, arXiv 2007.06346',
  summary: 'Whitening: samples are scattered over a sphere by construction, in random slices of the batch.',
  equations: 'equations 3 to 5',
  method: {
    objective: { name: 'mse', normalize: true, scale: 0.5 },
    projector: { hidden: [1024], size: 64, norm: 'affine' },
    normalizer: { name: 'slicedWhitening' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  recipes: {
    cifar: {
      source,
      published: '91.55 (linear, CIFAR-10, 1000 epochs, ResNet-18, two views; table 1)',
      differences: ['The program jitters colours before it crops; here views are cropped first.'],
      config: {
        augment: twice(view({ mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] })),
        encoder: cifarResNet18,
        method: { normalizer: { name: 'slicedWhitening', size: 128 } },
        optimizer: {
          name: 'adam',
          learningRate: 3e-3,
          weightDecay: 1e-6,
          schedule: { name: 'steps', warmupEpochs: 5.15, milestones: [950, 975], gamma: 0.2 },
        },
        training: { epochs: 1000, batchSize: 512 },
      },
    },
    stl10: {
      source,
      published: '90.36 (linear, STL-10 at 64 pixels, 2000 epochs, ResNet-18, two views; table 1)',
      differences: ['The program jitters colours before it crops; here views are cropped first.'],
      config: {
        data: { trainSplit: 'train+unlabeled' },
        augment: { size: 64, ...twice(view({ mean: [0.43, 0.42, 0.39], std: [0.27, 0.26, 0.27] })) },
        encoder: tinyResNet18,
        method: {
          projector: { hidden: [1024], size: 128, norm: 'affine' },
          normalizer: { name: 'slicedWhitening', size: 256, rounds: 4 },
        },
        optimizer: {
          name: 'adam',
          learningRate: 2e-3,
          weightDecay: 1e-6,
          schedule: { name: 'steps', warmupEpochs: 2.44, milestones: [1950, 1975], gamma: 0.2 },
        },
        training: { epochs: 2000, batchSize: 512 },
      },
    },
  },
  details: [
    'The views of an image fall into the same slice: one permutation serves all views of a step (section 3; methods/w_mse.py).',
    'A slice holds twice as many samples as there are dimensions, so that its covariance can be inverted (section 3).',
    'Whitening is by Cholesky, with a covariance over n - 1 and no shrinkage (methods/whitening.py).',
    'Embeddings are scaled to length one after the whitening, not before (section 3).',
    'With four views instead of two the paper has 91.99 on CIFAR-10 and 91.75 on STL-10 (table 1): give augment.views four entries and half the batch.',
  ],
};
