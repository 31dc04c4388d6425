import type { Preset } from './preset.js';

/** Ermolov, Siarohin, Sangineto, Sebe 2021, equations 3 to 5: whitened by Cholesky within slices of the batch, then 2 - 2 cos. */
export const wMse: Preset = {
  name: 'w-mse',
  paper: 'Ermolov, Siarohin, Sangineto, Sebe 2021, arXiv 2007.06346',
  summary: 'Whitening: samples are scattered over a sphere by construction, in random slices of the batch.',
  method: {
    objective: { name: 'mse', normalize: true, scale: 0.5 },
    projector: { hidden: [1024], size: 64, norm: 'affine' },
    normalizer: { name: 'slicedWhitening' },
    predictor: { name: 'identity' },
    target: { name: 'online' },
  },
};
