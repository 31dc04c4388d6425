// Claims about trained arms of the sparse coding model: each arm run with its seeds, and a judgement on their numbers.
import type { Alignment, Behaviour, Snapshot } from '../../../theory/decoupling/index.js';
import { type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import type { Experiment } from '../../experiment.js';
import { largest, mean, smallest } from '../../statistics.js';
import { type Arm, armSeeds, armSettings } from '../toy/arms.js';
import { type RunMeasures, runExperiment } from '../toy/experiments.js';

export const paper = (place: string): string => `Wen, Li 2021, ${place}`;

/** What a threshold rests on where the paper gives none: the model's numbers in an independent NumPy implementation. */
export const simulated = (place: string): string =>
  `${paper(place)}; the thresholds are those of an independent NumPy implementation`;

export type Measure = keyof Alignment | keyof Behaviour;

export const at = (run: RunMeasures, moment: Snapshot['moment']): Snapshot => {
  const found = run.snapshots.find((snapshot) => snapshot.moment === moment);
  if (!found) throw new RangeError(`the run ended (${run.outcome}) before ${moment}`);
  return found;
};

/** A measure at a moment; NaN where the run ended before, so that no check on it holds. */
export function measureAt(run: RunMeasures, measure: Measure, moment: Snapshot['moment'] = 'end'): number {
  const snapshot = run.snapshots.find((candidate) => candidate.moment === moment);
  return snapshot ? { ...snapshot.behaviour, ...snapshot.alignment }[measure] : Number.NaN;
}

/** What came out of each arm, seed by seed, at the end unless another moment is named. */
export class ArmResults {
  constructor(private readonly runs: Readonly<Partial<Record<Arm, readonly RunMeasures[]>>>) {}

  of(arm: Arm): readonly RunMeasures[] {
    const found = this.runs[arm];
    if (!found) throw new RangeError(`there is no run of ${arm}`);
    return found;
  }

  values(arm: Arm, measure: Measure, moment?: Snapshot['moment']): number[] {
    return this.of(arm).map((run) => measureAt(run, measure, moment));
  }

  mean(arm: Arm, measure: Measure, moment?: Snapshot['moment']): number {
    return mean(this.values(arm, measure, moment));
  }

  largest(arm: Arm, measure: Measure, moment?: Snapshot['moment']): number {
    return largest(this.values(arm, measure, moment));
  }

  smallest(arm: Arm, measure: Measure, moment?: Snapshot['moment']): number {
    return smallest(this.values(arm, measure, moment));
  }
}

export interface ArmClaim extends Claim {
  arms: readonly Arm[];
  checks(results: ArmResults): readonly Check[];
}

export interface ArmClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  arms: readonly Arm[];
  /** Takes the first few seeds alone. */
  seedCount?: number;
  /** Pure: from numbers to checks. */
  checks(results: ArmResults): readonly Check[];
}

export const armExperiment = (arm: Arm, seed: number): Experiment<RunMeasures> =>
  runExperiment(arm, armSettings(arm, seed));

export function armClaim({ arms, seedCount, checks, ...claim }: ArmClaimSpec): ArmClaim {
  const seedsOf = (arm: Arm, seeds: readonly number[]): readonly number[] => armSeeds(arm, seeds).slice(0, seedCount);
  return {
    ...claim,
    arms,
    checks,
    scales: ['minutes'],
    experiments: ({ seeds }) => arms.flatMap((arm) => seedsOf(arm, seeds).map((seed) => armExperiment(arm, seed))),
    async run({ seeds, result }) {
      const runs: Partial<Record<Arm, RunMeasures[]>> = {};
      for (const arm of arms) {
        const own: RunMeasures[] = [];
        for (const seed of seedsOf(arm, seeds)) own.push(await result(armExperiment(arm, seed)));
        runs[arm] = own;
      }
      const used = arms.map((arm) => seedsOf(arm, seeds)).reduce((a, b) => (a.length > b.length ? a : b));
      return { ...judge(checks(new ArmResults(runs))), ...(used.length < seeds.length ? { seeds: used } : {}) };
    },
  };
}

/** A number that is told beside the others and holds whatever it is, with what it was in the reference if that is known. */
export function told(name: string, measured: number, elsewhere?: string): Check {
  const threshold = elsewhere === undefined ? 'none' : `none (reference: ${elsewhere})`;
  return { name, measured, threshold, holds: true };
}
