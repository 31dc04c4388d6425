// Claims about exact identities: numbers that every seed gives, and a judgement on the worst of them.
import * as torch from '@twoview/torch';
import { type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';

export interface SeededClaimSpec<M> extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** Computes the numbers of one seed. */
  measure(seed: number): M;
  /** Pure: from the numbers of all seeds to checks. */
  checks(measured: readonly M[]): readonly Check[];
}

export interface SeededClaim<M> extends Claim {
  measure: SeededClaimSpec<M>['measure'];
  checks: SeededClaimSpec<M>['checks'];
}

/** Takes milliseconds, so that nothing of it is kept on disk. */
export function seededClaim<M>(spec: SeededClaimSpec<M>): SeededClaim<M> {
  return {
    ...spec,
    scales: ['minutes'],
    experiments: () => [],
    async run({ seeds }) {
      torch.setNumThreads(1);
      return judge(spec.checks(seeds.map((seed) => torch.scope(() => spec.measure(seed)))));
    },
  };
}

/** The largest absolute difference of two tensors. */
export const difference = (a: torch.Tensor, b: torch.Tensor): number => a.sub(b).abs().max().item();

/** Where the paper states it; the factors are derived. */
export const covarianceSource = (what: string): string => `Tian et al. 2020, ${what}; closed form derived`;
