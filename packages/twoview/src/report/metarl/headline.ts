/** The numbers that matter, as cards and in a sentence. */
import { type Html, html } from '../html.js';
import { formatDuration, formatNumber, formatPercent, formatStep } from '../numbers.js';
import { meanOf } from './learning.js';
import type { MetaRlReport, MetaRlSummary } from './types.js';

/** The summary, filled up from the last point of the curve. */
export function summaryOf({ summary = {}, curve = [] }: MetaRlReport): MetaRlSummary {
  const last = [...curve].sort((a, b) => a.environmentSteps - b.environmentSteps).at(-1);
  const from = (measure: 'test' | 'testFirst' | 'success', name: keyof MetaRlSummary): Partial<MetaRlSummary> =>
    last?.[measure] === undefined ? {} : { [name]: meanOf(last[measure]) };
  return {
    ...from('testFirst', 'returnBefore'),
    ...from('test', 'returnAfter'),
    ...from('success', 'success'),
    ...(last && { environmentSteps: last.environmentSteps }),
    ...summary,
  };
}

/** Undefined where there is no number. */
export function metaRlCards(report: MetaRlReport): Html | undefined {
  const which = report.sameTasks ? '' : 'test ';
  const {
    returnBefore,
    returnAfter,
    success,
    environmentSteps,
    gradientSteps,
    stepsPerSecond,
    gradientStepsPerSecond,
    seconds,
  } = summaryOf(report);
  const cards = [
    card(`${which}return after`, returnAfter, formatNumber, 'last trajectory'),
    card(`${which}return before`, returnBefore, formatNumber, 'z from the prior'),
    card(`${which}tasks solved`, success, formatPercent, 'after adaptation'),
    card('environment steps', environmentSteps, formatCount, rate(stepsPerSecond, 'of training')),
    card('gradient steps', gradientSteps, formatCount, rate(gradientStepsPerSecond, 'of all networks')),
    card('time', seconds, formatDuration, 'wall clock'),
  ].filter((each) => each !== undefined);
  return cards.length > 0 ? html`<dl class="cards">${cards}</dl>` : undefined;
}

const rate = (perSecond: number | undefined, otherwise: string): string =>
  perSecond === undefined ? otherwise : `${formatNumber(perSecond)} a second`;

/** Millions with two decimals, smaller counts in full. */
export const formatCount = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(2)} M` : formatStep(count);

function card(
  label: string,
  value: number | undefined,
  format: (value: number) => string,
  note: string,
): Html | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return html`<div class="card"><dt>${label}</dt><dd class="value">${format(value)}</dd><dd class="note">${note}</dd></div>`;
}

/** What the page says first. */
export function metaRlFindings(report: MetaRlReport): string[] {
  const { returnBefore, returnAfter, success, environmentSteps } = summaryOf(report);
  if (returnAfter === undefined) return [];
  const after = environmentSteps === undefined ? '' : ` after ${formatCount(environmentSteps)} environment steps`;
  const gain =
    returnBefore === undefined
      ? ''
      : `, ${formatNumber(Math.abs(returnAfter - returnBefore))} ${returnAfter >= returnBefore ? 'more' : 'less'} than in its first trajectory`;
  const solved = success === undefined ? '' : ` It solves ${formatPercent(success)} of them.`;
  const { sameTasks, testTasks } = report;
  const many = testTasks === 2 ? 'two ' : testTasks === undefined ? '' : `${formatStep(testTasks)} `;
  const where = sameTasks ? `On its ${many}tasks` : 'On tasks that it was not trained on';
  return [
    `${where}, ${report.algorithm} returns ${formatNumber(returnAfter)} on average${after}${gain}.${solved}${levels(report, returnAfter)}`,
  ];
}

function levels({ levels: given = [] }: MetaRlReport, reached: number): string {
  const known = given.filter(({ value }) => Number.isFinite(value));
  if (known.length === 0) return '';
  return ` For comparison: ${known.map(({ label, value }) => `${label} ${formatNumber(value)}`).join(', ')}${known.every(({ value }) => reached > value) ? ', all of them lower' : ''}.`;
}
