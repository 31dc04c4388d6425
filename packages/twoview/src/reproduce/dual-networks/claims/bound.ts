// T9: what the root's correlation cannot exceed.
import * as torch from '@twoview/torch';
import { hltm } from '../../../theory/index.js';
import { atMost, type Check, judge, within } from '../../checks.js';
import { largest } from '../../statistics.js';
import { coldGroup, deepGroups, differenceGroup, smallGroups, watchedGroup } from '../hltm/groups.js';
import { derived, type HltmClaim, type HltmRuns, hltmClaim, numpy } from './hltm-claim.js';

/** By how much a root correlates beyond its tree's bound, at any time of any run. */
function excess(runs: HltmRuns): number {
  return largest(
    runs.names.flatMap((name) =>
      runs.of(name).flatMap(({ bound, epochs }) => epochs.map(({ levels }) => levels[0]!.correlation - bound)),
    ),
  );
}

/** Belief propagation on the trees whose bounds are known. */
export function boundChecks(seed: number): Check[] {
  const polarity = 0.8;
  const pair = hltm.uniformTree({ depth: 1, children: 2 }, polarity);
  const deep = hltm.uniformTree({ depth: 5, children: 2 }, 0.85);
  const sampled = hltm.sampledRootBound(deep, 400_000, new torch.Generator({ seed }));
  return [
    atMost('L=1, polarity .8: bound - .88345', Math.abs(hltm.exactRootBound(pair) - 0.88345), 5e-6),
    atMost('L=1: bound - closed form', Math.abs(hltm.exactRootBound(pair) - hltm.pairBound(polarity)), 1e-12),
    within('L=5, polarity .85', sampled, 0.843, 0.849),
  ];
}

const trained = hltmClaim({
  id: 'T9',
  statement:
    'No unit tells the root better than the posterior mean of the leaves does, and belief propagation gives that bound.',
  source: `${derived}; ${numpy}`,
  expected:
    'L = 1, polarity .8: .88345, the closed form; L = 5, all polarities .85: .846 ± .003 (4e5 samples, first seed); in every run of T13 to T17 and T20, at every epoch, the root correlates by at most the bound of its tree + .02',
  groups: { ...deepGroups, ...smallGroups, watched: watchedGroup, cold: coldGroup, difference: differenceGroup },
  checks: (runs) => [atMost('root - bound, largest of all runs and epochs', excess(runs), 0.02)],
});

export const bayesBound: HltmClaim = {
  ...trained,
  async run(context) {
    const { status, ...verdict } = await trained.run(context);
    const closed = judge(boundChecks(context.seeds[0] ?? 0));
    const reasons = [closed.reason, verdict.reason].filter((reason) => reason !== undefined);
    return {
      ...verdict,
      status: closed.status === 'pass' ? status : closed.status,
      measured: { ...closed.measured, ...verdict.measured },
      threshold: { ...closed.threshold, ...verdict.threshold },
      ...(reasons.length > 0
        ? { reason: reasons.join('; '), failed: [...(closed.failed ?? []), ...(verdict.failed ?? [])] }
        : {}),
    };
  },
};
