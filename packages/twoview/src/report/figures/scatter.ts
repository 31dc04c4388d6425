/** One measure against another, a point for each run, coloured by setting. */
import * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { formatNumber } from '../numbers.js';
import type { ScatterFigure } from './figure.js';
import { figure } from './frame.js';

/** Draws the points; those of one setting share a colour. */
export function scatterFigure({ title, caption, xLabel, yLabel, groups }: Omit<ScatterFigure, 'kind'>): Html {
  const points = groups.flatMap((group) => group.points.map((point) => ({ ...point, color: group.color })));
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const description = groups
    .map(
      ({ label, points: own }) =>
        `${label}: ${own.map(({ x, y }) => `${formatNumber(x)}, ${formatNumber(y)}`).join('; ')}.`,
    )
    .join(' ');
  return figure(
    {
      title,
      caption,
      description: `${title}: ${xLabel} and ${yLabel}. ${description}`,
      legend: groups.map(({ label, color }) => ({ label, color, shape: 'dot' })),
    },
    {
      height: 300,
      marginTop: 26,
      y: { nice: true, zero: false },
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.axisX({
          ticks: 5,
          tickSize: 0,
          label: xLabel,
          labelAnchor: 'center',
          labelArrow: 'none',
          color: 'var(--muted)',
        }),
        Plot.axisY({ ticks: 5, tickSize: 0, label: yLabel, labelArrow: 'none', color: 'var(--muted)' }),
        Plot.dot(shown, { x: 'x', y: 'y', r: 4.5, fill: 'color', stroke: 'var(--card)', strokeWidth: 1 }),
      ],
      color: { type: 'identity' },
    },
  );
}
