import type { Preset } from './preset.js';
import { normalizersSideBySide } from './recipes/feature-decorrelation.js';

/** Hua et al. 2021, section 3, without any normalizer: the squared distance of two views, and nothing else. */
export const siamese: Preset = {
  name: 'siamese',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary:
    'Collapses completely: nothing keeps the two views from agreeing on a constant. The baseline of every other.',
  equations: 'the loss of section 3: the squared distance of both views, a mean over the batch',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'none' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
  recipes: { cifar: normalizersSideBySide },
  details: [
    'The bias of the last layer lets embeddings collapse to a constant that is not 0: lengths stay, z.std falls to 0.',
    'It collapses without weight decay too: the loss alone does it.',
  ],
};
