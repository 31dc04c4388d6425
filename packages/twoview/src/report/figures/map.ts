/** Embeddings on a plane, coloured by class where there are few enough classes to tell apart. */
import * as Plot from '@observablehq/plot';
import type { Html } from '../html.js';
import type { EmbeddingMap } from '../types.js';
import { figure } from './frame.js';

/** More classes than this cannot be told apart by colour. */
const mostClasses = 10;

/** Draws an embedding map as a figure without axes: only distances mean anything. */
export function mapFigure({ method, points }: EmbeddingMap): Html {
  const labels = [...new Set(points.flatMap(({ label }) => label ?? []))].sort();
  const coloured = labels.length > 1 && labels.length <= mostClasses;
  const color = (label: string | undefined) =>
    coloured && label !== undefined ? `var(--class-${labels.indexOf(label) + 1})` : 'var(--series-1)';
  const legend = coloured ? labels.map((label) => ({ label, color: color(label), shape: 'dot' as const })) : [];
  return figure(
    {
      title: `${method} map`,
      caption: `${points.length} test images; neighbours on the map are images which the encoder finds alike.`,
      description: `${method} of ${points.length} embeddings${coloured ? `, coloured by class: ${labels.join(', ')}` : ''}.`,
      legend,
    },
    {
      height: 380,
      marginLeft: 10,
      marginRight: 10,
      marginBottom: 10,
      axis: null,
      marks: [
        Plot.dot(points, {
          x: 'x',
          y: 'y',
          r: 2.4,
          fill: (point: { label?: string }) => color(point.label),
          fillOpacity: 0.75,
        }),
      ],
      color: { type: 'identity' },
    },
  );
}
