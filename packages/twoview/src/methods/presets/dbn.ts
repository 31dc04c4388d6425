import type { Preset } from './preset.js';

/** Hua et al. 2021, section 3.3: decorrelated batch normalisation (ZCA whitening) of the embeddings. */
export const dbn: Preset = {
  name: 'dbn',
  paper: 'Hua, Wang, Xue, Ren, Wang, Zhao 2021, arXiv 2105.00470',
  summary: 'Whitening: axes of a group cannot copy each other; fixed groups still can.',
  method: {
    objective: { name: 'mse', scale: 0.5 },
    projector: { hidden: [256], size: 128, norm: 'affine' },
    normalizer: { name: 'dbn' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
  optimizer: { learningRate: 0.02, weightDecay: 1e-3 },
};
