import { predictorMetrics } from './metrics.js';
import type { Preset } from './preset.js';
import { directpredCifar, directpredStl10 } from './recipes/directpred.js';

const source =
  "DirectPred's recipe, which the paper builds on (Tian, Chen, Ganguli 2021, appendix C); rho 0.5 and epsilon 0.3 are those of DirectCopy";

/** Wang, Chen, Du, Tian 2021: DirectSet with exponent 1, which needs no eigendecomposition. */
export const directcopy: Preset = {
  name: 'directcopy',
  paper: 'Wang, Chen, Du, Tian 2021, arXiv 2110.04947',
  summary: 'Non-contrastive: the predictor is the correlation of its inputs itself, plus a multiple of the identity.',
  equations: 'DirectSet(alpha) with alpha 1: W = F + epsilon I, with F over its largest eigenvalue',
  method: {
    objective: { name: 'cosine', scale: 2 },
    predictor: { name: 'directCopy', rho: 0.5, epsilon: 0.3, every: 1 },
    target: { name: 'ema', momentum: 0.996, start: 'random' },
  },
  recipes: {
    cifar: { source, config: directpredCifar },
    stl10: { source, config: directpredStl10 },
  },
  details: [
    'Alpha 1/2 instead of 1 is DirectPred (abstract).',
    'F is divided by its largest eigenvalue first, so that epsilon has no scale; W = F + epsilon I as in the paper is formula=paper.',
    'Weight decay decides which features survive: those that vary little under augmentation (abstract).',
  ],
  metrics: predictorMetrics,
};
