/** Claims of a paper as they came out here: every number beside its threshold, tables, figures. */
import { type EigenvalueSeries, eigenvalueFigure } from './figures/eigenvalues.js';
import type { ScatterFigure } from './figures/figure.js';
import { type Plane, planeFigures } from './figures/plane.js';
import { scatterFigure } from './figures/scatter.js';
import { type Html, html } from './html.js';
import { formatDuration, formatNumber } from './numbers.js';
import { page } from './page.js';
import {
  chartGrid,
  drawSections,
  type FigureGroup,
  figureSections,
  hint,
  type Section,
  type TableGroup,
  tableSections,
} from './sections/groups.js';
import { commandList, environmentTable } from './sections/provenance.js';

/** One claim and what came of it. */
export interface ClaimEntry {
  id: string;
  statement: string;
  source: string;
  expected: string;
  status: 'pass' | 'fail' | 'notRun';
  reason?: string;
  numbers: readonly { name: string; measured: number; threshold: string; holds: boolean }[];
  seconds: number;
}

export interface ClaimsReport {
  title: string;
  citation: string;
  lead: readonly string[];
  /** Short facts under the lead, such as the seeds. */
  facts?: readonly string[];
  claims: readonly ClaimEntry[];
  tables?: readonly TableGroup[];
  planes?: { title: string; note: string; panels: readonly Plane[] };
  spectra?: { title: string; caption: string; series: readonly EigenvalueSeries[] };
  scatters?: readonly Omit<ScatterFigure, 'kind'>[];
  figures?: readonly FigureGroup[];
  command: string;
  environment: Readonly<Record<string, unknown>>;
}

/** Draws the page of a paper's claims. */
export function renderClaimsReport(report: ClaimsReport): string {
  const { title, citation, lead, claims, tables = [], planes, spectra, scatters = [], figures = [] } = report;
  const charts = [...(spectra ? [eigenvalueFigure(spectra, spectra.series)] : []), ...scatters.map(scatterFigure)];
  const sections: Section[] = [
    { id: 'claims', title: 'Claims', content: [summary(claims)] },
    ...tableSections(tables),
    ...(planes
      ? [{ id: 'planes', title: planes.title, content: [hint(planes.note), chartGrid(planeFigures(planes.panels))] }]
      : []),
    ...(charts.length > 0 ? [{ id: 'figures', title: 'Spectra and correlation', content: [chartGrid(charts)] }] : []),
    ...figureSections(figures),
    { id: 'numbers', title: 'Every number beside its threshold', content: claims.map(claimNumbers) },
    { id: 'commands', title: 'Do it again', content: [commandList({ rerun: report.command }) ?? ''] },
    { id: 'environment', title: 'Where it was measured', content: [environmentTable(report.environment)] },
  ];
  return page(
    `${title} · Twoview`,
    lead[0] ?? title,
    html`<header><p class="kicker">Twoview · ${citation}</p><h1>${title}</h1>
${lead.map((text) => html`<p class="lead">${text}</p>`)}<p class="meta">${[...tally(claims), ...(report.facts ?? [])].map((fact) => html`<span>${fact}</span>`)}</p></header>
`,
    drawSections(sections),
  );
}

const words = { pass: '✓ holds', fail: '✗ fails', notRun: '– not run' } as const;
const colors = { pass: 'healthy', fail: 'collapsed', notRun: 'unknown' } as const;

function badge(status: ClaimEntry['status']): Html {
  return html`<span class="badge ${colors[status]}">${words[status]}</span>`;
}

function tally(claims: readonly ClaimEntry[]): string[] {
  const count = (status: ClaimEntry['status']): number => claims.filter((claim) => claim.status === status).length;
  const many = (n: number, one: string, several: string): string => `${n} ${n === 1 ? one : several}`;
  return [many(count('pass'), 'holds', 'hold'), many(count('fail'), 'fails', 'fail'), `${count('notRun')} not run`];
}

function summary(claims: readonly ClaimEntry[]): Html {
  const rows = claims.map(
    ({ id, statement, source, expected, status, reason }) =>
      html`<tr><th scope="row"><a href="#claim-${id}">${id}</a> ${statement}<br><span class="note">${source}</span></th><td data-label="expected">${expected}${
        reason !== undefined && html`<br><b>${reason}</b>`
      }</td><td>${badge(status)}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Claims"><table class="text"><caption>What was claimed, what is expected, what came out</caption><thead><tr><th scope="col">claim</th><th scope="col">expected</th><th scope="col">verdict</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function claimNumbers({ id, statement, status, numbers, seconds, reason }: ClaimEntry): Html {
  const rows = numbers.map(
    ({ name, measured, threshold, holds }) =>
      html`<tr><th scope="row">${name}</th><td>${formatNumber(measured)}</td><td>${threshold}</td><td>${holds ? '✓' : '✗'}</td></tr>`,
  );
  const body =
    numbers.length > 0
      ? html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${id}"><table><caption>${statement}</caption><thead><tr><td></td><th scope="col">measured</th><th scope="col">threshold</th><th scope="col">holds</th></tr></thead><tbody>${rows}</tbody></table></div>`
      : html`<p class="hint">${reason ?? 'Nothing was measured.'}</p>`;
  return html`<details open id="claim-${id}" class="numbers"><summary>${id} ${badge(status)} ${numbers.length} numbers, ${formatDuration(seconds)} of computing</summary>${body}</details>`;
}
