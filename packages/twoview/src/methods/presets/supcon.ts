import type { Preset } from './preset.js';
import { twice } from './recipes/common.js';

/** Khosla et al. 2020, equation 2: all images of a class attract each other. */
export const supcon: Preset = {
  name: 'supcon',
  paper: 'Khosla et al. 2020, arXiv 2004.11362',
  summary: 'Supervised contrastive: needs labels; the upper bound beside the methods that do not.',
  equations: 'equation 2, L_out, times temperature over baseTemperature as in the authors’ program',
  method: {
    objective: { name: 'supervisedContrastive', temperature: 0.1 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  recipes: {
    cifar: {
      source: "the authors' program (HobbitLong/SupContrast, README): ResNet-50, batches of 1024, warm-up from 0.01",
      published: '96.0 (linear, CIFAR-10, 1000 epochs, ResNet-50; table 2 and README)',
      differences: ['Warm-up starts from 0, not from 0.01.'],
      config: {
        augment: twice({
          policy: 'simsiam-cifar',
          normalize: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
        }),
        encoder: { name: 'resnet50', stem: 'cifar' },
        method: { projector: { hidden: [2048], size: 128, norm: 'none' }, forward: 'concatenated' },
        optimizer: {
          name: 'sgd',
          learningRate: 0.5,
          momentum: 0.9,
          weightDecay: 1e-4,
          schedule: { name: 'cosine', warmupEpochs: 10, minFactor: 0.001 },
        },
        training: { epochs: 1000, batchSize: 1024 },
      },
    },
  },
  details: [
    'Both views pass the network as one batch (HobbitLong/SupContrast, main_supcon.py).',
    'The logarithm is inside the mean over positives (equation 2); the other order is worse (section 3.2).',
    'The head has no BatchNorm and as many hidden units as the encoder has features (networks/resnet_big.py).',
    'Without labels the loss is that of SimCLR, up to the factor temperature over baseTemperature (losses.py).',
  ],
};
