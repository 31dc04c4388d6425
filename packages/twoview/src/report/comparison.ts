/** Several runs side by side: what one changed ingredient does. */
import { finalValue, metricInfo } from './catalogue.js';
import { curveFigure } from './figures/curves.js';
import { seriesColor } from './figures/frame.js';
import { spectraSideBySide } from './figures/spectrum.js';
import { type Html, html } from './html.js';
import { formatPercent, formatPercentAxis } from './numbers.js';
import { page, section } from './page.js';
import { badge } from './sections/headline.js';
import { neighbourTiles, queryTile, score } from './sections/pictures.js';
import { commandList } from './sections/provenance.js';
import { seriesOf, snapshotsOf } from './series.js';
import type { ClaimRow, ComparisonOptions, RunReport } from './types.js';

const tableRows = ['knn', 'linear', 'h.effectiveRank', 'z.effectiveRank', 'h.std', 'z.std', 'loss', 'durationSeconds'];

const overlays = [
  {
    name: 'loss',
    title: 'Loss',
    caption: 'The lowest loss is not the best encoder: collapsing is the easiest way to agree.',
  },
  {
    name: 'knn',
    title: 'kNN accuracy',
    caption: 'Classification by nearest neighbours in the encoder’s output.',
    format: formatPercent,
    axisFormat: formatPercentAxis,
  },
  {
    name: 'linear',
    title: 'Linear accuracy',
    caption: 'Classification by a linear layer on the frozen encoder.',
    format: formatPercent,
    axisFormat: formatPercentAxis,
  },
  {
    name: 'z.effectiveRank',
    title: 'Effective rank of z',
    caption: 'How many directions the projection uses.',
    include: [1],
  },
  {
    name: 'z.std',
    title: 'Spread of z',
    caption: '1: spread over the whole sphere. 0: every image at one point.',
    include: [0, 1],
  },
];

/**
 * Draws a comparison of runs (its arms) as a self-contained HTML page. An arm without rows is an untrained encoder: it appears in
 * the table and as a dashed line.
 * @throws if there are no arms, or a picture's bytes do not fit its size.
 */
export async function renderComparisonReport(
  arms: readonly RunReport[],
  { title, lead, claims = [], command }: ComparisonOptions,
): Promise<string> {
  if (arms.length === 0) throw new Error('A comparison needs at least one run, but none was given.');
  const paragraphs = typeof lead === 'string' ? [lead] : lead;
  const charts = [...overlayCharts(arms), ...spectrumChart(arms)];
  const neighbours = await armNeighbours(arms);
  return page(
    `${title} · Twoview`,
    paragraphs[0] ?? title,
    html`<header><p class="kicker">Twoview · ${arms.length} runs compared</p><h1>${title}</h1>
${paragraphs.map((text) => html`<p class="lead">${text}</p>`)}</header>
<div class="arms">${arms.map((arm) => armCard(arm, armColor(arms, arm)))}</div>
`,
    claims.length > 0 && section('claims', 'What was claimed, what came out', claimTable(claims)),
    section('results', 'Results', resultTable(arms)),
    charts.length > 0 && section('curves', 'Training', html`<div class="charts">${charts}</div>`),
    neighbours && section('neighbours', 'Nearest neighbours', neighbours),
    command !== undefined && section('commands', 'Do it again', commandList({ rerun: command })),
  );
}

/** Trained arms have the colours of series; an untrained one is grey, being what the others are compared with. */
function armColor(arms: readonly RunReport[], arm: RunReport): string {
  const trained = arms.filter(({ rows }) => rows.length > 0);
  return arm.rows.length > 0 ? seriesColor(trained.indexOf(arm)) : 'var(--muted)';
}

function armCard(arm: RunReport, color: string): Html {
  const [name, label] = finalValue(arm, 'knn') === undefined ? ['linear', 'linear'] : ['knn', 'kNN'];
  const accuracy = finalValue(arm, name!);
  const rank = finalValue(arm, 'z.effectiveRank');
  return html`<article class="arm" style="--arm:${color}"><h3>${arm.name}</h3>
<p class="value">${accuracy === undefined ? '–' : formatPercent(accuracy)} <span>${label}</span></p>
${rank !== undefined && html`<p class="note">effective rank of z ${metricInfo('z.effectiveRank').format(rank)}</p>`}
<p>${badge(arm.verdict)}</p>${arm.verdict && html`<p class="why">${arm.verdict.sentence}</p>`}</article>`;
}

