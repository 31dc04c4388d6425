import type { Preset } from './preset.js';

/** Hua et al. 2021, section 3.4: groups of axes are drawn anew in every pass. */
export const shuffledDbn: Preset = {
  name: 'shuffled-dbn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Whitening: random groups of axes, so that in time no two axes can copy each other.',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'shuffledDbn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
};
