// Numbers to compare with: the toy in an independent implementation, and what the paper and a replication of it report.
import type { ReportTable } from '../../report/index.js';
import type { VariantName } from './toy/settings.js';

/** From the smallest to the largest of three seeds; one number where that is all there is. */
export type Range = readonly [low: number, high: number];

export interface ToyReference {
  accuracy: Range;
  std: Range;
  effectiveRank: Range;
  loss: number | null;
}

/** The toy in NumPy, other random numbers. Not from the paper, which has no such experiment. */
export const toyReference: Readonly<Record<VariantName, ToyReference>> = {
  untrained: { accuracy: [0.71, 0.71], std: [0.83, 0.83], effectiveRank: [15, 15], loss: null },
  'sgd-linear': { accuracy: [0.92, 0.94], std: [0.45, 0.57], effectiveRank: [2.4, 3.3], loss: -3.98 },
  'sgd-symmetric': { accuracy: [0.93, 0.93], std: [0.44, 0.51], effectiveRank: [2.3, 2.9], loss: -3.98 },
  'sgd-no-ema': { accuracy: [0.94, 0.95], std: [0.45, 0.52], effectiveRank: [2.0, 2.4], loss: -3.98 },
  directpred: { accuracy: [0.971, 0.976], std: [0.91, 0.92], effectiveRank: [10, 12], loss: -3.88 },
  'directpred-eps0': { accuracy: [0.972, 0.975], std: [0.89, 0.91], effectiveRank: [8.7, 10.3], loss: -3.9 },
  'directpred-freq5': { accuracy: [0.968, 0.974], std: [0.89, 0.91], effectiveRank: [9.5, 9.5], loss: -3.9 },
  directcopy: { accuracy: [0.976, 0.977], std: [0.92, 0.93], effectiveRank: [9.7, 11], loss: -3.9 },
  'directpred-no-ema': { accuracy: [0.975, 0.975], std: [0.93, 0.93], effectiveRank: [13, 13], loss: -3.84 },
  'no-predictor': { accuracy: [0.79, 0.81], std: [0.01, 0.02], effectiveRank: [1, 1], loss: -4 },
  'no-predictor-no-ema': { accuracy: [0.76, 0.8], std: [0.01, 0.02], effectiveRank: [1, 1], loss: -4 },
  'no-stop-gradient': { accuracy: [0.69, 0.74], std: [0.01, 0.01], effectiveRank: [1, 1], loss: -4 },
};

/** A published table with the title of its section. */
export interface PublishedTable {
  title: string;
  table: ReportTable;
}

const published = (
  title: string,
  caption: string,
  head: string,
  rows: Readonly<Record<string, string>>,
): PublishedTable => ({ title, table: table(caption, head, rows) });

const table = (caption: string, head: string, rows: Readonly<Record<string, string>>): ReportTable => ({
  caption: `Published: ${caption}`,
  head: head.split(' | '),
  rows: Object.entries(rows).map(([name, cells]) => ({
    name,
    cells: cells.split(' | ').map((cell) => (cell === '–' ? null : cell)),
  })),
});

const bias = 'no bias, symmetric | no bias, regular | bias, symmetric | bias, regular';

