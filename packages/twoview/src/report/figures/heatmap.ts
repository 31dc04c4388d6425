/** A matrix of correlation coefficients as coloured cells: copies and groups show as blocks. */
import * as Plot from '@observablehq/plot';
import { type Html, html } from '../html.js';
import type { HeatmapFigure } from './figure.js';
import { figure } from './frame.js';

/** The colour of a coefficient, from one series' colour at -1 over the card's at 0 to another's at 1. */
function cellColor(value: number): string {
  const strength = Math.round(100 * Math.min(1, Math.abs(value)));
  return `color-mix(in oklab, var(--series-${value < 0 ? 2 : 1}) ${strength}%, var(--card))`;
}

/** Draws correlation coefficients `[k][k]`, row by row. */
export function correlationHeatmap(
  text: { title: string; caption: string },
  matrix: readonly (readonly number[])[],
): Html {
  const cells = matrix.flatMap((row, y) => row.map((value, x) => ({ x, y, value })));
  const others = cells.filter(({ x, y }) => x !== y);
  const mean = others.reduce((sum, { value }) => sum + Math.abs(value), 0) / Math.max(1, others.length);
  const key = html`<p class="ramp">−1 <span class="bar" style="background:linear-gradient(in oklab to right, var(--series-2), var(--card), var(--series-1))"></span> 1</p>`;
  return figure(
    { ...text, key, description: `${text.title}: mean absolute value ${mean.toFixed(2)} off the diagonal.` },
    {
      height: 380,
      width: 400,
      marginLeft: 8,
      marginRight: 8,
      marginTop: 8,
      marginBottom: 8,
      axis: null,
      x: { domain: matrix.map((_, i) => i), padding: 0 },
      y: { domain: matrix.map((_, i) => i), padding: 0 },
      color: { type: 'identity' },
      marks: [Plot.cell(cells, { x: 'x', y: 'y', fill: ({ value }: { value: number }) => cellColor(value) })],
    },
  );
}

/** Draws a matrix. */
export function heatmapFigure(spec: HeatmapFigure): Html {
  return figure({ ...spec, description: spec.title }, { marks: [] });
}
