// T1 to T4: adversarial training on the toy, with the contrastive term and without.
import { above, atLeast, atMost, below, type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, mean, smallest } from '../../statistics.js';
import { type ToyMeasures, toyExperiment, type VariantName, variants } from '../toy/index.js';
import { paper } from './paper.js';

/** What came out of each method, seed by seed. */
export type ToyRuns = Readonly<Partial<Record<VariantName, readonly ToyMeasures[]>>>;

interface ToyClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  names: readonly VariantName[];
  /** Pure: from numbers to checks. */
  checks(runs: ToyRuns): readonly Check[];
}

export interface ToyClaim extends Claim {
  toyChecks: ToyClaimSpec['checks'];
}

function toyClaim({ names, checks, ...claim }: ToyClaimSpec): ToyClaim {
  return {
    ...claim,
    toyChecks: checks,
    scales: ['minutes'],
    experiments: ({ seeds }) => names.flatMap((name) => seeds.map((seed) => toyExperiment(name, variants[name], seed))),
    async run({ seeds, result }) {
      const runs: Partial<Record<VariantName, ToyMeasures[]>> = {};
      for (const name of names) {
        const own: ToyMeasures[] = [];
        for (const seed of seeds) own.push(await result(toyExperiment(name, variants[name], seed)));
        runs[name] = own;
      }
      return judge(checks(runs));
    },
  };
}

const values = (runs: ToyRuns, name: VariantName, of: (run: ToyMeasures) => number): number[] =>
  (runs[name] ?? []).map(of);

const robust = ({ robust: accuracy }: ToyMeasures): number => accuracy;
const relative = ({ attacked }: ToyMeasures): number => attacked.relative;
const intra = ({ attacked }: ToyMeasures): number => attacked.intra;

export const toyRobustness = toyClaim({
  id: 'T1',
  statement: 'Natural training leaves next to nothing under PGD-20; adversarial training leaves most.',
  source: paper('the toy is not from it'),
  expected: 'accuracy under PGD-20, in every seed: natural training <= .12, ADV >= .50',
  names: ['natural', 'ADV'],
  checks: (runs) => [
    atMost('natural training, largest', largest(values(runs, 'natural', robust)), 0.12),
    atLeast('ADV, smallest', smallest(values(runs, 'ADV', robust)), 0.5),
  ],
});

/** Points of accuracy by which a method is ahead of another, means of seeds. */
const ahead = (runs: ToyRuns, better: VariantName, worse: VariantName): number =>
  100 * (mean(values(runs, better, robust)) - mean(values(runs, worse, robust)));

export const toyGain = toyClaim({
  id: 'T2',
  statement: 'The contrastive term adds robust accuracy to adversarial training.',
  source: paper('abstract; the toy is not from it'),
  expected: 'points of accuracy under PGD-20, means of seeds: Leaked-LS - ADV >= 0, Global - ADV >= .5',
  names: ['ADV', 'ASCL Global', 'ASCL Leaked-LS'],
  checks: (runs) => [
    atLeast('Leaked-LS - ADV, points', ahead(runs, 'ASCL Leaked-LS', 'ADV'), 0),
    atLeast('Global - ADV, points', ahead(runs, 'ASCL Global', 'ADV'), 0.5),
  ],
});

/** a - b, seed by seed. */
const gaps = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);

/** How far the ranges of two lists overlap; below zero they are apart. */
const overlap = (a: readonly number[], b: readonly number[]): number =>
  smallest([largest(a), largest(b)]) - largest([smallest(a), smallest(b)]);

export const toyDivergence = toyClaim({
  id: 'T3',
  statement:
    'The relative intra-class divergence orders methods as their robustness does; the absolute one does not tell ADV from ASCL.',
  source: paper('analysis of latent divergences'),
  expected:
    'DIV_rel in every seed: both ASCL variants < ADV, ADV < natural training - .1; ranges of D+_abs of ADV and Global overlap',
  names: ['natural', 'ADV', 'ASCL Global', 'ASCL Leaked-LS'],
  checks: (runs) => {
    const adv = values(runs, 'ADV', relative);
    const over = (name: VariantName): number => largest(gaps(values(runs, name, relative), adv));
    return [
      below('DIV_rel: Global - ADV, largest', over('ASCL Global'), 0),
      below('DIV_rel: Leaked-LS - ADV, largest', over('ASCL Leaked-LS'), 0),
      above('DIV_rel: natural - ADV, smallest', smallest(gaps(values(runs, 'natural', relative), adv)), 0.1),
      atLeast(
        'D+_abs: overlap of ADV and Global',
        overlap(values(runs, 'ADV', intra), values(runs, 'ASCL Global', intra)),
        0,
      ),
    ];
  },
});

export const toyKept = toyClaim({
  id: 'T4',
  statement: 'Leaked-LS keeps far fewer negatives than positives.',
  source: paper('abstract; the toy is not from it'),
  expected: 'share of negatives kept / share of positives kept <= .1 in every seed; Global keeps all',
  names: ['ASCL Global', 'ASCL Leaked-LS'],
  checks: (runs) => {
    const kept = (name: VariantName, of: 'positives' | 'negatives'): number[] =>
      values(runs, name, (run) => run.kept?.[of] ?? Number.NaN);
    const positives = kept('ASCL Leaked-LS', 'positives');
    const ratios = kept('ASCL Leaked-LS', 'negatives').map((share, i) => share / positives[i]!);
    return [
      atMost('Leaked-LS: negatives / positives, largest', largest(ratios), 0.1),
      atLeast('Global: positives, smallest', smallest(kept('ASCL Global', 'positives')), 1),
      atLeast('Global: negatives, smallest', smallest(kept('ASCL Global', 'negatives')), 1),
    ];
  },
});
