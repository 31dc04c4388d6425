import type { Preset } from './preset.js';

/** Chen, He 2020, algorithm 1: half the sum of both directions' negative cosines, stop-gradient, no moving average. */
export const simsiam: Preset = {
  name: 'simsiam',
  paper: 'Chen, He 2020, arXiv 2011.10566',
  summary: 'Non-contrastive: a predictor and a stop-gradient, without negatives and without a moving average.',
  method: {
    objective: { name: 'cosine', scale: 0.5 },
    projector: { hidden: [2048, 2048], size: 2048, norm: 'affine', lastNorm: 'plain', bias: false },
    predictor: { name: 'mlp', hidden: 512, norm: 'affine' },
    target: { name: 'stopGradient' },
  },
};
