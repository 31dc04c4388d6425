// Claims about the toy: named variants, each run with every seed, and a judgement on their numbers.
import { type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, mean, smallest } from '../../statistics.js';
import { toyExperiment } from '../toy/experiment.js';
import type { ToyMeasures } from '../toy/measure.js';
import type { ToyVariant } from '../toy/settings.js';

/** Measures that are one number. */
export type ToyMeasure = Exclude<keyof ToyMeasures, 'spectrum' | 'points' | 'divergedAt'>;

/** What came out of each variant, seed by seed. */
export class ToyResults {
  constructor(private readonly runs: Readonly<Record<string, readonly ToyMeasures[]>>) {}

  of(variant: string): readonly ToyMeasures[] {
    const found = this.runs[variant];
    if (!found) throw new RangeError(`there is no run of ${variant}`);
    return found;
  }

  values(variant: string, measure: ToyMeasure): number[] {
    return this.of(variant).map((run) => run[measure]);
  }

  mean(variant: string, measure: ToyMeasure): number {
    return mean(this.values(variant, measure));
  }

  largest(variant: string, measure: ToyMeasure): number {
    return largest(this.values(variant, measure));
  }

  smallest(variant: string, measure: ToyMeasure): number {
    return smallest(this.values(variant, measure));
  }
}

/** Source of a claim that the paper makes in words and the toy puts numbers to. */
export const paper = (place: string): string => `Hua et al. 2021, ${place}`;

export interface ToyClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  variants: Readonly<Record<string, ToyVariant>>;
  /** Pure: from numbers to checks. */
  checks(results: ToyResults): readonly Check[];
}

export interface ToyClaim extends Claim {
  variants: ToyClaimSpec['variants'];
  checks: ToyClaimSpec['checks'];
}

export function toyClaim({ variants, checks, ...claim }: ToyClaimSpec): ToyClaim {
  const names = Object.keys(variants);
  return {
    ...claim,
    variants,
    checks,
    scales: ['minutes'],
    experiments: ({ seeds }) =>
      names.flatMap((name) => seeds.map((seed) => toyExperiment(name, variants[name]!, seed))),
    async run({ seeds, result }) {
      const runs: Record<string, ToyMeasures[]> = {};
      for (const name of names) {
        runs[name] = [];
        for (const seed of seeds) runs[name].push(await result(toyExperiment(name, variants[name]!, seed)));
      }
      return judge(checks(new ToyResults(runs)));
    },
  };
}

/** Some of the variants that are compared throughout. */
export function pick<T, K extends keyof T & string>(all: T, ...names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Pick<T, K>;
}
