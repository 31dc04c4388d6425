// W1, W2, W10, W11: the identity behind decoupling, how fast Phase I grows, and the phases of training.
import type { Growth, PhaseOneRates, ViewKind } from '../../../theory/decoupling/index.js';
import { above, atLeast, atMost, type Check, judge, within } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, smallest } from '../../statistics.js';
import { dimensions, phaseOneOnly } from '../toy/arms.js';
import {
  type MomentMeasures,
  momentExperiment,
  type RunMeasures,
  rateExperiment,
  runExperiment,
} from '../toy/experiments.js';
import { referenceDimensions, referenceRates } from '../toy/reference.js';
import { armClaim, measureAt, paper, simulated, told } from './arm-claim.js';

const kinds: readonly ViewKind[] = ['complementary', 'none', 'independent'];
export const kindNames: Readonly<Record<ViewKind, string>> = {
  complementary: 'RandomMask',
  none: 'no mask',
  independent: 'independent masks',
  noise: 'noise',
};

/** kappa; W1's tolerance is 3 % of it. */
const kappa = 0.1;

export function identityChecks(moments: Readonly<Partial<Record<ViewKind, MomentMeasures>>>): Check[] {
  return kinds.flatMap((kind) => {
    const { measured, expected } = moments[kind]!;
    const check = (part: keyof Growth, symbol: string): Check => {
      const [value, tolerance] = [expected[part], 0.03 * kappa];
      return within(`${kindNames[kind]}: ${symbol}`, measured[part], value - tolerance, value + tolerance);
    };
    return [check('signal', 'k_M'), check('noise', 'k_N')];
  });
}

export const decouplingIdentity: Claim = {
  id: 'W1',
  statement:
    'Complementary masks take the noise out of E[x+ x++^T] and keep the signal; independent masks change nothing.',
  source: 'derived from the model; the principle is the abstract’s',
  expected:
    'first seed, 60,000 samples, within 3 % of kappa: RandomMask k_M = .095, k_N = -.005; no mask .180, .080; independent masks .180, .080',
  scales: ['minutes'],
  experiments: ({ seeds }) => kinds.map((kind) => momentExperiment(kind, seeds[0]!)),
  async run({ seeds, result }) {
    const moments: Partial<Record<ViewKind, MomentMeasures>> = {};
    for (const kind of kinds) moments[kind] = await result(momentExperiment(kind, seeds[0]!));
    return { ...judge(identityChecks(moments)), seeds: seeds.slice(0, 1) };
  },
};

/** Kinds of views whose growth is measured. */
export const rateKinds = ['complementary', 'none'] as const;

export function rateChecks(rates: Readonly<Record<(typeof rateKinds)[number], PhaseOneRates>>): Check[] {
  return rateKinds.flatMap((kind) =>
    (['signal', 'noise'] as const).map((part) => {
      const expected = referenceRates[kind][part];
      const name = `${kindNames[kind]}: growth of the ${part}`;
      return within(name, rates[kind].measured[part], expected - 0.01, expected + 0.01);
    }),
  );
}

export const phaseOneGrowth: Claim = {
  id: 'W2',
  statement: 'In Phase I signal and noise in the weights grow as the linear theory says: with masks the signal alone.',
  source: 'derived from the model: ln(1 + eta r) / eta with r from E[x+ x++^T]',
  expected:
    'first seed, slopes of ln ||W M|| and ln ||W M_perp|| a step / eta, within .01: RandomMask .094 and -.004; no mask .177 and .080',
  scales: ['minutes'],
  experiments: ({ seeds }) => rateKinds.map((kind) => rateExperiment(kind, seeds[0]!)),
  async run({ seeds, result }) {
    const complementary = await result(rateExperiment('complementary', seeds[0]!));
    const none = await result(rateExperiment('none', seeds[0]!));
    return { ...judge(rateChecks({ complementary, none })), seeds: seeds.slice(0, 1) };
  },
};

const mask = 'RandomMask + bias';
const none = 'no mask + bias';

/** The steps over which the loss is to stay at chance, and the batch that chance depends on. */
const early = 200;
const chance = Math.log(512);

