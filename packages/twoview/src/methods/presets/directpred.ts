import type { Preset } from './preset.js';

/** Tian, Chen, Ganguli 2021, section 4 and appendix C: the linear predictor is set from statistics, never trained. */
export const directpred: Preset = {
  name: 'directpred',
  paper: 'Tian, Chen, Ganguli 2021, arXiv 2102.06810',
  summary: 'Non-contrastive: a linear predictor set each step from the eigenvalues of the correlation of its inputs.',
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'directPred', rho: 0.3, epsilon: 0.1, every: 1 },
    target: { name: 'ema', momentum: 0.996, start: 'random' },
  },
};
