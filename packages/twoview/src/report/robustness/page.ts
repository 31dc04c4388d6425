/** The page of a network's robustness. */
import { drawFigure } from '../figures/figure.js';
import { type Html, html } from '../html.js';
import { formatStep } from '../numbers.js';
import { page, section } from '../page.js';
import { chartGrid, drawSections } from '../sections/groups.js';
import { commandList, configuration, environmentTable } from '../sections/provenance.js';
import { exampleGallery } from './examples.js';
import { robustnessCards } from './headline.js';
import { confusionFigures, latentFigures } from './matrices.js';
import { radiusFigures } from './radius.js';
import { attackTable, divergenceTable, ensembleTable, maskingTable } from './tables.js';
import { trainingCharts } from './training.js';
import type { LatentMeasures, RobustnessReport, RobustnessSectionId } from './types.js';
import { ballInWords, findings } from './words.js';

/**
 * Draws it as a self-contained HTML page.
 * @throws RangeError if the values of an image do not fit its size, or a matrix is ragged
 */
export async function renderRobustnessReport(report: RobustnessReport): Promise<string> {
  const { method, dataset, reasons = {} } = report;
  const lead = findings(report);
  const parts = await sections(report);
  const missing = parts.flatMap(({ id, title, content }) => {
    const reason = reasons[id];
    return content === undefined && reason !== undefined ? [html`<li><b>${title}</b>: ${reason}</li>`] : [];
  });
  return page(
    `Robustness of ${method} on ${dataset} · Twoview`,
    lead[0] ?? `Adversarial robustness of ${method} on ${dataset}.`,
    html`<header><p class="kicker">Twoview · adversarial robustness</p>
<h1>${method} <span class="on">on ${dataset}</span></h1>
<p class="meta">${metadata(report).map((item) => html`<span>${item}</span>`)}</p>
${lead.map((text) => html`<p class="lead">${text}</p>`)}</header>
${robustnessCards(report)}
`,
    drawSections(parts.flatMap(({ id, title, content }) => (content ? [{ id, title, content: [content] }] : []))),
    missing.length > 0 && section('missing', 'Not shown', html`<ul class="missing">${missing}</ul>`),
  );
}

interface Part {
  id: RobustnessSectionId;
  title: string;
  content: Html | undefined;
}

async function sections(report: RobustnessReport): Promise<Part[]> {
  const {
    ball,
    naturalAccuracy: natural,
    ensemble,
    masking,
    examples,
    radius,
    latents = {},
    confusion,
    classes,
  } = report;
  const over = radius ? radiusFigures(radius, { ball, benign: latents.benign, natural }) : [];
  const matrices = confusion ? confusionFigures(confusion, classes) : [];
  return [
    { id: 'attacks', title: 'Attacks one by one', content: attackTable(report) },
    { id: 'ensemble', title: 'All attacks together', content: whereAny(ensemble, ensembleTable) },
    { id: 'masking', title: 'Is the gradient masked?', content: whereAny(masking, maskingTable) },
    { id: 'examples', title: 'Examples', content: await whereAny(examples, exampleGallery) },
    { id: 'radius', title: 'As the ball grows', content: whereAny(over.map(drawFigure), chartGrid) },
    { id: 'latents', title: 'Latents', content: latentContent(latents, classes) },
    { id: 'confusion', title: 'What is taken for what', content: whereAny(matrices.map(drawFigure), chartGrid) },
    { id: 'training', title: 'Training', content: whereAny(trainingCharts(report.rows ?? []), chartGrid) },
    {
      id: 'commands',
      title: 'Do it again',
      content: report.command === undefined ? undefined : commandList({ rerun: report.command }),
    },
    {
      id: 'settings',
      title: 'Settings',
      content: report.settings === undefined ? undefined : configuration(report.settings, 'settings'),
    },
    { id: 'environment', title: 'Environment', content: report.environment && environmentTable(report.environment) },
  ];
}

/** Draws what there is any of. */
function whereAny<T, R>(items: readonly T[] | undefined, draw: (items: readonly T[]) => R): R | undefined {
  return items && items.length > 0 ? draw(items) : undefined;
}

function latentContent(latents: LatentMeasures, classes: readonly string[] | undefined): Html | undefined {
  const table = divergenceTable(latents);
  const figures = whereAny(latentFigures(latents, classes).map(drawFigure), chartGrid);
  return table || figures ? html`${table}${figures && html`<div class="numbers">${figures}</div>`}` : undefined;
}

function metadata({ encoder, checkpoint, images, ball, seed, created }: RobustnessReport): string[] {
  return [
    encoder,
    checkpoint,
    images === undefined ? undefined : `${formatStep(images)} images`,
    ball && ballInWords(ball),
    seed === undefined ? undefined : `seed ${seed}`,
    created?.slice(0, 16).replace('T', ' '),
  ].filter((item) => item !== undefined);
}
