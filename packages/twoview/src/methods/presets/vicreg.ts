import { vicregMetrics } from './metrics.js';
import type { Preset } from './preset.js';
import { byolViews, cifarResNet18, imagenetResNet50, lars, twice } from './recipes/common.js';

/** Bardes, Ponce, LeCun 2022, equations 1 to 6. */
export const vicreg: Preset = {
  name: 'vicreg',
  paper: 'Bardes, Ponce, LeCun 2022, arXiv 2105.04906',
  summary: 'Decorrelating: a hinge keeps every standard deviation above 1, covariances are pushed to 0.',
  equations: "equations 1 to 6, with the means and halves of the authors' program",
  method: {
    objective: { name: 'vicreg', invariance: 25, variance: 25, covariance: 1 },
    projector: { hidden: [1024], size: 512, norm: 'affine' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  recipes: {
    cifar: {
      source:
        'no published recipe at this scale: taken from a public reproduction on CIFAR-10 with Adam (augustwester/vicreg), whose variance term is not halved',
      published: 'about 87 (linear, CIFAR-10, 500 epochs, ResNet-18; README of that reproduction)',
      differences: [
        'The reproduction keeps a linear layer of 512 units at the end of the encoder; here the encoder ends with the pooled features.',
        "solo-learn's script (92.07 after 1000 epochs) clips the adaptation of LARS, for which there is no option here.",
      ],
      config: {
        augment: twice({
          policy: 'simsiam-cifar',
          colorJitter: { saturation: 0.2 },
          solarize: { probability: 0.2, threshold: 0.5 },
          normalize: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.243, 0.261] },
        }),
        encoder: cifarResNet18,
        method: {
          objective: { name: 'vicreg', invariance: 25, variance: 50, covariance: 1 },
          projector: { hidden: [1024, 1024, 1024], size: 1024, norm: 'affine' },
          forward: 'concatenated',
        },
        optimizer: { name: 'adam', learningRate: 2e-4, weightDecay: 1e-6, schedule: { name: 'constant' } },
        training: { epochs: 500, batchSize: 256 },
      },
    },
    imagenet: {
      source:
        "section 4.2 and the authors' program (facebookresearch/vicreg, README): learning rate 0.2 per 256 images, batches of 2048",
      published: '73.2 (linear, 1000 epochs, ResNet-50; table 1 and README)',
      differences: ['The last layer of the projector has no bias in the program; here it has one, as the others do.'],
      config: {
        augment: byolViews,
        encoder: { ...imagenetResNet50, zeroInitResidual: true },
        method: { projector: { hidden: [8192, 8192], size: 8192, norm: 'affine' } },
        optimizer: lars(1.6, 1e-6, 0.001),
        training: { epochs: 1000, batchSize: 2048 },
      },
    },
  },
  details: [
    'Invariance is a mean over batch and dimensions and variance is halved (facebookresearch/vicreg, main_vicreg.py); the weights 25, 25 and 1 belong to that.',
    'Standard deviations are of the variance plus 1e-4 over n - 1 (facebookresearch/vicreg, main_vicreg.py).',
    'Embeddings are neither scaled to length one nor standardised (section 4.1).',
    'Biases and BatchNorm stay out of weight decay and of the adaptation of LARS (facebookresearch/vicreg, main_vicreg.py).',
  ],
  metrics: vicregMetrics,
};
