import type { Preset } from './preset.js';
import { dualNetworks } from './recipes/dual-networks.js';

/** Tian et al. 2020, section 3: whose gradient is the covariance operator, exactly. */
export const contrastiveSimple: Preset = {
  name: 'contrastive-simple',
  paper: 'Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578',
  summary: 'Contrastive: attraction minus repulsion, nothing else; the loss that the theory is exact for.',
  equations: 'section 3: r+ - r-, with r half the squared distance',
  method: {
    objective: { name: 'simpleContrastive' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0 },
  recipes: dualNetworks,
  details: [
    'Embeddings are scaled to length one first; without that the loss has no lower bound.',
    'No weight decay: it would compete with the covariance operator (the authors’ program).',
    'A beta of 0 is the exact case; positive beta attracts more, negative less (the authors’ program).',
  ],
};
