import type { Preset } from './preset.js';
import type { SlotsRecipe } from './recipe.js';
import { byolViews, imagenetResNet50, lars } from './recipes/common.js';
import { decorrelationCifar, rerunStl10 } from './recipes/feature-decorrelation.js';

const small: SlotsRecipe = {
  objective: { name: 'cosine', scale: 0.5 },
  projector: { hidden: [1024], size: 512, norm: 'affine' },
  predictor: { name: 'mlp', hidden: 1024, norm: 'affine' },
  target: { name: 'ema', momentum: 0.996, schedule: 'cosine' },
};

/** Grill et al. 2020, equation 2, up to the constant 2: a two-layer predictor, a moving average as target. */
export const byol: Preset = {
  name: 'byol',
  paper: 'Grill et al. 2020, arXiv 2006.07733',
  summary: 'Non-contrastive: a trained two-layer predictor chases a slowly moving average of its own network.',
  equations: 'equations 1 and 2, without the constant 2 of each direction',
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'mlp' },
    target: { name: 'ema', momentum: 0.996, start: 'copy' },
  },
  recipes: {
    cifar: {
      source:
        'no published recipe at this scale: taken from the re-run in Hua et al. 2021, arXiv 2105.00470, and the configuration released with it',
      published: '86.65 (linear, CIFAR-10, 200 epochs, ResNet-18; table of Hua et al. 2021)',
      config: decorrelationCifar({ epochs: 200, batchSize: 64 }, small),
    },
    stl10: rerunStl10('85.59', small),
    imagenet: {
      source:
        "sections 3.2 and 3.3 and the authors' program (google-deepmind/deepmind-research, byol): the preset of 1000 epochs, learning rate 0.2 per 256 images",
      published: '74.3 (linear, 1000 epochs, ResNet-50; table 1)',
      differences: ['In the program the output layers of projector and predictor have no bias; here they have one.'],
      config: {
        augment: byolViews,
        encoder: imagenetResNet50,
        method: {
          projector: { hidden: [4096], size: 256, norm: 'affine' },
          predictor: { name: 'mlp', hidden: 4096, norm: 'affine' },
          target: { name: 'ema', momentum: 0.996, schedule: 'cosine' },
        },
        optimizer: lars(3.2, 1.5e-6),
        training: { epochs: 1000, batchSize: 4096 },
      },
    },
  },
  details: [
    'The momentum of the average rises to 1 by a cosine over the run, from 0.996 for 1000 epochs and from 0.99 for 100 or 300 (section 3.3; byol/configs/byol.py).',
    'The average is over parameters; the target has BatchNorm statistics of its own batch (byol/byol_experiment.py).',
    'The two views are made differently: one is always blurred, the other seldom, and solarised at times (appendix B, table 6).',
    'Biases and BatchNorm stay out of weight decay and of the adaptation of LARS (section 3.3).',
    "The paper's results are without zero-initialised residual branches, which the published program has (byol/README.md).",
  ],
};
