/** The page of a diagnosis: verdicts, spectra, correlations, causes and the course of the run. */
import type { Diagnosis, LayerDiagnosis, Verdict as LayerWord } from '../diagnosis/index.js';
import { type Curve, curveFigure } from './figures/curves.js';
import { seriesColor } from './figures/frame.js';
import { heatmapFigure } from './figures/heatmap.js';
import { spectraSideBySide } from './figures/spectrum.js';
import { type Html, html } from './html.js';
import { formatNumber, formatPercent, formatStep } from './numbers.js';
import { page, section } from './page.js';
import { badge } from './sections/headline.js';
import type { Verdict } from './types.js';

const states: Record<LayerWord, Verdict['state']> = {
  healthy: 'healthy',
  'dimensional collapse': 'warning',
  'complete collapse': 'collapsed',
  'too early': 'unknown',
  diverged: 'collapsed',
};

/** Draws a diagnosis as a self-contained HTML page. @param title what was diagnosed, such as a run's name */
export function renderDiagnosis(title: string, diagnosis: Diagnosis): string {
  const { h, z, causes, course, notes, step } = diagnosis;
  const layers = z ? [z, h] : [h];
  return page(
    `Diagnosis of ${title} · Twoview`,
    layers.map(({ verdict }) => verdict.summary).join(' '),
    html`<header><p class="kicker">Twoview · diagnosis</p>
<h1>${title}</h1>
<p class="meta">${step !== null && html`<span>step ${formatStep(step)}</span>`}<span>${h.measures.images} images</span></p>
${layers.map(({ verdict }) => layerNote(verdict))}</header>
`,
    causes.length > 0 && section('causes', 'Probable causes', causeList(causes)),
    section('spectra', 'Spectra', html`<div class="charts">${spectra(layers)}</div>`),
    section('correlation', 'Correlation of dimensions', html`<div class="charts">${layers.map(heatmap)}</div>`),
    course !== null && section('course', 'Course of the run', courseFigures(course)),
    section('measures', 'Measures', layers.map(evidenceTable)),
    notes.length > 0 &&
      section('notes', 'Limits', html`<ul class="missing">${notes.map((note) => html`<li>${note}</li>`)}</ul>`),
  );
}

function layerNote({ verdict, summary }: LayerDiagnosis['verdict']): Html {
  const state = states[verdict];
  return html`<div class="verdict ${state}"><p>${badge({ state, label: verdict, sentence: summary })} ${summary}</p></div>`;
}

function causeList(causes: Diagnosis['causes']): Html {
  return html`<ol>${causes.map(
    ({ slot, why, change, confidence }) =>
      html`<li><p><b>${slot}</b> (${formatPercent(confidence)}): ${why}.</p><pre class="change"><code>${change}</code></pre></li>`,
  )}</ol>`;
}

function spectra(layers: readonly LayerDiagnosis[]): Html[] {
  const draw = (kind: 'covariance' | 'correlation', title: string, caption: string) =>
    spectraSideBySide(
      { title, caption },
      layers.map(({ verdict, measures }, i) => ({
        label: verdict.layer,
        color: seriesColor(i),
        values: measures.spectra[kind],
      })),
    );
  return [
    draw(
      'covariance',
      'Covariance',
      'Eigenvalues relative to the largest, on a logarithmic axis: a cliff is a collapse to as many directions as stand before it.',
    ),
    draw(
      'correlation',
      'Correlation coefficients',
      'The same after every dimension is standardised: shows copies that differences in scale hide.',
    ),
  ];
}

function heatmap({ verdict, measures }: LayerDiagnosis): Html {
  const shown = measures.correlation.length;
  const which =
    shown < measures.dimension
      ? `${shown} of ${measures.dimension} dimensions, evenly chosen`
      : `all ${shown} dimensions`;
  return heatmapFigure({
    kind: 'heatmap',
    title: `Correlation in ${verdict.layer}`,
    caption: `${which}. Mean |correlation| of two dimensions: ${formatNumber(measures.offDiagonalCorrelation)}.`,
    xLabel: 'dimension',
    yLabel: 'dimension',
    values: measures.correlation,
    colors: 'diverging',
    domain: [-1, 1],
    valueLabel: 'correlation',
  });
}

