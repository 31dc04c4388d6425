import type { Preset } from './preset.js';
import { cifarResNet18, imagenetResNet50, twice } from './recipes/common.js';
import { rerunStl10 } from './recipes/feature-decorrelation.js';

/** Chen, He 2020, algorithm 1: half the sum of both directions' negative cosines, stop-gradient, no moving average. */
export const simsiam: Preset = {
  name: 'simsiam',
  paper: 'Chen, He 2020, arXiv 2011.10566',
  summary: 'Non-contrastive: a predictor and a stop-gradient, without negatives and without a moving average.',
  equations: 'equations 1 to 4 and algorithm 1',
  method: {
    objective: { name: 'cosine', scale: 0.5 },
    projector: { hidden: [2048, 2048], size: 2048, norm: 'affine', lastNorm: 'plain', bias: false },
    predictor: { name: 'mlp', hidden: 512, norm: 'affine' },
    target: { name: 'stopGradient' },
  },
  recipes: {
    cifar: {
      source: 'appendix D: learning rate 0.03 per 256 images, a projector of two layers, no blur',
      published: '91.8 (linear, CIFAR-10, 800 epochs, ResNet-18; appendix D)',
      config: {
        augment: twice({ policy: 'simsiam-cifar' }),
        encoder: cifarResNet18,
        method: { projector: { hidden: [2048], size: 2048, norm: 'affine', lastNorm: 'plain', bias: false } },
        optimizer: {
          name: 'sgd',
          learningRate: 0.06,
          momentum: 0.9,
          weightDecay: 5e-4,
          schedule: { name: 'cosine' },
        },
        training: { epochs: 800, batchSize: 512 },
      },
    },
    stl10: rerunStl10('86.55', {
      objective: { name: 'cosine', scale: 1 },
      projector: { hidden: [2048, 2048], size: 512, norm: 'affine', lastNorm: 'affine', bias: true },
      predictor: { name: 'mlp', hidden: 512, norm: 'affine' },
    }),
    imagenet: {
      source:
        "section 3 and the authors' program (facebookresearch/simsiam): learning rate 0.05 per 256 images, batches of 512",
      published: '68.1 (linear, 100 epochs, ResNet-50, predictor at a constant learning rate; table 1 and README)',
      differences: [
        "The published 68.1 keeps the predictor's learning rate constant (--fix-pred-lr); here it follows the schedule, which the paper reports as 67.7.",
      ],
      config: {
        augment: twice({ policy: 'simsiam-imagenet' }),
        encoder: imagenetResNet50,
        optimizer: {
          name: 'sgd',
          learningRate: 0.1,
          momentum: 0.9,
          weightDecay: 1e-4,
          schedule: { name: 'cosine' },
        },
        training: { epochs: 100, batchSize: 512 },
      },
    },
  },
  details: [
    "The output of the projector has BatchNorm without scale and shift, the predictor's output has none (section 3; facebookresearch/simsiam, simsiam/builder.py).",
    "The program can keep the predictor's learning rate constant while the schedule lowers the others; this is not done here, a constant ratio is method.predictorTraining.learningRateFactor (table 1).",
    'The predictor is a bottleneck: 2048 to 512 to 2048 (section 3).',
    'Plain SGD with weight decay on every parameter; no LARS and no warm-up at batches of 512 (section 3).',
    'The loss lies in [-1, 1]; a collapse is a loss of -1 with z.std near 0 (section 4.1, figure 2).',
  ],
};
