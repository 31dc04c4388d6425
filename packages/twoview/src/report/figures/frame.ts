/** The frame that all figures share: Observable Plot drawn on the server, coloured by the page's CSS variables. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml, type Html, html, raw } from '../html.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Size in CSS pixels. Narrow on purpose: shrunk to a phone's width, a figure's letters are still readable. */
const width = 460;
const height = 256;

/** Colours of series in their order, defined for light and dark in the page's style. */
export const seriesColor = (index: number): string => `var(--series-${(index % 6) + 1})`;

/** An entry of a figure's legend. */
export interface LegendEntry {
  label: string;
  color: string;
  /** How its swatch is drawn; a line by default. */
  shape?: 'line' | 'dashed' | 'dotted' | 'dot';
}

/** What surrounds the drawing. */
export interface FigureText {
  title: string;
  /** One or two sentences below the figure: what to look at. */
  caption: string;
  /** What the drawing shows, in words, for those who cannot see it. */
  description: string;
  legend?: readonly LegendEntry[];
  /** Replaces the legend where colour is a scale. */
  key?: Html;
}

/** Draws marks into a titled `<figure>`. */
export function figure(text: FigureText, options: Plot.PlotOptions): Html {
  return html`<figure class="chart">
<div class="chart-head"><h3>${text.title}</h3>${text.key ?? legend(text.legend ?? [])}</div>
${drawing(options, text.description)}
<figcaption>${text.caption}</figcaption>
</figure>
`;
}

/** Marks as an SVG element, with what it shows in words. */
export function drawing(options: Plot.PlotOptions, description: string): Html {
  const drawn: { outerHTML: string } = Plot.plot({
    document,
    className: 'plot',
    width,
    height,
    marginTop: 12,
    marginRight: 14,
    marginBottom: 42,
    marginLeft: 50,
    ...options,
  });
  // Plot repeats its own style in every drawing; the page has it once.
  const svg = drawn.outerHTML.replace(/<style>[\s\S]*?<\/style>/, '');
  return raw(svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(description)}" `));
}

function legend(entries: readonly LegendEntry[]): Html | undefined {
  if (entries.length === 0) return undefined;
  return html`<ul class="legend">${entries.map(
    ({ label, color, shape }) =>
      html`<li><span class="swatch ${shape ?? 'line'}" style="color:${color}"></span>${label}</li>`,
  )}</ul>`;
}
