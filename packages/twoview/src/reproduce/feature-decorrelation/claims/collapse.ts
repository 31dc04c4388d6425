// E1 to E3: what the last layer standardises decides between complete collapse, dimensional collapse and none.
import { above, atLeast, atMost, type Check, within } from '../../checks.js';
import { standard, variants } from '../toy/settings.js';
import { paper, pick, type ToyResults, toyClaim } from './toy-claim.js';

function collapsed(results: ToyResults, name: string): Check[] {
  return [
    atMost(`${name}: normalised std, largest`, results.largest(name, 'normalizedStd'), 0.1),
    atMost(`${name}: std, largest`, results.largest(name, 'std'), 0.02),
    atMost(`${name}: loss, largest`, results.largest(name, 'loss'), 1e-3),
  ];
}

export const completeCollapse = toyClaim({
  id: 'E1',
  statement:
    'Without a normalizer all embeddings become equal (complete collapse), whether or not there is weight decay.',
  source: paper('section 3.1 and figure 2'),
  expected:
    'in every seed normalised std (times sqrt(D)) <= 0.1, std <= 0.02, loss <= 1e-3, with weight decay 1e-3 and 0; under the cosine loss normalised std <= 0.1 although std stays above 0.02',
  variants: {
    ...pick(variants, 'none'),
    'none, weight decay 0': { ...variants.none, weightDecay: 0 },
    'none, cosine loss': { ...variants.none, objective: 'cosine' },
  },
  checks: (results) => [
    ...collapsed(results, 'none'),
    ...collapsed(results, 'none, weight decay 0'),
    atMost('cosine loss: normalised std, largest', results.largest('none, cosine loss', 'normalizedStd'), 0.1),
    above('cosine loss: std, smallest', results.smallest('none, cosine loss', 'std'), 0.02),
  ],
});

export const dimensionalCollapse = toyClaim({
  id: 'E2',
  statement:
    'With batch normalisation every axis varies, but all carry the same number up to sign (dimensional collapse).',
  source: paper('section 3.2 and figure 2'),
  expected:
    'in every seed std from 0.99 to 1.01 and normalised std >= 0.9, yet mean |correlation| >= 0.98 and participation ratio <= 1.1',
  variants: pick(variants, 'BN'),
  checks: (results) => [
    within('std, smallest', results.smallest('BN', 'std'), 0.99, 1.01),
    within('std, largest', results.largest('BN', 'std'), 0.99, 1.01),
    atLeast('normalised std, smallest', results.smallest('BN', 'normalizedStd'), 0.9),
    atLeast('|correlation|, smallest', results.smallest('BN', 'correlation'), 0.98),
    atMost('participation ratio, largest', results.largest('BN', 'participationRatio'), 1.1),
  ],
});

export const decorrelation = toyClaim({
  id: 'E3',
  statement: 'Whitening all axes together (DBN, one group) keeps every direction in use.',
  source: paper('section 3.3 and figure 2'),
  expected: 'in every seed mean |correlation| <= 1e-3 on the batch it normalises and participation ratio >= 0.999 D',
  variants: pick(variants, 'DBN G=1'),
  checks: (results) => [
    atMost('|correlation|, largest', results.largest('DBN G=1', 'correlation'), 1e-3),
    atLeast(
      'participation ratio, smallest',
      results.smallest('DBN G=1', 'participationRatio'),
      0.999 * standard.dimension,
    ),
  ],
});

/** E1's thresholds for collapse to a point and E2's and E3's for the line and the cloud, in a plane. */
export const plane = {
  'none, D=2': { ...variants.none, dimension: 2, hidden: 32 },
  'BN, D=2': { ...variants.BN, dimension: 2, hidden: 32 },
  'DBN, D=2': { ...variants['DBN G=1'], dimension: 2, hidden: 32 },
} as const;

export const picture = toyClaim({
  id: 'E10',
  statement: 'In the plane: no normalizer gives a point, batch normalisation a line, whitening a cloud.',
  source: paper('figure 2'),
  expected:
    'D = 2, in every seed: none std 0.0000 to four decimals; BN mean |correlation| >= 0.98 and participation ratio <= 1.1; DBN mean |correlation| <= 1e-3 and participation ratio >= 0.999 D',
  variants: plane,
  checks: (results) => [
    atMost('none: std, largest', results.largest('none, D=2', 'std'), 5e-5),
    atLeast('BN: |correlation|, smallest', results.smallest('BN, D=2', 'correlation'), 0.98),
    atMost('BN: participation ratio, largest', results.largest('BN, D=2', 'participationRatio'), 1.1),
    atMost('DBN: |correlation|, largest', results.largest('DBN, D=2', 'correlation'), 1e-3),
    atLeast('DBN: participation ratio, smallest', results.smallest('DBN, D=2', 'participationRatio'), 0.999 * 2),
  ],
});
