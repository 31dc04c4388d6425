/** How far the theory holds in a run, in sentences. */
import type { practice } from '../../theory/index.js';
import { formatNumber } from '../numbers.js';

const percent = (share: number): string => `${formatNumber(100 * share)} %`;

/** What `skill` says, in words. */
function skillText(skill: number | null): string {
  if (skill === null) return '';
  if (skill <= 0) return ', no better than saying that nothing changes';
  return `; the theory explains ${percent(skill)} of what changes`;
}

const laws: Readonly<Record<practice.PredictorLaw, string>> = {
  'gradient flow':
    'The predictor follows the gradient flow of the theory (eq. 11), integrated from its first logged values',
  'set from the statistics': 'The predictor is set by its formula from the measured correlation',
  identity: 'There is no predictor',
};

/** One sentence a finding, the surest first. */
export function overlaySentences({ law, p, s, alignment, encoder, remarks }: practice.TheoryOverlay): string[] {
  const last = alignment.at(-1)!;
  return [
    ...(p.course
      ? [
          `${laws[law]}: off by ${percent(p.course.agreement.error)} on average, within 10 % at ${percent(p.course.agreement.within)} of the logged steps${skillText(p.course.agreement.skill)}.`,
        ]
      : [`${laws[law]}.`]),
    ...(law === 'identity' ? [] : [`Predictor and F are aligned to ${formatNumber(last)} at the end.`]),
    ...(s.course && encoder
      ? [
          `The encoder's modes in the second half are off by ${percent(s.course.agreement.error)} from the linear law (eq. 12) at ${formatNumber(encoder.kappa)} times a linear encoder's rate${skillText(s.course.agreement.skill)}. The law is of linear encoders; a deep one owes it nothing.`,
        ]
      : []),
    ...remarks.map((remark) => `${remark[0]!.toUpperCase()}${remark.slice(1)}.`),
  ];
}
