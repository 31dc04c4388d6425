// Numbers to compare with: an independent NumPy implementation of the model. The paper publishes none that can be compared.
import type { Arm } from './arms.js';

/** From the smallest to the largest of its seeds. */
export type Range = readonly [low: number, high: number];

export interface ReferenceRow {
  loss: Range;
  fracM: Range;
  medianMaxcos: Range;
  pure: Range;
  coverage: Range;
  noiseCosine: Range;
  signalCosine: Range;
  active: Range;
  r2: Range;
  accuracy: Range;
  knn: Range;
}

/** float64, other random numbers: seeds 0 to 2, for independent masks 0 and 1, for b = 0 seed 0. Not from the paper. */
export const reference: Readonly<Record<Arm, ReferenceRow>> = {
  'RandomMask + bias': {
    loss: [4.85, 5.08],
    fracM: [0.85, 0.87],
    medianMaxcos: [0.8, 0.95],
    pure: [0.5, 0.6],
    coverage: [1, 1],
    noiseCosine: [0.43, 0.48],
    signalCosine: [0.82, 0.86],
    active: [0.15, 0.2],
    r2: [0.68, 0.71],
    accuracy: [0.83, 0.85],
    knn: [0.75, 0.77],
  },
  'no mask + bias': {
    loss: [0.14, 0.19],
    fracM: [0.55, 0.57],
    medianMaxcos: [0.47, 0.52],
    pure: [0.05, 0.12],
    coverage: [0.45, 0.45],
    noiseCosine: [0.8, 0.8],
    signalCosine: [0.56, 0.57],
    active: [0.6, 0.62],
    r2: [0.53, 0.58],
    accuracy: [0.73, 0.78],
    knn: [0.65, 0.67],
  },
  'independent masks + bias': {
    loss: [1.6, 1.9],
    fracM: [0.39, 0.4],
    medianMaxcos: [0.38, 0.41],
    pure: [0, 0],
    coverage: [0.25, 0.35],
    noiseCosine: [0.78, 0.78],
    signalCosine: [0.54, 0.56],
    active: [0.59, 0.61],
    r2: [0.52, 0.53],
    accuracy: [0.76, 0.77],
    knn: [0.68, 0.71],
  },
  'RandomMask, b = 0': {
    loss: [5.3, 5.3],
    fracM: [0.89, 0.89],
    medianMaxcos: [0.46, 0.46],
    pure: [0, 0],
    coverage: [0, 0],
    noiseCosine: [0.71, 0.71],
    signalCosine: [0.72, 0.72],
    active: [1, 1],
    r2: [0.51, 0.51],
    accuracy: [0.76, 0.76],
    knn: [0.72, 0.72],
  },
  'no mask, b = 0': {
    loss: [0.04, 0.04],
    fracM: [0.42, 0.42],
    medianMaxcos: [0.31, 0.31],
    pure: [0, 0],
    coverage: [0, 0],
    noiseCosine: [0.82, 0.82],
    signalCosine: [0.59, 0.59],
    active: [1, 1],
    r2: [0.53, 0.53],
    accuracy: [0.77, 0.77],
    knn: [0.69, 0.69],
  },
};

/** Slopes of ln ||W M||_F and ln ||W M_perp||_F a step, divided by eta. */
export const referenceRates = {
  complementary: { signal: 0.094, noise: -0.004 },
  none: { signal: 0.177, noise: 0.08 },
} as const;

/** frac_M at the end of Phase I for 300, 400 and 600 coordinates. */
export const referenceDimensions = { none: [0.27, 0.2, 0.14], complementary: [0.83, 0.83, 0.73] } as const;
