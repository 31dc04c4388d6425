/** A matrix as coloured cells: copies, groups and gradients show as blocks. */
import * as Plot from '@observablehq/plot';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { cellShapes, type Grid } from './cells.js';
import { type ColorScale, colorScale } from './color-scale.js';
import { describeHeatmap } from './describe.js';
import type { HeatmapFigure } from './figure.js';
import { figure } from './frame.js';
import { pathsMark } from './paths.js';
import { type CategoryTicks, categoryTicks } from './ticks.js';

const width = 460;
const marginRight = 14;

/**
 * Draws a matrix, first row on top. Cells without a finite value are crossed out.
 * @throws RangeError if rows differ in length, labels in number, or the domain is not ascending
 */
export function heatmapFigure(spec: HeatmapFigure): Html {
  const { values, xLabel, yLabel } = spec;
  const shape = { rows: values.length, columns: values[0]?.length ?? 0 };
  checkShape(spec, shape);
  const names = { rows: spec.rows ?? counted(shape.rows), columns: spec.columns ?? counted(shape.columns) };
  const scale = colorScale(spec);
  const marginLeft = Math.min(150, 16 + 8 * longest(names.rows));
  const inner = width - marginLeft - marginRight;
  const cellWidth = inner / Math.max(1, shape.columns);
  const innerHeight = Math.min(400, Math.max(90, shape.rows * Math.min(cellWidth, 36)));
  const columnTicks = categoryTicks(names.columns, cellWidth, 'across', spec.columns === undefined);
  const rowTicks = categoryTicks(names.rows, innerHeight / Math.max(1, shape.rows), 'down', spec.rows === undefined);
  const marginTop = yLabel === '' ? 8 : 28;
  const marginBottom = (xLabel === '' ? 8 : 28) + columnTicks.depth;
  const grid: Grid = { left: marginLeft, top: marginTop, width: inner, height: innerHeight, ...shape };
  return figure(
    { ...spec, description: describeHeatmap(spec, names), key: key(spec, scale) },
    {
      width,
      height: marginTop + innerHeight + marginBottom,
      marginTop,
      marginRight,
      marginBottom,
      marginLeft,
      x: { type: 'linear', domain: [0, Math.max(1, shape.columns)], nice: false },
      y: { type: 'linear', domain: [Math.max(1, shape.rows), 0], nice: false },
      marks: [
        pathsMark(cellShapes(values, grid, scale)),
        Plot.axisX(middles(columnTicks), {
          ...axisOptions(columnTicks, xLabel),
          labelAnchor: 'center',
          labelOffset: marginBottom - 4,
          ...(columnTicks.rotated ? { tickRotate: -45, textAnchor: 'end' as const } : {}),
        }),
        Plot.axisY(middles(rowTicks), axisOptions(rowTicks, yLabel)),
        spec.numbers ? numberMark(values, grid) : null,
      ],
    },
  );
}

function checkShape({ values, rows, columns, domain }: HeatmapFigure, shape: { rows: number; columns: number }): void {
  const ragged = values.findIndex((row) => row.length !== shape.columns);
  if (ragged >= 0)
    throw new RangeError(
      `heatmapFigure: row ${ragged} has ${values[ragged]!.length} values and row 0 has ${shape.columns}; give rows of one length.`,
    );
  for (const [name, labels, count] of [
    ['rows', rows, shape.rows],
    ['columns', columns, shape.columns],
  ] as const)
    if (labels && labels.length !== count)
      throw new RangeError(`heatmapFigure: ${labels.length} labels for ${count} ${name}; give one for each.`);
  if (domain && !(Number.isFinite(domain[0]) && Number.isFinite(domain[1]) && domain[0] < domain[1]))
    throw new RangeError(
      `heatmapFigure: domain is [${domain[0]}, ${domain[1]}]; give two finite numbers, the smaller one first.`,
    );
}

const counted = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const longest = (labels: readonly (string | number)[]): number =>
  labels.reduce<number>(
    (most, label) => Math.max(most, typeof label === 'number' ? formatNumber(label).length : label.length),
    1,
  );

const middles = ({ ticks }: CategoryTicks): number[] => ticks.map(({ index }) => index + 0.5);

function axisOptions({ ticks }: CategoryTicks, label: string) {
  const text = new Map(ticks.map((tick) => [tick.index + 0.5, tick.text]));
  return {
    tickSize: 0,
    tickFormat: (at: number) => text.get(at) ?? '',
    label: label === '' ? null : label,
    labelArrow: 'none' as const,
    color: 'var(--muted)',
  };
}

/** Values in their cells, as large as fits; none where they could not be read. */
function numberMark(values: HeatmapFigure['values'], { width: wide, height, rows, columns }: Grid): Plot.Markish {
  const cells = values.flatMap((row, i) =>
    row.map((value, j) => ({ x: j + 0.5, y: i + 0.5, text: Number.isFinite(value) ? formatNumber(value) : '' })),
  );
  const letters = cells.reduce((most, { text }) => Math.max(most, text.length), 1);
  const fontSize = Math.min(13, (wide / columns - 4) / (0.6 * letters), (height / rows) * 0.8);
  if (!(fontSize >= 7.5)) return null;
  return Plot.text(cells, { x: 'x', y: 'y', text: 'text', fontSize, className: 'plot-number' });
}

function key({ valueLabel, values }: HeatmapFigure, { domain, gradient }: ColorScale): Html {
  const finite = values.flat().filter(Number.isFinite);
  const missing = finite.length < values.reduce((sum, row) => sum + row.length, 0);
  const below = finite.some((value) => value < domain[0]) ? '≤ ' : '';
  const above = finite.some((value) => value > domain[1]) ? '≥ ' : '';
  return html`<p class="ramp wrap">${valueLabel} <span>${below}${formatNumber(domain[0])} <span class="bar" style="background:${gradient}"></span> ${above}${formatNumber(domain[1])}</span>${
    missing && html` <span><span class="crossed"></span> no value</span>`
  }</p>`;
}
