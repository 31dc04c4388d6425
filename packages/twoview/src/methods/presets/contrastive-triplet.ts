import type { Preset } from './preset.js';

/** Tian et al. 2020, section 3: a soft hinge on r+ - r-. */
export const contrastiveTriplet: Preset = {
  name: 'contrastive-triplet',
  paper: 'Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578',
  summary: 'Contrastive: pairs that are told apart already weigh less.',
  method: {
    objective: { name: 'softTriplet', temperature: 0.5 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0 },
};
