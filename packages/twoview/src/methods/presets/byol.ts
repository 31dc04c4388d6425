import type { Preset } from './preset.js';

/** Grill et al. 2020, equation 2, up to the constant 2: a two-layer predictor, a moving average as target. */
export const byol: Preset = {
  name: 'byol',
  paper: 'Grill et al. 2020, arXiv 2006.07733',
  summary: 'Non-contrastive: a trained two-layer predictor chases a slowly moving average of its own network.',
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'mlp' },
    target: { name: 'ema', momentum: 0.996, start: 'copy' },
  },
};
