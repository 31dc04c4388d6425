import type { Preset } from './preset.js';

/** Tian et al. 2020, section 3: whose gradient is the covariance operator, exactly. */
export const contrastiveSimple: Preset = {
  name: 'contrastive-simple',
  paper: 'Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578',
  summary: 'Contrastive: attraction minus repulsion, nothing else; the loss that the theory is exact for.',
  method: {
    objective: { name: 'simpleContrastive' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0 },
};
