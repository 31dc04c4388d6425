import type { Preset } from './preset.js';

/** Zbontar et al. 2021, equation 1: invariance on the diagonal of the cross-correlation, redundancy reduction off it. */
export const barlow: Preset = {
  name: 'barlow',
  paper: 'Zbontar, Jing, Misra, LeCun, Deny 2021, arXiv 2103.03230',
  summary: 'Decorrelating: dimensions must agree between views and not with each other, so none is a copy.',
  method: {
    objective: { name: 'barlowTwins', lambda: 0.005, scale: 0.024 },
    projector: { hidden: [1024], size: 512, norm: 'affine', bias: false },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
};
