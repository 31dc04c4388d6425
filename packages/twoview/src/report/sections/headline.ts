/** The top of a report: the numbers that matter, each beside the untrained encoder's. */
import { finalValue, metricInfo } from '../catalogue.js';
import { type Html, html } from '../html.js';
import { formatPercent } from '../numbers.js';
import type { RunReport, Verdict } from '../types.js';

const shown = [
  'natural.validation',
  'robust.validation',
  'knn',
  'linear',
  'h.effectiveRank',
  'z.effectiveRank',
  'z.std',
  'viewsPerSecond',
  'durationSeconds',
];

/** The badge of a verdict: a word and a sign, so that colour is not needed to read it. */
export function badge(verdict: Verdict | undefined): Html {
  const { state, label } = verdict ?? { state: 'unknown' as const, label: 'not judged' };
  const sign = { healthy: '✓', warning: '!', collapsed: '✗', unknown: '–' }[state];
  return html`<span class="badge ${state}"><span aria-hidden="true">${sign}</span> ${label}</span>`;
}

/** What the verdict says, and why. */
export function verdictNote(verdict: Verdict | undefined): Html | undefined {
  if (!verdict) return undefined;
  const evidence = verdict.evidence ?? [];
  return html`<div class="verdict ${verdict.state}"><p>${verdict.sentence}</p>${
    evidence.length > 0 && html`<ul>${evidence.map((item) => html`<li>${item}</li>`)}</ul>`
  }</div>`;
}

/** Cards with a run's headline numbers. */
export function headline(run: RunReport): Html | undefined {
  const cards = shown.flatMap((name) => {
    const value = finalValue(run, name);
    return value === undefined ? [] : card(run, name, value);
  });
  return cards.length > 0 ? html`<dl class="cards">${cards}</dl>` : undefined;
}

function card(run: RunReport, name: string, value: number): Html {
  const { label, format, difference, explanation } = metricInfo(name);
  const before = run.untrained?.[name];
  const width = name.includes('Rank') ? run.dimensions?.[name.split('.')[0]!] : undefined;
  const notes = [
    before !== undefined && html`untrained ${format(before)}`,
    before !== undefined && difference && html` <b>${value >= before ? '+' : ''}${difference(value - before)}</b>`,
    before === undefined && width !== undefined && html`of ${width}`,
    before === undefined && run.chance !== undefined && isAccuracy(name) && html`guessing ${formatPercent(run.chance)}`,
  ];
  return html`<div class="card" title="${explanation}"><dt>${label}</dt><dd class="value">${format(value)}</dd><dd class="note">${notes}</dd></div>`;
}

function isAccuracy(name: string): boolean {
  return name === 'knn' || name === 'linear' || name.endsWith('.validation');
}