/** Linear accuracy in %, mean ± standard deviation of five seeds, as printed. */
export const publishedTables: readonly PublishedTable[] = [
  published('Published: STL-10, other predictors', 'STL-10, 100 epochs, BYOL with other predictors (table 3)', bias, {
    'linear, EMA': '75.09 ± 0.48 | 74.51 ± 0.47 | 74.52 ± 0.29 | 74.16 ± 0.33',
    'linear, no EMA': '36.62 ± 1.85 | 72.85 ± 0.16 | 36.04 ± 2.74 | 72.13 ± 0.53',
    'two layers, EMA': '71.58 ± 6.46 | 78.85 ± 0.25 | 77.64 ± 0.41 | 78.53 ± 0.34',
    'two layers, no EMA': '35.59 ± 2.10 | 65.98 ± 0.71 | 41.92 ± 4.25 | 65.59 ± 0.66',
  }),
  published('Published: STL-10, other weight decays', 'STL-10, weight decay of predictor and encoder (table 5)', bias, {
    'predictor 4e-4, encoder 0, EMA': '71.91 ± 0.70 | 70.54 ± 0.93 | 73.67 ± 0.47 | 70.89 ± 0.98',
    'predictor 4e-4, encoder 0, no EMA': '71.12 ± 0.71 | 71.34 ± 0.63 | 73.01 ± 0.37 | 71.70 ± 0.83',
    'none, EMA': '71.76 ± 0.28 | 70.62 ± 1.05 | 71.86 ± 0.39 | 70.99 ± 1.01',
    'none, no EMA': '43.04 ± 2.32 | 71.36 ± 0.44 | 41.36 ± 3.33 | 71.37 ± 0.77',
  }),
  published(
    'Published: STL-10, the optimal predictor',
    'STL-10, the optimal predictor of the statistics so far put in every N batches (table 1)',
    'N = 1 | N = 2 | N = 3 | N = 5',
    {
      EMA: '40.67 ± 0.50 | 35.29 ± 2.49 | 34.60 ± 0.98 | 35.63 ± 2.66',
      'no EMA': '39.45 ± 1.26 | 34.01 ± 1.54 | 34.58 ± 2.93 | 32.22 ± 2.94',
    },
  ),
  published(
    'Published: STL-10, ε and ρ',
    'DirectPred on STL-10, 100 epochs, EMA (table 6)',
    'ε = 0 | ε = 0.01 | ε = 0.1 | ε = 0.5',
    {
      'ρ = 0.3': '76.77 ± 0.24 | 77.11 ± 0.35 | 77.86 ± 0.16 | 75.06 ± 1.10',
      'ρ = 0.5': '76.65 ± 0.20 | 76.76 ± 0.33 | 77.56 ± 0.25 | 75.22 ± 0.81',
    },
  ),
  published(
    'Published: STL-10, shifted eigenvalues',
    'DirectPred on STL-10 with eigenvalues shifted by c (table 7; ρ = 0.3, ε = 0)',
    'c = 0.1 | c = 0.05 | c = -0.05 | c = -0.1',
    {
      'set every step': '46.57 ± 18.43 | 65.31 ± 18.22 | 77.11 ± 0.66 | 76.46 ± 0.55',
      'set every 2nd step': '75.01 ± 0.48 | 75.10 ± 0.35 | 76.83 ± 0.52 | 76.31 ± 0.27',
    },
  ),
  published(
    'Published: STL-10 and CIFAR-10, longer training',
    'Longer training (table 8; ρ = 0.3, ε = 0.1, EMA). The STL-10 row of the SGD predictor prints one value twice',
    '100 epochs | 300 epochs | 500 epochs',
    {
      'STL-10, DirectPred': '77.86 ± 0.16 | 78.77 ± 0.97 | 78.86 ± 1.15',
      'STL-10, DirectPred, every 5th step': '77.54 ± 0.11 | 79.90 ± 0.66 | 80.28 ± 0.62',
      'STL-10, SGD linear predictor': '75.06 ± 0.52 | 75.25 ± 0.74 | 75.25 ± 0.74',
      'CIFAR-10, DirectPred': '85.21 ± 0.23 | 88.88 ± 0.15 | 89.52 ± 0.04',
      'CIFAR-10, DirectPred, every 5th step': '84.93 ± 0.29 | 88.83 ± 0.10 | 89.56 ± 0.13',
      'CIFAR-10, SGD linear predictor': '84.49 ± 0.20 | 88.57 ± 0.15 | 89.33 ± 0.27',
    },
  ),
  published(
    'Published: ImageNet',
    'ImageNet, top-1 / top-5 (table 9)',
    'two-layer predictor | SGD linear predictor | DirectPred',
    {
      '60 epochs': '64.7 / 85.8 | 59.4 / 82.3 | 64.4 / 85.8',
      '300 epochs': '72.5 / 90.8 | 69.9 / 89.6 | 72.4 / 91.0',
    },
  ),
  published(
    'Published: CIFAR-10, a replication',
    'CIFAR-10, 100 epochs, two-layer predictor, in an independent replication (Höppe, Miszkurka, Bogatov Wilkman, ReScience C 2022, table 1)',
    'symmetric | regular',
    { EMA: '85.7 | 84.2', 'no EMA': '20.3 | 79.4' },
  ),
];

/** CIFAR-10 after 100 epochs, by variant, in % (table 8); none for the two-layer predictor. */
export const publishedCifar: Readonly<Record<string, string>> = {
  DirectPred: '85.21 ± 0.23',
  'SGD linear predictor': '84.49 ± 0.20',
};
