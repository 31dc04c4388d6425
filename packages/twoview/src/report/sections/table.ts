/** A table of texts. */
import type { ReportTable } from '../claims.js';
import { type Html, html } from '../html.js';

/** Draws it; an empty cell is a dash. */
export function plainTable({ caption, head, rows }: ReportTable): Html {
  const body = rows.map(
    ({ name, cells }) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell ?? '–'}</td>`)}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr><td></td>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
