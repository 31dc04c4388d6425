// Claims that need no experiment: numbers by name, measured anew with each seed, of which the worst is judged.
import * as torch from '@twoview/torch';
import { type Check, judge } from './checks.js';
import type { Claim } from './claim.js';
import { largest } from './statistics.js';

/** Numbers that are the better the smaller they are. */
export type Errors = Readonly<Record<string, number>>;

export interface UnitClaim extends Claim {
  /** Numbers of one seed. */
  measure(seed: number): Errors | Promise<Errors>;
  /** Pure: from the numbers of all seeds to checks. */
  unitChecks(measured: readonly Errors[]): readonly Check[];
}

export interface UnitClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** Whether numbers depend on the seed; true if left out. */
  seeded?: boolean;
  measure: UnitClaim['measure'];
  /** @param worst the largest of the seeds, NaN where one is or there is no such number */
  checks(worst: (name: string) => number): readonly Check[];
}

export function unitClaim({ seeded = true, measure, checks, ...claim }: UnitClaimSpec): UnitClaim {
  const unitChecks = (measured: readonly Errors[]): readonly Check[] =>
    checks((name) => largest(measured.map((one) => one[name] ?? Number.NaN)));
  return {
    ...claim,
    measure,
    unitChecks,
    scales: ['minutes', 'paper'],
    experiments: () => [],
    async run({ seeds }) {
      torch.setNumThreads(1);
      const measured: Errors[] = [];
      for (const seed of seeded ? seeds : [0]) measured.push(await measure(seed));
      return judge(unitChecks(measured));
    },
  };
}
