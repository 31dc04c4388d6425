import type { Preset } from './preset.js';
import { normalizersSideBySide } from './recipes/feature-decorrelation.js';

/** Hua et al. 2021, section 3.2: variances are kept, correlations are not. */
export const siameseBn: Preset = {
  name: 'siamese-bn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Collapses in dimension: every axis keeps its variance, and all of them come to carry the same number.',
  equations: 'section 3.2: the same loss of standardised embeddings',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'bn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
  recipes: { cifar: normalizersSideBySide },
  details: [
    'The spread of z stays near 1 while its effective rank falls: watch the rank, not the spread (section 3.2).',
    'Epsilon is 0 and there is no learned scale and shift; a large epsilon brings the complete collapse back (the released program).',
  ],
};
