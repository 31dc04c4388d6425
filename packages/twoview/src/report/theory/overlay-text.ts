/** How far the theory holds in a run, in sentences. */
import type { practice } from '../../theory/index.js';
import { formatNumber } from '../numbers.js';

export const percent = (share: number): string => `${formatNumber(100 * share)} %`;

/** What `skill` says, in words. */
function skillText(skill: number | null): string {
  if (skill === null) return '';
  if (skill <= 0) return ', no better than saying that nothing changes';
  return `; the theory explains ${percent(skill)} of what changes`;
}

/** What p is compared with. */
const laws: Readonly<Record<Exclude<practice.PredictorLaw, 'identity'>, string>> = {
  'gradient flow': 'The gradient flow of the predictor (eq. 11), integrated from its first logged values, is',
  'set from the statistics': 'The formula that sets the predictor, at the measured correlation, is',
};

/** One sentence a finding, the surest first. */
export function overlaySentences({ law, p, s, alignment, encoder, remarks }: practice.TheoryOverlay): string[] {
  const last = alignment.at(-1)!;
  return [
    ...(law === 'identity' ? ['There is no predictor.'] : []),
    ...(p.course && law !== 'identity'
      ? [
          `${laws[law]} off by ${percent(p.course.agreement.error)} on average, within 10 % at ${percent(p.course.agreement.within)} of the logged steps${skillText(p.course.agreement.skill)}.`,
        ]
      : []),
    ...(law === 'identity' || Number.isNaN(last)
      ? []
      : [`Predictor and F are aligned to ${formatNumber(last)} at the end.`]),
    ...(s.course && encoder
      ? [
          `The encoder's modes in the second half are off by ${percent(s.course.agreement.error)} from the linear law (eq. 12) at ${formatNumber(encoder.kappa)} times a linear encoder's rate${skillText(s.course.agreement.skill)}. The law is of linear encoders; a deep one owes it nothing.`,
        ]
      : []),
    ...remarks.map((remark) => `${remark[0]!.toUpperCase()}${remark.slice(1)}.`),
  ];
}