function claimTable(claims: readonly ClaimRow[]): Html {
  const words = { pass: '✓ holds', fail: '✗ fails', notRun: '– not run' };
  const rows = claims.map(
    ({ claim, expected, measured, status }) =>
      html`<tr><th scope="row">${claim}</th><td data-label="expected">${expected}</td><td data-label="measured">${measured}</td><td><span class="badge ${
        { pass: 'healthy', fail: 'collapsed', notRun: 'unknown' }[status]
      }">${words[status]}</span></td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Claims"><table class="text"><caption>Claims and measurements</caption><thead><tr><th scope="col">claim</th><th scope="col">expected</th><th scope="col">measured</th><th scope="col">verdict</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function resultTable(arms: readonly RunReport[]): Html {
  const rows = tableRows.flatMap((name) => {
    const values = arms.map((arm) => finalValue(arm, name));
    if (values.every((value) => value === undefined)) return [];
    const { label, format, explanation } = metricInfo(name);
    const cells = values.map((value) => html`<td>${value === undefined ? '–' : format(value)}</td>`);
    return [html`<tr title="${explanation}"><th scope="row">${label}</th>${cells}</tr>`];
  });
  const head = arms.map(
    (arm) => html`<th scope="col"><span class="swatch" style="color:${armColor(arms, arm)}"></span> ${arm.name}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Results"><table><caption>Final measurements of each run</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function overlayCharts(arms: readonly RunReport[]): Html[] {
  return overlays.flatMap(({ name, ...text }) => {
    const curves = arms.flatMap((arm) => {
      const points = seriesOf(arm.rows, name);
      return points.length > 1 ? [{ label: arm.name, color: armColor(arms, arm), points }] : [];
    });
    if (curves.length === 0) return [];
    const references = arms.flatMap((arm) => {
      const value = arm.rows.length === 0 && name !== 'loss' ? finalValue(arm, name) : undefined;
      return value === undefined
        ? []
        : [{ label: arm.name, legend: arm.name, color: armColor(arms, arm), value, shape: 'dashed' as const }];
    });
    return [curveFigure({ ...text, curves, references, named: true })];
  });
}

function spectrumChart(arms: readonly RunReport[]): Html[] {
  const spectra = arms.flatMap((arm) => {
    const last = snapshotsOf(arm.rows, 'z.spectrum', Number.POSITIVE_INFINITY).at(-1);
    return last ? [{ label: arm.name, color: armColor(arms, arm), values: last.values }] : [];
  });
  const caption = 'Eigenvalues of E[z zᵀ] relative to the largest, at the last measurement, on a logarithmic axis.';
  return spectra.length === 0 ? [] : [spectraSideBySide({ title: 'Spectrum of z', caption }, spectra)];
}

/** For each query of the first arm that has any, the neighbours that every arm finds. */
async function armNeighbours(arms: readonly RunReport[]): Promise<Html | undefined> {
  const seeing = arms.flatMap((arm) => (arm.neighbours ? [{ arm, queries: arm.neighbours.queries }] : []));
  const count = Math.min(...seeing.map(({ queries }) => queries.length));
  if (seeing.length === 0 || count === 0) return undefined;
  const groups = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const rows = await Promise.all(
        seeing.map(async ({ arm, queries }) => {
          const query = queries[i]!;
          const color = armColor(arms, arm);
          return html`<div class="arm-row" style="--k:${query.neighbours.length}"><span class="arm-name"><span class="swatch" style="color:${color}"></span> ${arm.name}</span>${await neighbourTiles(query)}</div>`;
        }),
      );
      return html`<div class="arm-group">${await queryTile(seeing[0]!.queries[i]!, i)}<div>${rows}</div></div>`;
    }),
  );
  const scores = seeing.map(({ arm, queries }) => html`<li><b>${arm.name}</b>: ${score(queries)}</li>`);
  return html`<p class="hint">Left: an image that was not trained on. Right: what each run finds nearest to it (${
    seeing[0]!.arm.neighbours!.space
  }).</p>${score(seeing[0]!.queries) !== '' && html`<ul class="scores">${scores}</ul>`}<div class="gallery">${groups}</div>`;
}
