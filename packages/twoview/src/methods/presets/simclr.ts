import type { Preset } from './preset.js';

/** Chen et al. 2020, section 2: NT-Xent over both views of the batch; the other images repel. */
export const simclr: Preset = {
  name: 'simclr',
  paper: 'Chen, Kornblith, Norouzi, Hinton 2020, arXiv 2002.05709',
  summary: 'Contrastive: the other images of the batch are pushed away, so that a constant is no minimum.',
  method: {
    objective: { name: 'ntXent', temperature: 0.5 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
};
