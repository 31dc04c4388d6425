/** The covariance operator of every layer over training, where it was tracked. */
import type { LinesFigure } from '../figures/figure.js';
import { drawFigure } from '../figures/figure.js';
import { type Html, html } from '../html.js';
import { seriesOf } from '../series.js';
import type { RunReport } from '../types.js';
import { chartGrid } from './groups.js';

const charts: readonly (Pick<LinesFigure, 'title' | 'caption' | 'yLabel' | 'yScale'> & { measure: string })[] = [
  {
    measure: 'ratio',
    title: 'Signal that augmentation keeps',
    caption:
      'Trace of V_x[K̄] over that of what varies between the views of an image. It falls where a network collapses.',
    yLabel: 'trace / within',
    yScale: 'log',
  },
  {
    measure: 'norm',
    title: 'Norm of the covariance operator',
    caption: 'Frobenius norm of V_x[K̄]: how strongly a step of a contrastive loss multiplies the weights of a layer.',
    yLabel: 'norm',
    yScale: 'log',
  },
  {
    measure: 'effectiveRank',
    title: 'Directions that weights are pushed in',
    caption: 'exp of the entropy of its eigenvalues.',
    yLabel: 'effective rank',
  },
];

/** Layers in the order of the network. */
function layersOf({ rows }: RunReport): string[] {
  const names = rows
    .flatMap((row) => Object.keys(row))
    .flatMap((key) => /^covariance\.(.+)\.norm$/.exec(key)?.[1] ?? []);
  return [...new Set(names)];
}

/** Undefined where it was not tracked. */
export function covarianceSection(run: RunReport): Html | undefined {
  const layers = layersOf(run);
  if (layers.length === 0) return undefined;
  const figures = charts.map(
    ({ measure, ...chart }): LinesFigure => ({
      kind: 'lines',
      ...chart,
      xLabel: 'step',
      series: layers.map((layer) => ({
        label: layer,
        points: seriesOf(run.rows, `covariance.${layer}.${measure}`).map(({ step, value }) => ({ x: step, y: value })),
      })),
    }),
  );
  return html`<p class="hint">Layer by layer on a few images, each with a few views: what a contrastive loss multiplies the weights by (Tian, Yu, Chen, Ganguli 2020).</p>
${chartGrid(figures.map(drawFigure))}`;
}
