/** A page of theory: what was computed in sentences, then figures and tables. */
import { html } from '../html.js';
import { page } from '../page.js';
import { drawSections, type FigureGroup, figureSections, type TableGroup, tableSections } from '../sections/groups.js';
import { commandList } from '../sections/provenance.js';

export interface TheoryPage {
  title: string;
  /** Findings, a sentence each. */
  lead: readonly string[];
  figures: readonly FigureGroup[];
  tables?: readonly TableGroup[];
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
    drawSections([
      ...figureSections(figures),
      ...tableSections(tables),
      ...(command === undefined
        ? []
        : [{ id: 'commands', title: 'Do it again', content: [commandList({ rerun: command }) ?? ''] }]),
    ]),
  );
}
