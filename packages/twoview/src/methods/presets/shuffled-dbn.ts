import type { Preset } from './preset.js';
import { decorrelationCifar, decorrelationStl10 } from './recipes/feature-decorrelation.js';

const normalizer = { name: 'shuffledDbn', groups: 16 } as const;

/** Hua et al. 2021, section 3.4: groups of axes are drawn anew in every pass. */
export const shuffledDbn: Preset = {
  name: 'shuffled-dbn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Whitening: random groups of axes, so that in time no two axes can copy each other.',
  equations: 'section 3.4: the whitening of section 3.3 within groups of axes that are drawn anew',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'shuffledDbn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
  recipes: {
    cifar: {
      source: 'Hua et al. 2021, main table, and the released configuration: batches of 64, 16 groups of 32 axes',
      published: '89.50 (linear, CIFAR-10, 200 epochs, ResNet-18; main table)',
      config: decorrelationCifar(
        { epochs: 200, batchSize: 64 },
        { projector: { hidden: [1024], size: 512, norm: 'affine' }, normalizer },
      ),
    },
    stl10: {
      source: 'Hua et al. 2021, main table, and the released configuration (projector 1024, 1024, 512)',
      published: '86.02 (linear, STL-10, 200 epochs, ResNet-18; main table)',
      differences: ['Released are projectors of 1024 and of 4096; the smaller one is taken here.'],
      config: decorrelationStl10({ projector: { hidden: [1024, 1024], size: 512, norm: 'affine' }, normalizer }),
    },
  },
  details: [
    'Every view draws its own groups (section 3.4; the released program).',
    'Larger groups are better as long as a group has at most half as many axes as the batch has samples (the released ablations).',
    'Epsilon is 0: from 1e-3 on, collapse pays again (the released program has 0).',
    'With several devices the program whitens on each alone: what counts is the batch of one device.',
    'Weight decay reaches every parameter; 2.5e-3 is noted as best at batches of 128 (the released program).',
  ],
};
