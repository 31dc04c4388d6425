/** Eigenvalues of several settings in absolute size: a collapse to a point is not one of rank alone. */
import * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { figure } from './frame.js';

/** Eigenvalues of one setting, descending. */
export interface EigenvalueSeries {
  label: string;
  color: string;
  dashed?: boolean;
  values: readonly number[];
}

/** Smaller eigenvalues lie on the floor of the figure. */
const floor = 1e-8;

/** Draws eigenvalues by rank on a logarithmic axis. */
export function eigenvalueFigure(text: { title: string; caption: string }, series: readonly EigenvalueSeries[]): Html {
  const largest = series.reduce((most, { values }) => Math.max(most, ...values), 1);
  const drawn = series.map(({ values, ...rest }) => ({
    ...rest,
    points: values.map((value, i) => ({ rank: i + 1, value: Math.max(value, floor) })),
  }));
  const description = series
    .map(
      ({ label, values }) => `${label}: from ${formatNumber(values[0] ?? 0)} to ${formatNumber(values.at(-1) ?? 0)}.`,
    )
    .join(' ');
  return figure(
    {
      ...text,
      description: `${text.title}. ${description}`,
      legend: series.map(({ label, color, dashed }) => ({ label, color, shape: dashed ? 'dashed' : 'line' })),
    },
    {
      height: 300,
      y: { type: 'log', domain: [floor, 2 * largest] },
      marks: [
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.axisY({ ticks: 5, tickSize: 0, tickFormat: exponential, label: null, color: 'var(--muted)' }),
        Plot.axisX({
          ticks: 8,
          tickSize: 4,
          tickFormat: (rank: number) => (Number.isInteger(rank) ? String(rank) : ''),
          label: 'eigenvalue, by rank',
          labelAnchor: 'center',
          labelArrow: 'none',
          color: 'var(--muted)',
        }),
        ...drawn.map(({ points, color, dashed }) =>
          Plot.lineY(points, {
            x: 'rank',
            y: 'value',
            stroke: color,
            strokeWidth: 2,
            ...(dashed ? { strokeDasharray: '5 4' } : {}),
          }),
        ),
      ],
    },
  );
}

function exponential(value: number): string {
  return formatNumber(value).replace(/\.0e/, 'e');
}
