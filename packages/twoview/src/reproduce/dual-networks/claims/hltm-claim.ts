// Claims about training the tree's network: named runs, each with seeds of its own, and a judgement on their numbers.
import type { hltm } from '../../../theory/index.js';
import { type Check, judge } from '../../checks.js';
import type { Claim, ReproduceContext } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { mean } from '../../statistics.js';
import { hltmExperiment } from '../hltm/experiment.js';
import type { RunGroup } from '../hltm/groups.js';
import { atLeastSeeds } from '../hltm/settings.js';

/** Where a statement is the paper's, and where a number is not. */
export const paper = 'Tian et al. 2020';
export const derived = 'derived';
export const numpy = 'numbers of an independent NumPy implementation';

/** Mean and standard deviation over seeds. */
export interface Spread {
  mean: number;
  deviation: number;
}

export function spread(values: readonly number[]): Spread {
  const centre = mean(values);
  return { mean: centre, deviation: Math.sqrt(mean(values.map((value) => (value - centre) ** 2))) };
}

/** What came out of each group, seed by seed. */
export class HltmRuns {
  constructor(private readonly runs: Readonly<Record<string, readonly hltm.HltmResult[]>>) {}

  get names(): string[] {
    return Object.keys(this.runs);
  }

  of(name: string): readonly hltm.HltmResult[] {
    const found = this.runs[name];
    if (!found) throw new RangeError(`there is no run of ${name}`);
    return found;
  }

  /** Best |correlation| of a level, by seed. @param epoch the last if left out; `level` 0 is the root */
  correlations(name: string, level: number, epoch = -1): number[] {
    return this.of(name).map(({ epochs }) => epochs.at(epoch)!.levels[level]!.correlation);
  }

  correlation(name: string, level: number, epoch = -1): Spread {
    return spread(this.correlations(name, level, epoch));
  }

  /** Means of all levels, from the root. */
  levels(name: string, epoch = -1): number[] {
    const [first] = this.of(name) as [hltm.HltmResult];
    return first.epochs[0]!.levels.map((_, level) => this.correlation(name, level, epoch).mean);
  }

  bound(name: string): number {
    return mean(this.of(name).map(({ bound }) => bound));
  }
}

export interface HltmClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  groups: Readonly<Record<string, RunGroup>>;
  /** Pure: from numbers to checks. */
  checks(runs: HltmRuns): readonly Check[];
}

export interface HltmClaim extends Claim {
  groups: HltmClaimSpec['groups'];
  checks: HltmClaimSpec['checks'];
}

export function groupExperiments(
  { variant, count }: RunGroup,
  { seeds }: Pick<ReproduceContext, 'seeds'>,
): Experiment<hltm.HltmResult>[] {
  return atLeastSeeds(count, seeds).map((seed) => hltmExperiment(variant, seed));
}

export function hltmClaim({ groups, checks, ...claim }: HltmClaimSpec): HltmClaim {
  const named = Object.entries(groups);
  return {
    ...claim,
    groups,
    checks,
    scales: ['minutes'],
    experiments: (context) => named.flatMap(([, group]) => groupExperiments(group, context)),
    async run(context) {
      const runs: Record<string, hltm.HltmResult[]> = {};
      for (const [name, group] of named) {
        runs[name] = [];
        for (const experiment of groupExperiments(group, context)) runs[name].push(await context.result(experiment));
      }
      const largest = Math.max(...named.map(([, { count }]) => count));
      return { ...judge(checks(new HltmRuns(runs))), seeds: atLeastSeeds(largest, context.seeds) };
    },
  };
}
