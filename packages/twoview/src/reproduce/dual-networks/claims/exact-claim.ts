// Claims that are checked at once, without training: no experiment is kept.
import * as torch from '@twoview/torch';
import { type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';

export interface ExactClaimSpec extends Pick<Claim, 'id' | 'statement' | 'source' | 'expected'> {
  /** Computes and compares. @param seed the first of those asked for */
  measure(seed: number): readonly Check[];
}

export function exactClaim({ measure, ...claim }: ExactClaimSpec): Claim {
  return {
    ...claim,
    scales: ['minutes'],
    experiments: () => [],
    async run({ seeds }) {
      torch.setNumThreads(1);
      const seed = seeds[0] ?? 0;
      return { ...judge(torch.scope(() => measure(seed))), seeds: [seed] };
    },
  };
}
