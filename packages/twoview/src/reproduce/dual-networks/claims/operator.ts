// T17: the covariance operator grows, fastest at the top.
import { above, atLeast } from '../../checks.js';
import { mean, smallest } from '../../statistics.js';
import { watchedGroup } from '../hltm/groups.js';
import { type HltmRuns, hltmClaim, numpy, paper } from './hltm-claim.js';

const name = 'watched';

/** Mean over seeds of each level's norm, from the root. */
function norms(runs: HltmRuns, epoch: number): number[] {
  const bySeed = runs.of(name).map(({ epochs }) => epochs.at(epoch)!.covariance!);
  return bySeed[0]!.map((_, level) => mean(bySeed.map((values) => values[level]!)));
}

export const operatorGrowth = hltmClaim({
  id: 'T17',
  statement:
    'The covariance operator that multiplies the weights grows by orders of magnitude early in training, most at the root.',
  source: `${paper}, growth of the covariance operator; ${numpy}`,
  expected:
    'L = 5, 10 units, |polarity| from .8, mean over seeds (two, or all that are asked for) of the Frobenius norm by level: more than 50 times as large at the root after one epoch; after 5 epochs larger the nearer the root, level by level',
  groups: { [name]: watchedGroup },
  checks(runs) {
    const [start, first, last] = [norms(runs, 0), norms(runs, 1), norms(runs, -1)];
    return [
      above('root: growth in one epoch', first[0]! / start[0]!, 50),
      atLeast('root: growth in five epochs', last[0]! / first[0]!, 1),
      above(
        'after five epochs: a level over the next below, smallest ratio',
        smallest(last.slice(1).map((norm, level) => last[level]! / norm)),
        1,
      ),
    ];
  },
});
