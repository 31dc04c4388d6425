import { predictorMetrics } from './metrics.js';
import type { Preset } from './preset.js';
import { byolViews, imagenetResNet50, lars } from './recipes/common.js';
import { directpredCifar, directpredStl10 } from './recipes/directpred.js';

/** Tian, Chen, Ganguli 2021, section 4 and appendix C: the linear predictor is set from statistics, never trained. */
export const directpred: Preset = {
  name: 'directpred',
  paper: 'Tian, Chen, Ganguli 2021, arXiv 2102.06810',
  summary: 'Non-contrastive: a linear predictor set each step from the eigenvalues of the correlation of its inputs.',
  equations: "equations 18 and 19; the former as in the authors' program, with eigenvalues over the largest",
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'directPred', rho: 0.3, epsilon: 0.1, every: 1 },
    target: { name: 'ema', momentum: 0.996, start: 'random' },
  },
  recipes: {
    cifar: {
      source: 'section 4, appendix C and the authors’ program (facebookresearch/luckmatters, ssl/real-dataset)',
      published: '85.21 ± 0.23 (linear, best of 50 epochs, CIFAR-10, 100 epochs, ResNet-18, 5 seeds; table 8)',
      config: directpredCifar,
    },
    stl10: {
      source: 'section 4, appendix C and the authors’ program (facebookresearch/luckmatters, ssl/real-dataset)',
      published: '77.86 ± 0.16 (linear, best of 50 epochs, STL-10, 100 epochs, ResNet-18, 5 seeds; table 6)',
      config: directpredStl10,
    },
    imagenet: {
      source:
        "section 4: BYOL's networks and augmentation, symmetric loss, LARS, batches of 4096; what the paper leaves open is the 300-epoch preset of BYOL's program, and rho and epsilon are those of STL-10",
      published: '72.4 (linear, 300 epochs, ResNet-50; table 9)',
      config: {
        augment: byolViews,
        encoder: imagenetResNet50,
        method: {
          projector: { hidden: [4096], size: 256, norm: 'affine' },
          target: { name: 'ema', momentum: 0.99, schedule: 'cosine', start: 'copy' },
        },
        optimizer: lars(4.8, 1e-6),
        training: { epochs: 300, batchSize: 4096 },
      },
    },
  },
  details: [
    'F is the correlation of the projector’s outputs before they are normalised, of both views, and is never centred (section 4).',
    'F is updated before the optimiser’s step and the predictor is set after it; step 0 has a random predictor (the authors’ program).',
    'Epsilon is added outside the root, to eigenvalues over the largest (the authors’ program); eq. 18 as printed is formula=paper.',
    'The target starts from weights of its own (the authors’ program).',
    'The optimiser steps the predictor too; with every above 1 its momentum matters (the authors’ program).',
    'Setting the predictor every fifth step does as well over 100 epochs and better over 500 (table 8).',
  ],
  metrics: predictorMetrics,
};
