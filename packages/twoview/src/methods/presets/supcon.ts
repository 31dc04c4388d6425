import type { Preset } from './preset.js';

/** Khosla et al. 2020, equation 2: all images of a class attract each other. */
export const supcon: Preset = {
  name: 'supcon',
  paper: 'Khosla et al. 2020, arXiv 2004.11362',
  summary: 'Supervised contrastive: needs labels; the upper bound beside the methods that do not.',
  method: {
    objective: { name: 'supervisedContrastive', temperature: 0.1 },
    predictor: { name: 'identity' },
    target: { name: 'online' },
    pairing: 'allAnchors',
  },
};