export const phases = armClaim({
  id: 'W10',
  statement:
    'Phase I finds the span of the atoms only with masks; without them, training passes a good point and leaves it for the noise while the loss falls.',
  source: simulated('three phases of training'),
  expected:
    'first two seeds: frac_M at T1 >= .7 with RandomMask and <= .35 without; without, frac_M at the end <= its maximum - .25. Told without a threshold: T1, T2, purity at T1, the early loss, coverage at T2',
  arms: [mask, none],
  seedCount: 2,
  checks: (r) => {
    const best = r.of(none).map(({ curve }) => largest(curve.map(({ fracM }) => fracM)));
    const fall = r.of(none).map((run, i) => best[i]! - measureAt(run, 'fracM'));
    const deviation = r
      .of(mask)
      .flatMap(({ curve }) =>
        curve.filter(({ step }) => step > 0 && step <= early).map(({ loss }) => Math.abs(loss - chance)),
      );
    const ends = (arm: typeof mask | typeof none, which: 't1' | 't2'): number[] =>
      r.of(arm).map((run) => run[which] ?? Number.NaN);
    return [
      atLeast('RandomMask: frac_M at T1, smallest', r.smallest(mask, 'fracM', 'T1'), 0.7),
      atMost('no mask: frac_M at T1, largest', r.largest(none, 'fracM', 'T1'), 0.35),
      atLeast('no mask: fall of frac_M from its maximum, smallest', smallest(fall), 0.25),
      told('RandomMask: T1, smallest', smallest(ends(mask, 't1')), '52'),
      told('RandomMask: T1, largest', largest(ends(mask, 't1')), '56'),
      told('RandomMask: T2, smallest', smallest(ends(mask, 't2')), '372'),
      told('RandomMask: T2, largest', largest(ends(mask, 't2')), '404'),
      told('RandomMask: pure at T1, largest', r.largest(mask, 'pure', 'T1'), '0'),
      told('RandomMask: |loss - ln B| up to step 200, largest', largest(deviation), 'within .03'),
      told('RandomMask: pure at T2, mean', r.mean(mask, 'pure', 'T2'), '.43'),
      told('RandomMask: coverage at T2, smallest', r.smallest(mask, 'coverage', 'T2'), '.8'),
      told('no mask: T1, largest', largest(ends(none, 't1')), '17'),
      told('no mask: T2, largest', largest(ends(none, 't2')), '318'),
      told('no mask: largest frac_M, mean', best.reduce((a, b) => a + b, 0) / best.length, '.98'),
    ];
  },
});

/** frac_M at the end of Phase I, in the order of the dimensions. */
export type AtT1 = Readonly<Record<'none' | 'complementary', readonly number[]>>;

export function dimensionChecks({ none: dense, complementary }: AtT1): Check[] {
  return [
    ...dimensions.slice(1).map((dimension, i) => {
      const before = dimensions[i]!;
      return above(`no mask: frac_M at ${before} - at ${dimension}`, dense[i]! - dense[i + 1]!, 0);
    }),
    ...dimensions.map((dimension, i) =>
      told(`no mask: frac_M at ${dimension}`, dense[i]!, String(referenceDimensions.none[i])),
    ),
    ...dimensions.map((dimension, i) =>
      told(`RandomMask: frac_M at ${dimension}`, complementary[i]!, String(referenceDimensions.complementary[i])),
    ),
  ];
}

const dimensionExperiment = (kind: 'complementary' | 'none', dimension: number, seed: number) =>
  runExperiment(`${kindNames[kind]}, Phase I, d1 = ${dimension}`, phaseOneOnly(kind, dimension, seed));

export const dimension: Claim = {
  id: 'W11',
  statement: 'The more coordinates, the more noise is learnt in Phase I without a mask.',
  source: paper('d1 = poly(d); numbers of an independent NumPy implementation'),
  expected:
    'first seed: frac_M at T1 without mask falls from d1 = 300 to 400 to 600 (reference .27, .20, .14). With RandomMask told alone (.83, .83, .73)',
  scales: ['minutes'],
  experiments: ({ seeds }) =>
    rateKinds.flatMap((kind) => dimensions.map((d1) => dimensionExperiment(kind, d1, seeds[0]!))),
  async run({ seeds, result }) {
    const fractions: Record<'none' | 'complementary', number[]> = { none: [], complementary: [] };
    for (const kind of rateKinds)
      for (const d1 of dimensions) {
        const run: RunMeasures = await result(dimensionExperiment(kind, d1, seeds[0]!));
        fractions[kind].push(measureAt(run, 'fracM', 'T1'));
      }
    return { ...judge(dimensionChecks(fractions)), seeds: seeds.slice(0, 1) };
  },
};
