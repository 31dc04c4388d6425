// Claims about the linear model: what is compared with closed forms and golden values, at once and at scale minutes alone.
import * as torch from '@twoview/torch';
import { type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import type { Experiment } from '../../experiment.js';

export interface TheoryClaimSpec<R> extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** What it rests on; for claims that draw, with every seed. */
  experiments(seeds: readonly number[]): readonly Experiment<R>[];
  /** Pure: from the results, in the order of the experiments, to checks. */
  checks(results: readonly R[]): readonly Check[];
}

export interface TheoryClaim<R> extends Claim {
  checks: TheoryClaimSpec<R>['checks'];
}

export function theoryClaim<R>(spec: TheoryClaimSpec<R>): TheoryClaim<R> {
  const { experiments, checks, ...claim } = spec;
  return {
    ...claim,
    scales: ['minutes'],
    checks,
    experiments: ({ seeds }) => experiments(seeds),
    async run({ seeds, result }) {
      const results: R[] = [];
      for (const experiment of experiments(seeds)) results.push(await result(experiment));
      return judge(checks(results));
    },
  };
}

/** A claim of closed forms and short integrations: nothing to keep, nothing drawn. */
export function closedFormClaim(
  spec: Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> & { checks: () => readonly Check[] },
): Claim {
  const { checks, ...claim } = spec;
  return {
    ...claim,
    scales: ['minutes'],
    experiments: () => [],
    run: () => Promise.resolve({ ...judge(checks()), seeds: [] }),
  };
}

/** A claim that draws, and whose numbers take a second: seed by seed, nothing to keep. */
export function seededClaim<R>(
  spec: Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> & {
    measure(seed: number): R;
    checks(measured: readonly R[]): readonly Check[];
  },
): Claim & Pick<typeof spec, 'measure' | 'checks'> {
  return {
    ...spec,
    scales: ['minutes'],
    experiments: () => [],
    run({ seeds }) {
      torch.setNumThreads(1);
      return Promise.resolve(judge(spec.checks(seeds.map(spec.measure))));
    },
  };
}

/** A golden value, within an absolute tolerance: half a unit of its last digit, unless said otherwise. */
export function golden(name: string, measured: number, expected: number, tolerance: number): Check {
  const holds = Math.abs(measured - expected) <= tolerance;
  return { name, measured, threshold: `${expected} ± ${Number(tolerance.toPrecision(2))}`, holds };
}
