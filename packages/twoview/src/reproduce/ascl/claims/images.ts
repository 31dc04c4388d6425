// S1 to S7: adversarial training of a small network on CIFAR-10, with the contrastive term and without.
import { above, atLeast, atMost, below, within } from '../../checks.js';
import { largest, mean, smallest, spearman } from '../../statistics.js';
import { gaps, type ImageMethodName, type ImageRuns, imageClaim, values } from './image-claim.js';
import { kept, pgd, relative, robustAt } from './image-measures.js';
import { paper } from './paper.js';

const percent = (share: number): number => 100 * share;
const points = (runs: ImageRuns, name: ImageMethodName, steps = 20): number[] =>
  values(runs, name, pgd(steps)).map(percent);

export const imageRobustness = imageClaim({
  id: 'S1',
  statement: 'Natural training leaves nothing under PGD-20; adversarial training keeps a good part.',
  source: paper('premise'),
  expected: 'accuracy in %, means of seeds: natural training under PGD-20 < 5; ADV under PGD-20 > 20, natural > 35',
  methods: { natural: 'first', ADV: 'all' },
  checks: ({ runs }) => [
    below('natural training, PGD-20', mean(points(runs, 'natural')), 5),
    above('ADV, PGD-20', mean(points(runs, 'ADV')), 20),
    above('ADV, natural', percent(mean(values(runs, 'ADV', ({ natural }) => natural))), 35),
  ],
});

export const imageGain = imageClaim({
  id: 'S2',
  statement: 'ASCL is more robust than adversarial training alone, and its relative divergence is smaller.',
  source: paper('abstract'),
  expected:
    'Leaked-LS - ADV, same seeds: accuracy under PGD-20 > 0 on the mean and >= -0.5 points in every seed; DIV_rel < 0 in every seed',
  methods: { ADV: 'all', 'Leaked-LS': 'all' },
  checks: ({ runs }) => {
    const accuracy = gaps(points(runs, 'Leaked-LS'), points(runs, 'ADV'));
    const divergence = gaps(values(runs, 'Leaked-LS', relative(8)), values(runs, 'ADV', relative(8)));
    return [
      above('PGD-20: Leaked-LS - ADV, points, mean', mean(accuracy), 0),
      atLeast('PGD-20: Leaked-LS - ADV, points, smallest', smallest(accuracy), -0.5),
      below('DIV_rel: Leaked-LS - ADV, largest', largest(divergence), 0),
    ];
  },
});

/** Those whose divergences and accuracies are correlated. */
export const correlated = ['ADV', 'VAT only', 'Global', 'Soft-LS', 'Hard-LS', 'Leaked-LS'] as const;

export const imageOrder = imageClaim({
  id: 'S3',
  statement: 'Robust accuracy falls as the relative intra-class divergence rises, over methods.',
  source: paper('analysis of latent divergences'),
  expected:
    'DIV_rel on PGD-20 images, means of seeds: natural > ADV > Leaked-LS; Spearman correlation with accuracy under PGD-20 over six methods and their seeds <= -0.5',
  methods: {
    natural: 'first',
    ADV: 'all',
    'VAT only': 'first',
    Global: 'first',
    'Soft-LS': 'first',
    'Hard-LS': 'first',
    'Leaked-LS': 'all',
  },
  checks: ({ runs }) => {
    const average = (name: ImageMethodName): number => mean(values(runs, name, relative(8)));
    return [
      above('DIV_rel: natural - ADV', average('natural') - average('ADV'), 0),
      above('DIV_rel: ADV - Leaked-LS', average('ADV') - average('Leaked-LS'), 0),
      atMost(
        'Spearman of DIV_rel and accuracy',
        spearman(
          correlated.flatMap((name) => values(runs, name, relative(8))),
          correlated.flatMap((name) => values(runs, name, pgd(20))),
        ),
        -0.5,
      ),
    ];
  },
});

const growing = [2, 4, 8, 12, 16];

