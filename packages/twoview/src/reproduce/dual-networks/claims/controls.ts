// T18: where nothing can be learnt, nothing is.
import { atMost } from '../../checks.js';
import { largest, mean } from '../../statistics.js';
import { sameRootGroup, severedGroup, stillGroup } from '../hltm/groups.js';
import { derived, type HltmRuns, hltmClaim, spread } from './hltm-claim.js';

/** Largest change of any level's correlation since the start. */
function drift(runs: HltmRuns): number {
  return largest(
    runs
      .of('still')
      .flatMap(({ epochs }) =>
        epochs.flatMap(({ levels }) =>
          levels.map(({ correlation }, level) => Math.abs(correlation - epochs[0]!.levels[level]!.correlation)),
        ),
      ),
  );
}

/** Mean of all losses and its standard error, for steps of equal number in every epoch. */
function meanLoss(runs: HltmRuns, steps: number): { mean: number; error: number } {
  const losses = runs.of('sameRoot').flatMap(({ epochs }) => epochs.flatMap(({ loss }) => loss ?? []));
  const variance = mean(losses.map(({ deviation }) => deviation ** 2));
  return { mean: mean(losses.map((loss) => loss.mean)), error: Math.sqrt(variance / (steps * losses.length)) };
}

const stepsPerEpoch = 500;

export const controls = hltmClaim({
  id: 'T18',
  statement: 'Without a rate, without contrast, or without a root that tells anything, no correlation comes about.',
  source: derived,
  expected:
    'L = 5, 10 units, |polarity| from .8. (i) lr = 0, 3 epochs, every seed: every level constant within .01. (ii) negatives with the root of the anchor, 5 epochs, seeds 0 to 4: the mean loss is -1/2 within 3 standard errors, and the mean gain at the root is at most 2 standard errors over seeds. (iii) both edges of the root cut, 5 epochs, every seed: root correlation <= .05 at every epoch with 1e4 evaluation samples',
  groups: { still: stillGroup, sameRoot: sameRootGroup, severed: severedGroup },
  checks(runs) {
    const loss = meanLoss(runs, stepsPerEpoch);
    const gain = spread(
      runs
        .of('sameRoot')
        .map(({ epochs }) => epochs.at(-1)!.levels[0]!.correlation - epochs[0]!.levels[0]!.correlation),
    );
    const count = runs.of('sameRoot').length;
    const severed = runs.of('severed').flatMap(({ epochs }) => epochs.map(({ levels }) => levels[0]!.correlation));
    return [
      atMost('(i) change of a correlation, largest', drift(runs), 0.01),
      atMost('(ii) |mean loss + 1/2| in standard errors', Math.abs(loss.mean + 0.5) / loss.error, 3),
      atMost(
        '(ii) gain at the root - 2 standard errors',
        gain.mean - (2 * gain.deviation) / Math.sqrt(Math.max(1, count - 1)),
        0,
      ),
      atMost('(iii) root, largest', largest(severed), 0.05),
    ];
  },
});
