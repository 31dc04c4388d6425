import type { Preset } from './preset.js';

/** Wang, Chen, Du, Tian 2021: DirectSet with exponent 1, which needs no eigendecomposition. */
export const directcopy: Preset = {
  name: 'directcopy',
  paper: 'Wang, Chen, Du, Tian 2021, arXiv 2110.04947',
  summary: 'Non-contrastive: the predictor is the correlation of its inputs itself, plus a multiple of the identity.',
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'directCopy', rho: 0.5, epsilon: 0.3, every: 1 },
    target: { name: 'ema', momentum: 0.996, start: 'random' },
  },
};
