// What Tian, Yu, Chen, Ganguli 2020 (arXiv 2010.00578) train SimCLR's losses with; the presets of its family share both recipes.
import type { Recipe } from '../recipe.js';
import { cifarResNet18, stlResNet18, twice } from './common.js';

const source =
  "the authors' program (facebookresearch/luckmatters, ssl/real-dataset): Adam 1e-3 without weight decay, batches of 128, up to 500 epochs";

const shared = {
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0, schedule: { name: 'constant' } },
  training: { epochs: 500, batchSize: 128 },
} as const;

const schedule =
  'After 10 epochs the program follows a cosine whose period is the number of batches of an epoch, stepped once an epoch, which';

export const dualNetworks: { cifar: Recipe; stl10: Recipe } = {
  cifar: {
    source,
    differences: [
      `${schedule} on CIFAR falls and rises again within 500 epochs; here the learning rate stays constant.`,
    ],
    config: { augment: twice({ policy: 'directpred-cifar' }), encoder: cifarResNet18, ...shared },
  },
  stl10: {
    source,
    differences: [
      `${schedule} on STL-10 ends at about a third of the learning rate; here it stays constant.`,
      'The loader of the program does not shuffle the images; here every epoch has an order of its own.',
    ],
    config: {
      data: { trainSplit: 'train+unlabeled' },
      augment: twice({ policy: 'directpred-stl10' }),
      encoder: stlResNet18,
      ...shared,
    },
  },
};
