/** A matrix as SVG paths: one for each class of colour, neighbours of a row merged. */
import type { ColorScale } from './color-scale.js';
import { type Shapes, tenth } from './paths.js';

/** Where the matrix lies, in pixels. */
export interface Grid {
  left: number;
  top: number;
  width: number;
  height: number;
  rows: number;
  columns: number;
}

/** Cells at least this wide and high are set apart by a line. */
const roomy = 16;

/** Cells without a finite value are muted and crossed out; a frame tells pale cells from the card. */
export function cellShapes(values: readonly (readonly number[])[], grid: Grid, scale: ColorScale): Shapes[] {
  const { left, top, width, height, rows, columns } = grid;
  const [wide, high] = [width / columns, height / rows];
  const paths = new Map<number, string>();
  let [muted, crosses] = ['', ''];
  values.forEach((row, i) => {
    const classes = row.map(scale.classOf);
    for (let from = 0, to = 0; from < columns; from = to) {
      const level = classes[from]!;
      to = from + 1;
      while (to < columns && Object.is(classes[to], level)) to += 1;
      const run = `M${from} ${i}h${to - from}v1h${from - to}z`;
      if (Number.isNaN(level)) {
        muted += run;
        for (let j = from; j < to; j += 1)
          crosses += `M${tenth(left + j * wide)},${tenth(top + (i + 1) * high)}l${tenth(wide)},${tenth(-high)}`;
      } else paths.set(level, (paths.get(level) ?? '') + run);
    }
  });
  const crisp = { 'shape-rendering': 'crispEdges' };
  // Runs are written in cells, which takes half the letters of pixels.
  const cells = { ...crisp, transform: `translate(${left},${top})scale(${wide},${high})` };
  const lines = (color: string) => ({ fill: 'none', stroke: color });
  const shapes: Shapes[] = [
    ...[...paths].map(([level, d]) => ({ d, attributes: { fill: scale.color(level), ...cells } })),
    { d: muted, attributes: { fill: 'var(--none-paper)', ...cells } },
    { d: crosses, attributes: { ...lines('var(--muted)'), 'stroke-width': '0.8' } },
    { d: Math.min(wide, high) >= roomy ? gaps(grid) : '', attributes: { ...lines('var(--card)'), ...crisp } },
    {
      d: `M${left},${top}h${tenth(width)}v${tenth(height)}h${tenth(-width)}z`,
      attributes: { ...lines('var(--line)'), ...crisp },
    },
  ];
  return shapes.filter(({ d }) => d !== '');
}

/** Lines between cells. */
function gaps({ left, top, width, height, rows, columns }: Grid): string {
  const across = Array.from({ length: rows - 1 }, (_, i) => top + ((i + 1) * height) / rows);
  const down = Array.from({ length: columns - 1 }, (_, j) => left + ((j + 1) * width) / columns);
  return [
    ...across.map((y) => `M${left},${tenth(y)}h${tenth(width)}`),
    ...down.map((x) => `M${tenth(x)},${top}v${tenth(height)}`),
  ].join('');
}
