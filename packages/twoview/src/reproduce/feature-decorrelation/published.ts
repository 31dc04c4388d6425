// Numbers to compare with: the toy in an independent implementation, and what the paper and its authors report.

/** From the smallest to the largest of seeds 0, 1 and 2. */
export type Range = readonly [low: number, high: number];

export interface ReferenceRow {
  loss: Range;
  std: Range;
  normalizedStd: Range;
  correlation: Range | null;
  rankMe: Range | null;
  participationRatio: Range | null;
  probeZ: Range;
  probeH: Range;
}

/**
 * The toy in NumPy, float64, other random numbers: ranges over three seeds. Not from the paper. Where everything has
 * collapsed to a point, correlations and ranks are those of rounding and are left out.
 */
export const reference: Readonly<Record<string, ReferenceRow>> = {
  untrained: {
    loss: [3.0, 3.2],
    std: [0.33, 0.35],
    normalizedStd: [0.82, 0.85],
    correlation: [0.14, 0.17],
    rankMe: [14.6, 15.0],
    participationRatio: [9.4, 10.6],
    probeZ: [0.46, 0.63],
    probeH: [0.79, 0.91],
  },
  none: {
    loss: [0, 1e-4],
    std: [0.0003, 0.0012],
    normalizedStd: [0.006, 0.025],
    correlation: null,
    rankMe: null,
    participationRatio: null,
    probeZ: [0.75, 0.78],
    probeH: [0.94, 0.96],
  },
  BN: {
    loss: [0.003, 0.022],
    std: [1, 1],
    normalizedStd: [0.96, 0.98],
    correlation: [0.994, 0.999],
    rankMe: [1.4, 1.5],
    participationRatio: [1.0, 1.01],
    probeZ: [0.82, 0.94],
    probeH: [0.965, 0.983],
  },
  'DBN G=8': {
    loss: [0.007, 0.05],
    std: [1, 1],
    normalizedStd: [0.97, 1.0],
    correlation: [0.6, 0.61],
    rankMe: [2.3, 2.6],
    participationRatio: [2.0, 2.02],
    probeZ: [0.82, 0.95],
    probeH: [0.971, 0.981],
  },
  'DBN G=4': {
    loss: [0.01, 0.3],
    std: [1, 1],
    normalizedStd: [0.98, 1.0],
    correlation: [0.342, 0.351],
    rankMe: [4.3, 4.4],
    participationRatio: [4.0, 4.0],
    probeZ: [0.87, 0.94],
    probeH: [0.973, 0.979],
  },
  'DBN G=2': {
    loss: [0.25, 0.39],
    std: [1, 1],
    normalizedStd: [1, 1],
    correlation: [0.154, 0.165],
    rankMe: [8.3, 8.3],
    participationRatio: [8.0, 8.0],
    probeZ: [0.9, 0.97],
    probeH: [0.98, 0.989],
  },
  'DBN G=1': {
    loss: [0.87, 1.04],
    std: [1, 1],
    normalizedStd: [1, 1],
    correlation: [0, 0],
    rankMe: [16, 16],
    participationRatio: [16, 16],
    probeZ: [0.966, 0.989],
    probeH: [0.978, 0.991],
  },
  'Shuffled G=8': {
    loss: [1.0, 1.6],
    std: [1, 1],
    normalizedStd: [0.99, 0.99],
    correlation: [0.284, 0.324],
    rankMe: [5.6, 6.4],
    participationRatio: [4.9, 5.9],
    probeZ: [0.87, 0.98],
    probeH: [0.977, 0.987],
  },
  'Shuffled G=4': {
    loss: [1.7, 3.8],
    std: [1, 1],
    normalizedStd: [1, 1],
    correlation: [0.18, 0.27],
    rankMe: [6.4, 10.6],
    participationRatio: [5.8, 8.8],
    probeZ: [0.88, 0.97],
    probeH: [0.977, 0.988],
  },
  'Shuffled G=2': {
    loss: [1.2, 1.5],
    std: [1, 1],
    normalizedStd: [1, 1],
    correlation: [0.02, 0.06],
    rankMe: [15.2, 16.0],
    participationRatio: [14.2, 15.8],
    probeZ: [0.973, 0.985],
    probeH: [0.981, 0.988],
  },
};
