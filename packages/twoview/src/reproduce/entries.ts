// Claims and what came of them, as a report draws them.
import type { ClaimEntry } from '../report/index.js';
import type { Claim, ClaimOutcome } from './claim.js';

/** @throws RangeError for an outcome of a claim that is not among them */
export function claimEntries(claims: readonly Claim[], outcomes: readonly ClaimOutcome[]): ClaimEntry[] {
  return outcomes.map((outcome) => {
    const claim = claims.find(({ id }) => id === outcome.claim);
    if (!claim) throw new RangeError(`there is no claim ${outcome.claim}`);
    const { id, statement, source, expected } = claim;
    const numbers = Object.entries(outcome.measured).map(([name, measured]) => ({
      name,
      measured,
      threshold: outcome.threshold[name] ?? '',
      holds: !(outcome.failed ?? []).includes(name),
    }));
    const { status, seconds, reason } = outcome;
    return { id, statement, source, expected, status, seconds, numbers, ...(reason === undefined ? {} : { reason }) };
  });
}
