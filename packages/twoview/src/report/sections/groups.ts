/** Pages made of figures and tables: papers' claims, theory. */
import { drawFigure, type Figure } from '../figures/figure.js';
import { type Content, type Html, html } from '../html.js';
import { section } from '../page.js';

/** A table of texts; `null` leaves a cell empty. */
export interface ReportTable {
  caption: string;
  head: readonly string[];
  rows: readonly { name: string; cells: readonly (string | null)[] }[];
}

/** A table with its heading. */
export interface TableGroup {
  title: string;
  note?: string;
  table: ReportTable;
}

/** Figures that belong together. */
export interface FigureGroup {
  title: string;
  /** What to look at. */
  note?: string;
  figures: readonly Figure[];
}

/** A section that a list of contents can name. */
export interface Section {
  id: string;
  title: string;
  content: readonly Content[];
}

/** A page with more sections than this begins with a list of them. */
const longest = 6;

/** Draws sections in order. */
export function drawSections(sections: readonly Section[]): Html {
  return html`${sections.length > longest && contents(sections)}${sections.map(({ id, title, content }) => section(id, title, ...content))}`;
}

function contents(sections: readonly Section[]): Html {
  return html`<nav class="contents" aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
`;
}

export const hint = (note: string | undefined): Content => note !== undefined && html`<p class="hint">${note}</p>`;

export const chartGrid = (drawings: readonly Html[]): Html => html`<div class="charts">${drawings}</div>`;

export function figureSections(groups: readonly FigureGroup[]): Section[] {
  return groups.map(({ title, note, figures }, i) => ({
    id: `figures-${i + 1}`,
    title,
    content: [hint(note), chartGrid(figures.map(drawFigure))],
  }));
}

export function tableSections(groups: readonly TableGroup[]): Section[] {
  return groups.map(({ title, note, table }, i) => ({
    id: `table-${i + 1}`,
    title,
    content: [hint(note), plainTable(table)],
  }));
}

function plainTable({ caption, head, rows }: ReportTable): Html {
  const body = rows.map(
    ({ name, cells }) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell ?? '–'}</td>`)}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr><td></td>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
