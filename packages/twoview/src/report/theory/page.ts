/** A page of theory: what was computed in sentences, then figures and tables. */
import type { FigureGroup, ReportTable } from '../claims.js';
import { drawFigure } from '../figures/figure.js';
import { html } from '../html.js';
import { page, section } from '../page.js';
import { commandList } from '../sections/provenance.js';
import { plainTable } from '../sections/table.js';

export interface TheoryPage {
  title: string;
  /** Findings, a sentence each. */
  lead: readonly string[];
  figures: readonly FigureGroup[];
  tables?: readonly { title: string; note?: string; table: ReportTable }[];
  /** What was typed. */
  command?: string;
}

/** Draws it as a self-contained HTML page. */
export function renderTheoryPage({ title, lead, figures, tables = [], command }: TheoryPage): string {
  return page(
    `${title} · Twoview`,
    lead[0] ?? title,
    html`<header><p class="kicker">Twoview · theory</p><h1>${title}</h1>
${lead.map((text) => html`<p class="lead">${text}</p>`)}</header>
`,
    figures.map((group, i) =>
      section(
        `figures-${i + 1}`,
        group.title,
        group.note !== undefined && html`<p class="hint">${group.note}</p>`,
        html`<div class="charts">${group.figures.map(drawFigure)}</div>`,
      ),
    ),
    tables.map(({ title: heading, note, table }, i) =>
      section(`table-${i + 1}`, heading, note !== undefined && html`<p class="hint">${note}</p>`, plainTable(table)),
    ),
    command !== undefined && section('commands', 'Do it again', commandList({ rerun: command }) ?? ''),
  );
}
