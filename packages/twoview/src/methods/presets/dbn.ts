import type { Preset } from './preset.js';
import { decorrelationCifar, decorrelationStl10 } from './recipes/feature-decorrelation.js';

const normalizer = { name: 'dbn', groups: 16 } as const;

/** Hua et al. 2021, section 3.3: decorrelated batch normalisation (ZCA whitening) of the embeddings. */
export const dbn: Preset = {
  name: 'dbn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Whitening: axes of a group cannot copy each other; fixed groups still can.',
  equations: 'section 3.3: ZCA whitening of groups of axes, after Huang et al. 2018 (arXiv 1804.08450)',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'dbn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
  recipes: {
    cifar: {
      source:
        "Hua et al. 2021, the main table's configuration of Shuffled-DBN with the shuffle off, as the released one for CIFAR-100 is",
      published: '86.32 (linear, CIFAR-10, 200 epochs, ResNet-18; main table)',
      differences: ['Which of the released configurations the CIFAR-10 figure belongs to is not stated.'],
      config: decorrelationCifar(
        { epochs: 200, batchSize: 64 },
        { projector: { hidden: [1024], size: 512, norm: 'affine' }, normalizer },
      ),
    },
    stl10: {
      source: 'Hua et al. 2021, main table, and the released configuration (shuffle off, projector 1024, 1024, 512)',
      published: '82.36 (linear, STL-10, 200 epochs, ResNet-18; main table)',
      config: decorrelationStl10({ projector: { hidden: [1024, 1024], size: 512, norm: 'affine' }, normalizer }),
    },
  },
  details: [
    'A group has at most half as many axes as the batch has samples; without a given number of groups it is chosen so.',
    'Epsilon is 0: from 1e-3 on, collapse pays again (the released program has 0).',
    'ZCA, not Cholesky: a triangular whitening depends on the order of axes (the released program, 87.55 against 88.96 on CIFAR-10).',
    'Weight decay reaches every parameter, biases and BatchNorm too (the released program).',
  ],
};
