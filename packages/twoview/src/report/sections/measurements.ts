/** The numbers behind the figures, for those who cannot or would not read them off a curve. */
import type { MetricsRow } from '../../runs/index.js';
import { metricInfo } from '../catalogue.js';
import { type Html, html } from '../html.js';
import { formatStep } from '../numbers.js';

const columns = [
  'loss',
  'natural.validation',
  'robust.validation',
  'knn',
  'linear',
  'h.effectiveRank',
  'z.effectiveRank',
  'h.std',
  'z.std',
  'predictor.alignment',
];
const mostRows = 24;

/** A folded table of the steps at which the encoder was evaluated. Missing if it never was. */
export function measurementTable(rows: readonly MetricsRow[]): Html | undefined {
  const evaluated = rows.filter((row) => columns.slice(1).some((name) => typeof row[name] === 'number'));
  if (evaluated.length === 0) return undefined;
  const stride = Math.ceil(evaluated.length / mostRows);
  const kept = evaluated.filter((_, i) => (evaluated.length - 1 - i) % stride === 0);
  const present = columns.filter((name) => kept.some((row) => typeof row[name] === 'number'));
  const head = present.map((name) => html`<th scope="col">${metricInfo(name).label}</th>`);
  const body = kept.map(
    (row) => html`<tr><th scope="row">${formatStep(row.step)}</th>${present.map((name) => cell(name, row[name]))}</tr>`,
  );
  return html`<details class="numbers"><summary>The numbers behind the figures</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Measurements"><table><caption>Measurements while training${
    stride > 1 && `, every ${stride}th`
  }</caption><thead><tr><th scope="col">step</th>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
}

function cell(name: string, value: unknown): Html {
  return html`<td>${typeof value === 'number' ? metricInfo(name).format(value) : '–'}</td>`;
}
