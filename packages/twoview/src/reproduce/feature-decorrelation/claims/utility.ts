// E6, E7, E9: what decorrelation is worth: accuracy, correlation as its indicator without labels, and why the loss is none.
import { above, atLeast, atMost, below, type Check } from '../../checks.js';
import { largest, mean, spearman } from '../../statistics.js';
import { type VariantName, variants } from '../toy/settings.js';
import { paper, pick, type ToyResults, toyClaim } from './toy-claim.js';

export const utility = toyClaim({
  id: 'E6',
  statement:
    'Embeddings and features tell the classes better the less they are collapsed: none, BN, groups, shuffled groups.',
  source: paper('table of linear evaluation'),
  expected:
    'means of seeds, probe on z: BN - none >= .05, DBN(1) - BN >= .06, Shuffled(4) - DBN(4) >= .01, Shuffled(8) - DBN(8) >= .02; on h: none < BN < Shuffled(4), untrained < none',
  variants: pick(variants, 'untrained', 'none', 'BN', 'DBN G=1', 'DBN G=4', 'DBN G=8', 'Shuffled G=4', 'Shuffled G=8'),
  checks: (results) => {
    const gain = (better: VariantName, worse: VariantName, bound: number): Check =>
      atLeast(`z: ${better} - ${worse}`, results.mean(better, 'probeZ') - results.mean(worse, 'probeZ'), bound);
    const order = (better: VariantName, worse: VariantName): Check =>
      above(`h: ${better} - ${worse}`, results.mean(better, 'probeH') - results.mean(worse, 'probeH'), 0);
    return [
      gain('BN', 'none', 0.05),
      gain('DBN G=1', 'BN', 0.06),
      gain('Shuffled G=4', 'DBN G=4', 0.01),
      gain('Shuffled G=8', 'DBN G=8', 0.02),
      order('BN', 'none'),
      order('Shuffled G=4', 'BN'),
      order('none', 'untrained'),
    ];
  },
});

/** The settings that have correlations to speak of. */
export const normalized = [
  'BN',
  'DBN G=1',
  'DBN G=2',
  'DBN G=4',
  'DBN G=8',
  'Shuffled G=2',
  'Shuffled G=4',
  'Shuffled G=8',
] as const satisfies readonly VariantName[];

/** Spearman's correlation of |correlation| and accuracy of the probe on z over the normalised settings, for each seed. */
function indicator(results: ToyResults): number[] {
  return results.of(normalized[0]).map((_, seed) =>
    spearman(
      normalized.map((name) => results.of(name)[seed]!.correlation),
      normalized.map((name) => results.of(name)[seed]!.probeZ),
    ),
  );
}

export const unsupervisedMetric = toyClaim({
  id: 'E7',
  statement: 'The mean |correlation| of axes, which needs no labels, tells how well embeddings will classify.',
  source: paper('section 4.3'),
  expected: 'Spearman correlation with the probe on z over eight settings: mean of seeds <= -0.6, each < -0.3',
  variants: pick(variants, ...normalized),
  checks: (results) => {
    const values = indicator(results);
    return [
      atMost('Spearman, mean of seeds', mean(values), -0.6),
      ...values.map((value, i) => below(`Spearman, seed ${i + 1} of ${values.length}`, value, -0.3)),
    ];
  },
});

/** From the most collapsed to the least. */
const byCollapse = ['none', 'BN', 'DBN G=8', 'DBN G=4', 'DBN G=2', 'DBN G=1'] as const satisfies readonly VariantName[];

export const lossIsNoMeasure = toyClaim({
  id: 'E9',
  statement: 'The final loss does not compare normalizers: it rises along with accuracy from none to full whitening.',
  source: paper('section 4.3'),
  expected:
    'means of seeds: loss none < BN < DBN(8) < DBN(4) < DBN(2) < DBN(1), none <= 1e-4; probe on z none < BN, DBN(8) < DBN(4) < DBN(2) < DBN(1)',
  variants: pick(variants, ...byCollapse),
  checks: (results) => {
    const step = (measure: 'loss' | 'probeZ', from: VariantName, to: VariantName): Check =>
      above(
        `${measure === 'loss' ? 'loss' : 'probe on z'}: ${to} - ${from}`,
        results.mean(to, measure) - results.mean(from, measure),
        0,
      );
    const losses = byCollapse.slice(1).map((name, i) => step('loss', byCollapse[i]!, name));
    return [
      atMost('loss: none, largest', largest(results.values('none', 'loss')), 1e-4),
      ...losses,
      step('probeZ', 'none', 'BN'),
      step('probeZ', 'none', 'DBN G=8'),
      step('probeZ', 'BN', 'DBN G=4'),
      step('probeZ', 'DBN G=8', 'DBN G=4'),
      step('probeZ', 'DBN G=4', 'DBN G=2'),
      step('probeZ', 'DBN G=2', 'DBN G=1'),
    ];
  },
});
