// Numbers to compare with: the loss as the authors' program computes it, the toy in an independent implementation, and what the
// authors report. Tables and figures of the paper itself are not among them.
import type { LatentDistance, PairSelection } from '../../objectives/index.js';
import type { ReportTable } from '../../report/index.js';
import type { VariantName } from './toy/settings.js';

/** The loss on one input, for each distance at its temperature, and how many ordered pairs are kept. */
export interface GoldenRow {
  linf: number;
  cosine: number;
  l2: number;
  l1: number;
  positives: number;
  /** null where the program does not say. */
  negatives: number | null;
}

/** Temperatures of the golden values. `matmul` equals `cosine`. */
export const goldenTemperatures: Readonly<Record<Exclude<LatentDistance, 'matmul'>, number>> = {
  linf: 0.2,
  cosine: 0.1,
  l2: 0.5,
  l1: 0.5,
};

/** 12 latents of 4 dimensions, sin(1 + 3 i + k), with true and predicted classes; the first six are images, the rest adversarial. */
export const goldenInput = {
  latent: (i: number, k: number): number => Math.sin(1 + 3 * i + k),
  shape: [12, 4],
  labels: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2),
  predictions: Int32Array.of(0, 1, 2, 0, 2, 2, 0, 2, 2, 1, 1, 0),
} as const;

/** The authors' program on that input. */
export const golden: Readonly<Record<PairSelection, GoldenRow>> = {
  global: { linf: 5.31939, cosine: 12.863773, l2: 3.543245, l1: 4.963943, positives: 36, negatives: 96 },
  hard: { linf: 3.531366, cosine: 9.962952, l2: 2.166564, l1: 3.070847, positives: 36, negatives: 16 },
  soft: { linf: 3.508835, cosine: 9.763188, l2: 2.208047, l1: 3.048569, positives: 36, negatives: 22 },
  merged: { linf: 3.799902, cosine: 10.397754, l2: 2.383421, l1: 3.357102, positives: 36, negatives: null },
  leaked: { linf: 2.974216, cosine: 8.710782, l2: 1.732187, l1: 2.506366, positives: 16, negatives: 22 },
};

/** The divergence of predictions, by the program: mean over elements, and over images. */
export const goldenDivergence = {
  logits: [
    [1, 2, -1],
    [0.5, 0, 0.2],
  ],
  adversarial: [
    [0.8, 1.5, -0.5],
    [0.1, 0.4, 0.2],
  ],
  perElement: 0.013562,
  perImage: 0.040686,
} as const;

export interface ToyReference {
  natural: string;
  robust: string;
  relative: string;
  intra: string;
  inter: string;
}

/** The toy in PyTorch, seeds 0, 1 and 2, other random numbers and other templates. Not from the paper, which has no toy. */
export const toyReference: Readonly<Record<VariantName, ToyReference>> = {
  natural: {
    natural: '0.999',
    robust: '0.044 / 0.05 / 0.068',
    relative: '0.722 / 0.725 / 0.71',
    intra: '0.53',
    inter: '0.74',
  },
  ADV: {
    natural: '1',
    robust: '0.571 / 0.559 / 0.605',
    relative: '0.527 / 0.512 / 0.52',
    intra: '0.37 / 0.35 / 0.37',
    inter: '0.7 / 0.69 / 0.71',
  },
  'ASCL Global': {
    natural: '1',
    robust: '0.618 / 0.582 / 0.607',
    relative: '0.509 / 0.488 / 0.511',
    intra: '0.37 / 0.35 / 0.37',
    inter: '0.73 / 0.72 / 0.73',
  },
  'ASCL Leaked-LS': {
    natural: '1',
    robust: '0.584 / 0.567 / 0.608',
    relative: '0.507 / 0.5 / 0.51',
    intra: '0.36 / 0.35 / 0.36',
    inter: '0.7 / 0.69 / 0.7',
  },
};

/** Shares of pairs that Leaked-LS keeps, from the abstract. */
export const publishedKept = { positives: 0.428, negatives: 0.063 } as const;

/** ResNet-18 on CIFAR-10 after 120 epochs of adversarial training, from the read-me of the authors' program. */
export const publishedAdv = { natural: 82.75, pgd200: 52.93, ensemble: 48.8 } as const;

/** What the authors say of full training, in %. The best epoch is chosen on test images there, which is worth up to a point. */
export const publishedTable: ReportTable = {
  caption: 'Published: ResNet-18 on CIFAR-10, 120 epochs, in %',
  head: ['natural', 'PGD-200', 'AutoAttack', 'source'],
  rows: [
    { name: 'ADV, loss of adversarial images alone', cells: ['82.75', '52.93', '48.8', 'read-me'] },
    { name: 'ADV, loss of both', cells: ['87.22', '48.67', '44.1', 'read-me'] },
    { name: 'ADV, views by resized crops, 1st schedule', cells: ['80.15', '43.46', null, 'comment in the program'] },
    { name: 'ADV, views by resized crops, 2nd schedule', cells: ['78.74', '42.2', null, 'comment in the program'] },
    { name: 'ADV, views by resized crops, 3rd schedule', cells: ['78.92', '38.07', null, 'comment in the program'] },
    { name: 'ADV, views by resized crops, 4th schedule', cells: ['68.12', '35.12', null, 'comment in the program'] },
  ],
};
