/** The report of one run. */
import { mapFigure } from './figures/map.js';
import { type Content, type Html, html } from './html.js';
import { page, section } from './page.js';
import { robustnessSection } from './robustness/section.js';
import { covarianceSection } from './sections/covariance.js';
import { learningCharts, scheduleCharts, spectrumCharts } from './sections/curves.js';
import { badge, headline, verdictNote } from './sections/headline.js';
import { measurementTable } from './sections/measurements.js';
import { neighbourGallery, viewGallery } from './sections/pictures.js';
import { commandList, configuration, environmentTable } from './sections/provenance.js';
import { theorySection } from './sections/theory.js';
import type { RunReport, SectionId } from './types.js';

/** Draws the report of one run as a self-contained HTML page. @throws if a picture's bytes do not fit its size. */
export async function renderRunReport(run: RunReport): Promise<string> {
  const parts = await sections(run);
  const missing = parts
    .filter(({ id, content }) => content === undefined && (!extras.has(id) || run.reasons?.[id] !== undefined))
    .map(({ id, title }) => ({ title, reason: run.reasons?.[id] ?? 'not recorded in this run' }));
  const title = `${run.method} on ${run.dataset}`;
  return page(
    `${title} · Twoview`,
    `Self-supervised training of ${title}: ${run.verdict?.sentence ?? 'figures and numbers.'}`,
    html`<header><p class="kicker">Twoview · ${run.name}</p>
<h1>${run.method} <span class="on">on ${run.dataset}</span></h1>
<p class="meta">${badge(run.verdict)}${metadata(run).map((item) => html`<span>${item}</span>`)}</p>
${verdictNote(run.verdict)}</header>
${headline(run)}
`,
    parts.map(
      ({ id, title: heading, content }) =>
        content !== undefined && content !== drawnAbove && section(id, heading, content),
    ),
    missing.length > 0 &&
      section(
        'missing',
        'Not shown',
        html`<ul class="missing">${missing.map(({ title: heading, reason }) => html`<li><b>${heading}</b>: ${reason}</li>`)}</ul>`,
      ),
  );
}

/** Sections that few runs have: they are not missed where nothing says why. */
const extras: ReadonlySet<SectionId> = new Set(['theory', 'robustness', 'covariance']);

/** Stands for a section whose figures are among those of the section before. */
const drawnAbove = html``;

interface Part {
  id: SectionId;
  title: string;
  content: Content;
}

async function sections(run: RunReport): Promise<Part[]> {
  const { neighbours, views, map, config, environment } = run;
  const spectra = spectrumCharts(run);
  return [
    {
      id: 'curves',
      title: 'Training',
      content: grid([...learningCharts(run), ...spectra, ...scheduleCharts(run)], measurementTable(run.rows)),
    },
    { id: 'robustness', title: 'Adversarial robustness', content: await robustnessSection(run) },
    { id: 'theory', title: 'Theory and practice', content: theorySection(run) },
    { id: 'covariance', title: 'Covariance operator', content: covarianceSection(run) },
    { id: 'spectrum', title: 'Spectrum', content: spectra.length > 0 ? drawnAbove : undefined },
    {
      id: 'neighbours',
      title: 'Nearest neighbours',
      content: neighbours && neighbours.queries.length > 0 ? await neighbourGallery(neighbours) : undefined,
    },
    {
      id: 'map',
      title: 'Map of the embeddings',
      content: map && map.points.length > 0 ? html`<div class="single">${mapFigure(map)}</div>` : undefined,
    },
    {
      id: 'views',
      title: 'What training sees',
      content: views && views.length > 0 ? await viewGallery(views) : undefined,
    },
    { id: 'commands', title: 'Do it again', content: commandList(run.commands) },
    { id: 'configuration', title: 'Configuration', content: config === undefined ? undefined : configuration(config) },
    { id: 'environment', title: 'Environment', content: environment && environmentTable(environment) },
  ];
}

function grid(figures: readonly Html[], below?: Html): Html | undefined {
  return figures.length === 0 ? undefined : html`<div class="charts">${figures}</div>${below}`;
}

function metadata({ encoder, created, rows }: RunReport): string[] {
  const steps = rows.at(-1)?.step;
  return [
    encoder,
    steps === undefined ? undefined : `${steps.toLocaleString('en-US')} steps`,
    created === undefined ? undefined : created.slice(0, 16).replace('T', ' '),
  ].filter((item) => item !== undefined);
}
