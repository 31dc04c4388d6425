import type { Preset } from './preset.js';

/** Hua et al. 2021, section 3.2: variances are kept, correlations are not. */
export const siameseBn: Preset = {
  name: 'siamese-bn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Collapses in dimension: every axis keeps its variance, and all of them come to carry the same number.',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'bn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
};
