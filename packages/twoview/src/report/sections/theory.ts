/** The room of a run's report where theory and practice meet. */
import { drawFigure } from '../figures/figure.js';
import { type Html, html } from '../html.js';
import { overlayFigures } from '../theory/overlay-figures.js';
import { overlaySentences } from '../theory/overlay-text.js';
import type { RunReport } from '../types.js';

/** Undefined where the run has no modes. */
export function theorySection({ theory }: RunReport): Html | undefined {
  if (theory === undefined) return undefined;
  return html`<p class="hint">The linear theory of predictor and embeddings (Tian, Chen, Ganguli 2021) on the axes of this run.</p>
<ul class="findings">${overlaySentences(theory).map((sentence) => html`<li>${sentence}</li>`)}</ul>
<div class="charts">${overlayFigures(theory).map(drawFigure)}</div>`;
}
