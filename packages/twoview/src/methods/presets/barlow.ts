import { barlowMetrics } from './metrics.js';
import type { Preset } from './preset.js';
import type { SlotsRecipe } from './recipe.js';
import { byolViews, imagenetResNet50, lars } from './recipes/common.js';
import { decorrelationCifar, rerunStl10 } from './recipes/feature-decorrelation.js';

const small: SlotsRecipe = {
  objective: { name: 'barlowTwins', lambda: 0.005, scale: 1 },
  projector: { hidden: [1024, 1024], size: 512, norm: 'affine', bias: true },
};

/** Zbontar et al. 2021, equation 1: invariance on the diagonal of the cross-correlation, redundancy reduction off it. */
export const barlow: Preset = {
  name: 'barlow',
  paper: 'Zbontar, Jing, Misra, LeCun, Deny 2021, arXiv 2103.03230',
  summary: 'Decorrelating: dimensions must agree between views and not with each other, so none is a copy.',
  equations: 'equations 1 and 2',
  method: {
    objective: { name: 'barlowTwins', lambda: 0.005, scale: 0.024 },
    projector: { hidden: [1024], size: 512, norm: 'affine', bias: false },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  recipes: {
    cifar: {
      source:
        'no published recipe at this scale: taken from the re-run in Hua et al. 2021, arXiv 2105.00470, and the configuration released with it',
      published: '89.02 (linear, CIFAR-10, 200 epochs, ResNet-18; table of Hua et al. 2021)',
      config: decorrelationCifar({ epochs: 200, batchSize: 64 }, small),
    },
    stl10: rerunStl10('85.43', small),
    imagenet: {
      source:
        "section 2.2 and the authors' program (facebookresearch/barlowtwins, README): learning rate 0.2 per 256 images, batches of 2048, scale 0.024",
      published: '73.2 (linear, 1000 epochs, ResNet-50; table 1, and 73.3 for the published weights)',
      config: {
        augment: byolViews,
        encoder: { ...imagenetResNet50, zeroInitResidual: true },
        method: {
          objective: { name: 'barlowTwins', lambda: 0.0051, scale: 0.024 },
          projector: { hidden: [8192, 8192], size: 8192, norm: 'affine', bias: false },
        },
        optimizer: lars(1.6, 1e-6, 0.001),
        training: { epochs: 1000, batchSize: 2048 },
      },
    },
  },
  details: [
    'Each dimension is standardised over the batch of one view before the cross-correlation (equation 2).',
    "The loss is scaled by 0.024, or biases and BatchNorm learn 0.024 times slower, in the authors' program; LARS makes the two the same (facebookresearch/barlowtwins).",
    'Accuracy keeps growing with the size of the projector, up to 16384 (section 4).',
    'Residual branches start at zero (facebookresearch/barlowtwins, main.py).',
    'Biases and BatchNorm stay out of weight decay and of the adaptation of LARS (section 2.2).',
  ],
  metrics: barlowMetrics,
};
