/** The room of a run's report that speaks of adversarial robustness. */
import { type Html, html } from '../html.js';
import { chartGrid } from '../sections/groups.js';
import type { RunReport } from '../types.js';
import { exampleGallery } from './examples.js';
import { attackTable, divergenceTable } from './tables.js';
import { isAdversarial, trainingCharts } from './training.js';

/**
 * Accuracies, divergences, training curves and examples. Undefined where the run has none of them.
 * @throws RangeError if the values of an image do not fit its size
 */
export async function robustnessSection({
  robustness,
  rows,
}: Pick<RunReport, 'robustness' | 'rows'>): Promise<Html | undefined> {
  if (robustness === undefined && !isAdversarial(rows)) return undefined;
  const { latents, examples = [] } = robustness ?? {};
  const tables = [attackTable(robustness ?? {}), latents && divergenceTable(latents)].filter(
    (table) => table !== undefined,
  );
  const charts = trainingCharts(rows);
  if (tables.length === 0 && charts.length === 0 && examples.length === 0) return undefined;
  return html`<div class="gallery">${tables}${charts.length > 0 && chartGrid(charts)}${
    examples.length > 0 && html`<div>${await exampleGallery(examples)}</div>`
  }</div>`;
}
