import type { Preset } from './preset.js';
import { cifarResNet18, imagenetResNet50, twice } from './recipes/common.js';

/** He et al. 2020, equation 1 and algorithm 1, with the head and the temperature of Chen et al. 2020: queries against a queue of keys. */
export const mocov2: Preset = {
  name: 'mocov2',
  paper: 'Chen, Fan, Girshick, He 2020, arXiv 2003.04297',
  summary: 'Contrastive: keys of a slowly moving average wait in a queue as negatives, so that a small batch suffices.',
  equations: 'He, Fan, Wu, Xie, Girshick 2020 (arXiv 1911.05722), equations 1 and 2 and algorithm 1',
  method: {
    objective: { name: 'infoNce', temperature: 0.2, queue: 4096 },
    projector: { hidden: [512], size: 128, norm: 'none' },
    predictor: { name: 'identity' },
    target: { name: 'ema', momentum: 0.99, start: 'copy' },
    pairing: 'asymmetric',
  },
  recipes: {
    cifar: {
      source: "the authors' demonstration on CIFAR-10 (facebookresearch/moco, colab/moco_cifar10_demo.ipynb)",
      published: '82.6 (kNN with k 200, CIFAR-10, 200 epochs, ResNet-18, asymmetric loss; the demonstration)',
      differences: [
        'The demonstration splits BatchNorm into 8 groups and shuffles keys between them, which is not done here; it reports 4 points less without, at 800 epochs.',
      ],
      config: {
        augment: twice({ policy: 'directpred-cifar' }),
        encoder: cifarResNet18,
        method: {
          objective: { name: 'infoNce', temperature: 0.1, queue: 4096 },
          projector: { hidden: [], size: 128 },
          target: { name: 'ema', momentum: 0.99 },
        },
        optimizer: {
          name: 'sgd',
          learningRate: 0.06,
          momentum: 0.9,
          weightDecay: 5e-4,
          schedule: { name: 'cosine' },
        },
        training: { epochs: 200, batchSize: 512 },
      },
    },
    imagenet: {
      source: "the authors' program (facebookresearch/moco) with --mlp --moco-t 0.2 --aug-plus --cos",
      published: '67.5 (linear, 200 epochs, ResNet-50, mean of 5 runs; README of the program)',
      differences: [
        'The program shuffles keys between 8 devices, so that BatchNorm cannot tell a key by its neighbours; on one device that is not done.',
      ],
      config: {
        augment: twice({ policy: 'simsiam-imagenet' }),
        encoder: imagenetResNet50,
        method: {
          objective: { name: 'infoNce', temperature: 0.2, queue: 65536 },
          projector: { hidden: [2048], size: 128, norm: 'none' },
          target: { name: 'ema', momentum: 0.999 },
        },
        optimizer: {
          name: 'sgd',
          learningRate: 0.03,
          momentum: 0.9,
          weightDecay: 1e-4,
          schedule: { name: 'cosine' },
        },
        training: { epochs: 200, batchSize: 256 },
      },
    },
  },
  details: [
    'The loss has one direction: the first view queries, the second gives keys; a symmetric one counts like twice the epochs (facebookresearch/moco, CIFAR demonstration).',
    'The queue is a multiple of the batch in the program, which replaces whole batches of keys (facebookresearch/moco, moco/builder.py).',
    'A momentum of 0 fails, and on CIFAR-10 a queue of 4096 is as good as a longer one (facebookresearch/moco, CIFAR demonstration).',
    'The head has no BatchNorm (facebookresearch/moco, moco/builder.py).',
    'Weight decay reaches every parameter (facebookresearch/moco, main_moco.py).',
  ],
};
