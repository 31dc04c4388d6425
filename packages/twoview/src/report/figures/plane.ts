/** Embeddings of two dimensions as they are, coloured by class: where a collapse can be seen with the eye. */
import * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { figure } from './frame.js';

/** Points of one network's plane. */
export interface Plane {
  title: string;
  caption: string;
  points: readonly { x: number; y: number; label: number }[];
}

/** One figure for each plane, all on the same scale, so that a point stays a point. */
export function planeFigures(planes: readonly Plane[]): Html[] {
  const extent = planes.reduce(
    (most, { points }) => points.reduce((a, { x, y }) => Math.max(a, Math.abs(x), Math.abs(y)), most),
    0,
  );
  const limit = extent > 0 ? 1.05 * extent : 1;
  return planes.map((plane) => draw(plane, limit));
}

function draw({ title, caption, points }: Plane, limit: number): Html {
  const [x, y] = [spread(points.map((p) => p.x)), spread(points.map((p) => p.y))];
  const description = `${title}. ${points.length} embeddings with standard deviations ${formatNumber(x)} and ${formatNumber(y)}.`;
  const side = { domain: [-limit, limit], nice: false };
  return figure(
    { title, caption, description },
    {
      height: 420,
      marginLeft: 40,
      marginBottom: 30,
      x: side,
      y: side,
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.axisX({ ticks: 5, tickSize: 0, label: null, color: 'var(--muted)' }),
        Plot.axisY({ ticks: 5, tickSize: 0, label: null, color: 'var(--muted)' }),
        Plot.dot(points, {
          x: 'x',
          y: 'y',
          r: 2.6,
          fill: (point: { label: number }) => `var(--class-${(point.label % 10) + 1})`,
          fillOpacity: 0.7,
        }),
      ],
      color: { type: 'identity' },
    },
  );
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
}
