/** Radii, balls and findings in words. */
import type { Ball } from '../../attacks/index.js';
import { formatNumber, formatPercent, formatStep } from '../numbers.js';
import type { AttackRow, MaskingCheck, RobustnessReport } from './types.js';

/** `8/255` where it is a whole number of grey levels, else the number itself. */
export function formatRadius(radius: number): string {
  const levels = 255 * radius;
  const whole = Math.round(levels);
  return whole > 0 && Math.abs(levels - whole) < 0.01 ? `${whole}/255` : formatNumber(radius);
}

export const normName = (norm: Ball['norm']): string => (norm === 'linf' ? 'L∞' : 'L2');

/** `L∞ ball of radius 8/255`. */
export function ballInWords({ norm, eps }: Ball): string {
  return `${normName(norm)} ball of radius ${norm === 'linf' ? formatRadius(eps) : formatNumber(eps)}`;
}

/** The attack that leaves least; undefined where there is none. */
export function strongest(attacks: readonly AttackRow[] = []): AttackRow | undefined {
  const measured = attacks.filter(({ accuracy }) => Number.isFinite(accuracy));
  return measured.reduce<AttackRow | undefined>(
    (least, row) => (least === undefined || row.accuracy < least.accuracy ? row : least),
    undefined,
  );
}

/** What the page says first. */
export function findings(report: RobustnessReport): string[] {
  return [...accuracySentences(report), ...maskingSentences(report.masking ?? [])];
}

function accuracySentences({ naturalAccuracy, attacks, ensemble, ball, images }: RobustnessReport): string[] {
  const last = ensemble?.at(-1);
  const single = strongest(attacks);
  const parts = [
    naturalAccuracy !== undefined && `${formatPercent(naturalAccuracy)} without attack`,
    single &&
      `${formatPercent(single.accuracy)} under ${single.name}${(attacks?.length ?? 0) > 1 ? ', which leaves least of the single attacks' : ''}`,
    last && `${formatPercent(last.accuracy)} under all attacks of the ensemble together`,
  ].filter((part) => typeof part === 'string');
  if (parts.length === 0) return [];
  const where = ball && (single || last) ? ` Attacks stay in the ${ballInWords(ball)}.` : '';
  const of = images === undefined ? 'Classified correctly' : `Of ${formatStep(images)} images, classified correctly`;
  const bound = single || last ? ' A robust accuracy is an upper bound: a stronger attack may leave less.' : '';
  return [`${of}: ${parts.join('; ')}.${where}${bound}`];
}

function maskingSentences(checks: readonly MaskingCheck[]): string[] {
  const run = checks.filter(({ holds }) => holds !== null);
  const failed = run.filter(({ holds }) => holds === false);
  if (run.length === 0) return [];
  if (failed.length === 0)
    return [
      `${run.length === 1 ? 'The check' : `All ${run.length} checks`} against gradient masking ${run.length === 1 ? 'holds' : 'hold'}.`,
    ];
  return [
    `${failed.length} of ${run.length} checks against gradient masking ${failed.length === 1 ? 'fails' : 'fail'}: the accuracies may say more of the attacks than of the network.`,
  ];
}
