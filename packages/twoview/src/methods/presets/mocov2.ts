import type { Preset } from './preset.js';

/** He et al. 2020, equation 1 and algorithm 1, with the head and the temperature of Chen et al. 2020: queries against a queue of keys. */
export const mocov2: Preset = {
  name: 'mocov2',
  paper: 'Chen, Fan, Girshick, He 2020, arXiv 2003.04297',
  summary: 'Contrastive: keys of a slowly moving average wait in a queue as negatives, so that a small batch suffices.',
  method: {
    objective: { name: 'infoNce', temperature: 0.2, queue: 4096 },
    projector: { hidden: [512], size: 128, norm: 'none' },
    predictor: { name: 'identity' },
    target: { name: 'ema', momentum: 0.99, start: 'copy' },
    pairing: 'asymmetric',
  },
};
