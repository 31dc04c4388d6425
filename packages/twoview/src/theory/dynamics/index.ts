/** Linear dynamics of predictor and encoder: flows, fixed points, basins (Tian, Chen, Ganguli 2021, arXiv 2102.06810). */
export * as matrix from './matrix/index.js';
export * as scalar from './scalar/index.js';
export * as sweep from './sweep/index.js';
