// Everything that one call of the command measures.
import type { RadiusStudy } from '../../evaluation/index.js';
import type { EnsembleRow, MaskingCheck } from '../../report/index.js';
import type { AttackOutcome } from './measure.js';
import type { Summary } from './summary.js';

export interface Measured {
  summary: Summary;
  outcomes: readonly AttackOutcome[];
  radii: readonly RadiusStudy[] | null;
  masking: readonly MaskingCheck[] | null;
}

/** What was left after each attack of an ensemble. */
export const stagesOf = (outcome: AttackOutcome): EnsembleRow[] =>
  (outcome.record?.stages ?? []).map(({ name, fell, robustAccuracy, seconds }) => ({
    name,
    fell,
    accuracy: robustAccuracy,
    seconds,
  }));
