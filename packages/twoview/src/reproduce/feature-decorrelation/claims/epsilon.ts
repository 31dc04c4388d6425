// E8: a constant added to the covariance, or a floor under the deviation, lets the scale shrink and collapse pay again.
import { atLeast, atMost, below, within } from '../../checks.js';
import { standard, type ToyVariant } from '../toy/settings.js';
import { paper, toyClaim } from './toy-claim.js';

const dbn = (epsilon: number): ToyVariant => ({ normalizer: { name: 'dbn', groups: 1, epsilon } });
const bn = (epsilon: number): ToyVariant => ({ normalizer: { name: 'bn', form: 'add', epsilon } });

export const epsilon = toyClaim({
  id: 'E8',
  statement:
    'A regularising epsilon in the normalizer re-opens the way to complete collapse once it is no longer tiny.',
  source: paper('authors’ notes on CIFAR-10 with BN: epsilon 0 65.41 %, 1e-2 61.56 %, 1e-1 34.47 %'),
  expected:
    'in every seed. DBN(1) on S + epsilon I: 1e-4 std >= .999 and participation ratio >= .999 D; 1e-3 std .40 to .47, participation ratio 3.0 to 4.2; 1e-1 std < .02, participation ratio < 1.6. BN with sqrt(var + epsilon): 1e-5 and 1e-3 std >= .99 as without; 1e-1 std .008 to .40. BN with max(std, 1): std <= .02',
  variants: {
    'DBN G=1, epsilon 1e-4': dbn(1e-4),
    'DBN G=1, epsilon 1e-3': dbn(1e-3),
    'DBN G=1, epsilon 1e-1': dbn(1e-1),
    'BN, epsilon 1e-5': bn(1e-5),
    'BN, epsilon 1e-3': bn(1e-3),
    'BN, epsilon 1e-1': bn(1e-1),
    'BN, std at least 1': { normalizer: { name: 'bn', form: 'clamp', epsilon: 1 } },
  },
  checks: (r) => [
    atLeast('DBN 1e-4: std, smallest', r.smallest('DBN G=1, epsilon 1e-4', 'std'), 0.999),
    atLeast(
      'DBN 1e-4: participation ratio, smallest',
      r.smallest('DBN G=1, epsilon 1e-4', 'participationRatio'),
      0.999 * standard.dimension,
    ),
    within('DBN 1e-3: std, smallest', r.smallest('DBN G=1, epsilon 1e-3', 'std'), 0.4, 0.47),
    within('DBN 1e-3: std, largest', r.largest('DBN G=1, epsilon 1e-3', 'std'), 0.4, 0.47),
    within(
      'DBN 1e-3: participation ratio, smallest',
      r.smallest('DBN G=1, epsilon 1e-3', 'participationRatio'),
      3.0,
      4.2,
    ),
    within(
      'DBN 1e-3: participation ratio, largest',
      r.largest('DBN G=1, epsilon 1e-3', 'participationRatio'),
      3.0,
      4.2,
    ),
    below('DBN 1e-1: std, largest', r.largest('DBN G=1, epsilon 1e-1', 'std'), 0.02),
    below('DBN 1e-1: participation ratio, largest', r.largest('DBN G=1, epsilon 1e-1', 'participationRatio'), 1.6),
    atLeast('BN 1e-5: std, smallest', r.smallest('BN, epsilon 1e-5', 'std'), 0.99),
    atLeast('BN 1e-3: std, smallest', r.smallest('BN, epsilon 1e-3', 'std'), 0.99),
    within('BN 1e-1: std, smallest', r.smallest('BN, epsilon 1e-1', 'std'), 0.008, 0.4),
    within('BN 1e-1: std, largest', r.largest('BN, epsilon 1e-1', 'std'), 0.008, 0.4),
    atMost('BN, std at least 1: std, largest', r.largest('BN, std at least 1', 'std'), 0.02),
  ],
});
