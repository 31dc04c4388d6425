import type { Preset } from './preset.js';
import { dualNetworks } from './recipes/dual-networks.js';

/** Tian et al. 2020, section 3: a soft hinge on r+ - r-. */
export const contrastiveTriplet: Preset = {
  name: 'contrastive-triplet',
  paper: 'Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578',
  summary: 'Contrastive: pairs that are told apart already weigh less.',
  equations: 'section 3: tau log(1 + exp((r+ - r- + r0) / tau))',
  method: {
    objective: { name: 'softTriplet', temperature: 0.5 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0 },
  recipes: dualNetworks,
  details: [
    'The recipe is that of the family: the authors’ program trains NCE and the exact covariance with it, not the triplet.',
    'With a temperature far above the distances the loss becomes, up to a constant, half the simple contrastive one.',
  ],
};
