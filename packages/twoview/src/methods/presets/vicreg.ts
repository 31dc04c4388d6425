import type { Preset } from './preset.js';

/** Bardes, Ponce, LeCun 2022, equations 1 to 6. */
export const vicreg: Preset = {
  name: 'vicreg',
  paper: 'Bardes, Ponce, LeCun 2022, arXiv 2105.04906',
  summary: 'Decorrelating: a hinge keeps every standard deviation above 1, covariances are pushed to 0.',
  method: {
    objective: { name: 'vicreg', invariance: 25, variance: 25, covariance: 1 },
    projector: { hidden: [1024], size: 512, norm: 'affine' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
};
