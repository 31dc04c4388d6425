// T20: how soft the contrast is, and the loss that is not soft at all.
import { atLeast, atMost } from '../../checks.js';
import { mean } from '../../statistics.js';
import { coldGroup, differenceGroup } from '../hltm/groups.js';
import { deep, seedCounts } from '../hltm/settings.js';
import { hltmClaim, numpy } from './hltm-claim.js';

/** Compared after so many epochs. */
const epoch = 5;

export const temperature = hltmClaim({
  id: 'T20',
  statement:
    'A small temperature saturates the softmax and slows learning; the plain difference P - N ends as T = .1 does.',
  source: `${numpy}; the published table's temperature is not known`,
  expected:
    'L = 5, 10 units, |polarity| from .7, seeds 0 to 2, mean root correlation after 5 epochs: T = .1 at least as good as T = .01, and P - N within .02 of T = .1 (our reading of "equal")',
  groups: {
    'T=.1': { variant: deep(0.7, 10), count: seedCounts.alternatives },
    'T=.01': coldGroup,
    'P-N': differenceGroup,
  },
  checks(runs) {
    const root = (name: string): number => mean(runs.correlations(name, 0, epoch));
    return [
      atLeast('T=.1 - T=.01', root('T=.1') - root('T=.01'), 0),
      atMost('|P-N - T=.1|', Math.abs(root('P-N') - root('T=.1')), 0.02),
    ];
  },
});
