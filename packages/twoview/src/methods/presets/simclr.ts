import type { Preset } from './preset.js';
import type { SlotsRecipe } from './recipe.js';
import { cifarResNet18, imagenetResNet50, lars, twice } from './recipes/common.js';
import { rerunStl10 } from './recipes/feature-decorrelation.js';

/** Every layer of the program's head has BatchNorm and no bias, the last one too. */
const head = (width: number): SlotsRecipe['projector'] => ({
  hidden: [width],
  size: 128,
  norm: 'affine',
  lastNorm: 'affine',
  bias: false,
});

/** Chen et al. 2020, section 2: NT-Xent over both views of the batch; the other images repel. */
export const simclr: Preset = {
  name: 'simclr',
  paper: 'Chen, Kornblith, Norouzi, Hinton 2020, arXiv 2002.05709',
  summary: 'Contrastive: the other images of the batch are pushed away, so that a constant is no minimum.',
  equations: 'equation 1 and algorithm 1',
  method: {
    objective: { name: 'ntXent', temperature: 0.5 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  recipes: {
    cifar: {
      source:
        "appendix B.9 and the authors' program (google-research/simclr, README): learning rate 1.0 per 256 images, batches of 512",
      published: 'about 91 (linear, CIFAR-10, 1000 epochs, ResNet-18; README of the program)',
      config: {
        augment: twice({ policy: 'simclr-cifar' }),
        encoder: { ...cifarResNet18, zeroInitResidual: true },
        method: { projector: head(512), forward: 'concatenated' },
        optimizer: lars(2, 1e-6),
        training: { epochs: 1000, batchSize: 512 },
      },
    },
    stl10: rerunStl10('85.50', { projector: { hidden: [512], size: 512, norm: 'none' } }),
    imagenet: {
      source:
        "section 2.2 and appendix B, and the authors' program (google-research/simclr, README): learning rate 0.3 per 256 images, batches of 4096",
      published: '64.5 (linear, 100 epochs, ResNet-50; README of the program)',
      config: {
        augment: twice({ policy: 'simclr-imagenet' }),
        encoder: { ...imagenetResNet50, zeroInitResidual: true },
        method: { objective: { name: 'ntXent', temperature: 0.1 }, projector: head(2048), forward: 'concatenated' },
        optimizer: lars(4.8, 1e-6),
        training: { epochs: 100, batchSize: 4096 },
      },
    },
  },
  details: [
    'Both views pass the network as one batch, so that BatchNorm sees them together (google-research/simclr, model.py).',
    'The last layer of the projector has a BatchNorm of its own and no ReLU (google-research/simclr, model_util.py).',
    'Biases and BatchNorm stay out of weight decay and of the adaptation of LARS (google-research/simclr, lars_optimizer.py).',
    'At 32 pixels nothing is blurred, colours are jittered at half strength, and the stem is 3x3 (appendix B.9).',
    'Pixels stay in [0, 1]: the program subtracts no mean (google-research/simclr, data_util.py).',
  ],
};
