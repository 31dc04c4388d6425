import type { Preset } from './preset.js';
import { dualNetworks } from './recipes/dual-networks.js';

/** Tian et al. 2020, section 3: InfoNCE with H negatives of an anchor and weight beta on attraction. */
export const contrastiveNce: Preset = {
  name: 'contrastive-nce',
  paper: 'Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578',
  summary: 'Contrastive: InfoNCE with a chosen number of negatives, and more or less attraction.',
  equations: 'section 3: -tau log softmax of -r / tau over one positive and H negatives, plus beta r+',
  method: {
    objective: { name: 'contrastiveNce', temperature: 0.5 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
  optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 0 },
  recipes: dualNetworks,
  details: [
    'Without a number of negatives, every view of every other image is one, as in SimCLR.',
    'With beta 0 and unit embeddings it is SimCLR’s loss times the temperature.',
  ],
};