export const imageRadius = imageClaim({
  id: 'S4',
  statement: 'As the radius grows, the relative divergence of one network rises and its accuracy falls.',
  source: paper('analysis of latent divergences'),
  expected: 'ADV, first seed, radii 2, 4, 8, 12, 16 / 255: DIV_rel rises and accuracy falls in every step',
  methods: { ADV: 'first' },
  checks: ({ runs }) => {
    const course = (of: typeof relative): number[] =>
      growing.map((radius) => values(runs, 'ADV', of(radius))[0] ?? Number.NaN);
    const steps = (list: readonly number[]): number[] => gaps(list.slice(1), list.slice(0, -1));
    return [
      above('DIV_rel: smallest step', smallest(steps(course(relative))), 0),
      below('accuracy: largest step, points', percent(largest(steps(course(robustAt)))), 0),
    ];
  },
});

export const imageKept = imageClaim({
  id: 'S5',
  statement: 'Leaked-LS uses 42.8 % of the positives and 6.3 % of the negatives.',
  source: paper('abstract'),
  expected:
    'shares in % over the last three epochs, means of seeds: positives from 30 to 60, negatives from 3 to 12; Global 100 of both',
  methods: { Global: 'first', 'Leaked-LS': 'all' },
  checks: ({ runs }) => [
    within('Leaked-LS: positives', percent(mean(kept(runs, 'Leaked-LS', 'positives'))), 30, 60),
    within('Leaked-LS: negatives', percent(mean(kept(runs, 'Leaked-LS', 'negatives'))), 3, 12),
    atLeast('Global: positives', percent(smallest(kept(runs, 'Global', 'positives'))), 100),
    atLeast('Global: negatives', percent(smallest(kept(runs, 'Global', 'negatives'))), 100),
  ],
});

export const imageSelection = imageClaim({
  id: 'S6',
  statement: 'Selecting pairs costs no robustness: Leaked-LS against all pairs (published: 1.4 points more).',
  source: paper('abstract, first version'),
  expected: 'accuracy under PGD-20, first seed: Leaked-LS - Global >= -1 point',
  methods: { Global: 'first', 'Leaked-LS': 'first' },
  checks: ({ runs }) => {
    const [leaked = Number.NaN] = points(runs, 'Leaked-LS');
    const [global = Number.NaN] = points(runs, 'Global');
    return [atLeast('Leaked-LS - Global, points', leaked - global, -1)];
  },
});

export const imageSanity = imageClaim({
  id: 'S7',
  statement: 'The robustness is no masked gradient: longer and wider attacks work, and transferred ones are weaker.',
  source: paper('evaluation; not from it'),
  expected:
    'ADV and Leaked-LS: PGD-100 >= PGD-20 - 2 points in every seed; accuracy at 64/255 < 2 %; first seed: accuracy under images of another ADV network > under PGD-20',
  methods: { ADV: 'all', 'Leaked-LS': 'all' },
  transfers: ['ADV', 'Leaked-LS'],
  ensembles: ['ADV', 'Leaked-LS'],
  checks: ({ runs, transfers, ensembles }) =>
    (['ADV', 'Leaked-LS'] as const).flatMap((name) => {
      const longer = gaps(points(runs, name, 100), points(runs, name, 20));
      const { transfer = Number.NaN, whiteBox = Number.NaN } = transfers[name] ?? {};
      const told = ensembles[name];
      return [
        atLeast(`${name}: PGD-100 - PGD-20, points, smallest`, smallest(longer), -2),
        below(`${name}: accuracy at 64/255 in %, largest`, percent(largest(values(runs, name, robustAt(64)))), 2),
        above(`${name}: transfer - white box, points`, percent(transfer - whiteBox), 0),
        ...(told === undefined
          ? []
          : [
              {
                name: `${name}: ensemble of attacks in %, first ${told.images} images`,
                measured: percent(told.accuracy),
                threshold: 'told alone',
                holds: true,
              },
            ]),
      ];
    }),
});