function evidenceTable({ verdict, pairs, measures }: LayerDiagnosis): Html {
  const { alpha, range } = measures.alphaReQ;
  const more: [string, string, string][] = [
    ['alignment', formatNumber(pairs.alignment), `mean squared distance of two of ${pairs.views} views of an image`],
    [
      'view distance',
      formatNumber(pairs.viewDistance),
      'that, over the distance of two images: 0 trivial, 1 nothing in common',
    ],
    ['uniformity', formatNumber(measures.uniformity), '0 collapsed, lower is more even'],
    ['α-ReQ', formatNumber(alpha), `exponent of the spectrum’s decay, ranks ${range[0]} to ${range[1]}`],
    ...(pairs.lidar === null
      ? []
      : [
          ['LiDAR', formatNumber(pairs.lidar), 'directions that augmentation does not drown'] as [
            string,
            string,
            string,
          ],
        ]),
  ];
  const mark = (ok: boolean, decides: boolean) => (ok ? '' : decides ? '✗ ' : '! ');
  return html`<div class="scroll" tabindex="0"><table class="text"><caption>${verdict.layer}, ${measures.dimension} dimensions</caption>
<thead><tr><th>measure</th><th>value</th><th>healthy</th><th>what it is</th></tr></thead>
<tbody>${verdict.evidence.map(
    ({ measure, value, healthy, ok, threshold, meaning }) =>
      html`<tr><th scope="row">${measure}</th><td data-label="value">${mark(ok, threshold !== null)}${formatNumber(value)}</td><td data-label="healthy">${healthy}</td><td>${meaning}</td></tr>`,
  )}${more.map(
    ([name, value, meaning]) =>
      html`<tr><th scope="row">${name}</th><td data-label="value">${value}</td><td data-label="healthy">–</td><td>${meaning}</td></tr>`,
  )}</tbody></table></div>`;
}

function courseFigures({ samples, events, began }: NonNullable<Diagnosis['course']>): Html {
  const curve = (label: string, color: string, of: (sample: (typeof samples)[number]) => number): Curve => ({
    label,
    color,
    points: samples
      .filter((sample) => Number.isFinite(of(sample)))
      .map((sample) => ({ step: sample.step, value: of(sample) })),
  });
  const share = curve('variance share', seriesColor(0), ({ varianceShare }) => varianceShare);
  const correlation = curve('|correlation|', seriesColor(1), ({ offDiagonalCorrelation }) => offDiagonalCorrelation);
  const rank = curve('participation ratio', seriesColor(2), ({ participationRatio }) => participationRatio);
  const spread = [share, correlation].filter(({ points }) => points.length > 1);
  const lines = events.map(
    ({ step, state, kind, evidence }) =>
      html`<li>step ${formatStep(step)}: ${state === 'warning' ? kind : `all clear (${kind})`}: ${evidence.join('; ')}</li>`,
  );
  return html`${began !== null && html`<p class="hint">The collapse shows from step ${formatStep(began.step)} on.</p>`}<div class="charts">${
    spread.length > 0 &&
    curveFigure({
      title: 'Spread of z in a batch',
      caption: 'Variance share: 0 when all embeddings are one. |Correlation|: 1 when all dimensions carry one number.',
      curves: spread,
      include: [0, 1],
    })
  }${
    rank.points.length > 1 &&
    curveFigure({
      title: 'Participation ratio of z in a batch',
      caption: 'Directions that carry the variance; at most the batch size.',
      curves: [rank],
      include: [1],
    })
  }</div>${lines.length > 0 && html`<ul class="missing">${lines}</ul>`}`;
}
