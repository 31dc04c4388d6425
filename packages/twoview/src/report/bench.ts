/** Several methods and seeds under one protocol: a page, and the picture of its table. */
import type { BenchRow, BenchTable } from './bench-table.js';
import {
  type Interval,
  type IntervalChart,
  type IntervalSeries,
  intervalDrawing,
  intervalFigure,
  intervalHeight,
  intervalLegend,
  intervalWidth,
} from './figures/intervals.js';
import { type Content, html, raw } from './html.js';
import { formatNumber, formatPercent, formatPercentAxis, formatRank } from './numbers.js';
import { page, section } from './page.js';
import { benchNotes, benchTable } from './sections/bench.js';
import { commandList, configuration } from './sections/provenance.js';
import { dark, light } from './style.js';

/**
 * Draws a bench as a self-contained HTML page.
 * @param protocol the bench's configuration as plain data, shown folded
 * @throws if the table has no rows.
 */
export function renderBenchReport(table: BenchTable, protocol?: unknown): string {
  if (table.rows.length === 0) throw new Error('A bench needs at least one method, but the table has no rows.');
  const { rows, dataset, encoder, provenance } = table;
  const title = `${rows.length} ${rows.length === 1 ? 'method' : 'methods'} on ${dataset}`;
  const seeds = [...new Set(rows.flatMap((row) => row.seeds))].length;
  const figures = charts(table).map(intervalFigure);
  const notes: Content = html`<ul class="missing">${benchNotes(table).map((note) => html`<li>${note}</li>`)}</ul>`;
  return page(
    `${title} · Twoview`,
    `Self-supervised methods compared under one protocol: ${title}.`,
    html`<header><p class="kicker">Twoview · bench</p><h1>${title}</h1>
<p class="lead">Every method trained ${encoder} on the same images by the same protocol, with ${seeds} ${
      seeds === 1 ? 'seed' : 'seeds'
    }, and was measured frozen by the same evaluation.</p></header>
`,
    figures.length > 0 && section('figures', 'At a glance', html`<div class="charts">${figures}</div>`),
    section('results', 'Results', benchTable(table), html`<div class="numbers">${notes}</div>`),
    section('commands', 'Do it again', commandList({ rerun: provenance.command })),
    protocol !== undefined && section('configuration', 'Protocol', configuration(protocol)),
  );
}

/** The figures as one SVG file, on its own background by day and by night; undefined where there is nothing to draw. */
export function benchPicture(table: BenchTable): string | undefined {
  const drawn = charts(table);
  if (drawn.length === 0) return undefined;
  const [gap, head] = [24, 78];
  const width = drawn.length * intervalWidth + (drawn.length + 1) * gap;
  const height = head + Math.max(...drawn.map(intervalHeight)) + 12;
  const panels = drawn.map((chart, i) => {
    const x = gap + i * (intervalWidth + gap);
    return html`<g transform="translate(${x},${head})">${intervalDrawing(chart)}</g>
<text class="title" x="${x}" y="52">${chart.title}</text>${legendLine(chart, x)}`;
  });
  const style = `svg { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; ${light} }
@media (prefers-color-scheme: dark) { svg { ${dark} } }
.plot text, .key { fill: var(--muted); } .head { font-size: 16px; font-weight: 600; fill: var(--ink); } .title { font-weight: 600; fill: var(--soft); font-size: 13px; }`;
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${raw(style)}</style>
<rect width="100%" height="100%" style="fill:var(--card)"/>
<text class="head" x="${gap}" y="26">${table.dataset}, ${table.encoder}: a dot for each seed, a ring for the mean, ± one standard deviation</text>
${panels}
</svg>`}\n`;
}

function legendLine(chart: IntervalChart, x: number): Content {
  let at = x;
  return intervalLegend(chart).map(({ label, color, shape }) => {
    const start = at;
    at += 30 + label.length * 6.4;
    const dashes = { dashed: '5 4', dotted: '1.5 4' }[shape === 'dotted' ? 'dotted' : 'dashed'];
    const swatch =
      shape === 'dot'
        ? html`<circle cx="${start + 5}" cy="67" r="4" style="fill:${color}"/>`
        : html`<line x1="${start - 2}" x2="${start + 12}" y1="67" y2="67" style="stroke:${color};stroke-width:1.5;stroke-dasharray:${dashes}"/>`;
    return html`${swatch}<text class="key" x="${start + 16}" y="71">${label}</text>`;
  });
}

function charts(table: BenchTable): IntervalChart[] {
  const { rows, untrained, chance } = table;
  const labels = rows.map(({ name }) => name);
  const series = (name: string, label: string, color: string): IntervalSeries => ({
    label,
    color,
    intervals: rows.flatMap((row) => intervalOf(row, name)),
    reference: untrained?.measures[name]?.mean,
  });
  const all: IntervalChart[] = [
    {
      title: 'Accuracy, last epoch',
      caption:
        'kNN and linear accuracy of the frozen encoder on test images; dots are seeds, rings their mean, bars one standard deviation.',
      labels,
      series: [series('knn', 'kNN', 'var(--series-1)'), series('linear', 'linear', 'var(--series-2)')],
      format: formatPercent,
      axisFormat: formatPercentAxis,
      chance,
    },
    {
      title: 'Effective rank of z, last epoch',
      caption: 'How many directions the embeddings use: 1 is complete collapse.',
      labels,
      series: [series('z.effectiveRank', 'rank of z', 'var(--series-3)')],
      format: formatRank,
      axisFormat: formatNumber,
    },
  ];
  return all
    .map((chart) => ({ ...chart, series: chart.series.filter(({ intervals }) => intervals.length > 0) }))
    .filter((chart) => chart.series.length > 0);
}

function intervalOf({ name: label, measures }: BenchRow, name: string): Interval[] {
  const measure = measures[name];
  if (!measure) return [];
  return [{ label, mean: measure.mean, std: measure.std, values: measure.values.map(({ value }) => value) }];
}
