/** The page of a run of meta-reinforcement learning. */
import { drawFigure } from '../figures/figure.js';
import { type Content, type Html, html } from '../html.js';
import { formatStep } from '../numbers.js';
import { page, section } from '../page.js';
import { chartGrid, drawSections } from '../sections/groups.js';
import { commandList, configuration, environmentTable } from '../sections/provenance.js';
import { metaRlCards, metaRlFindings } from './headline.js';
import { adaptationFigure, learningFigures, trainingFigures } from './learning.js';
import { pathFigure } from './paths.js';
import { rolloutPicture } from './rollout.js';
import { achievementFigures, latentFigures, readOutFigures, taskTables } from './tasks.js';
import type { MetaRlReport, MetaRlSectionId } from './types.js';

/**
 * Draws it as a self-contained HTML page.
 * @throws RangeError if a parameter has not one value a latent, or a roll-out has no frames or numbers that are not finite
 */
export async function renderMetaRlReport(report: MetaRlReport): Promise<string> {
  const { algorithm, family, name, reasons = {} } = report;
  const lead = metaRlFindings(report);
  const parts = sections(report);
  const missing = parts.flatMap(({ id, title, content }) => {
    const reason = reasons[id];
    return content === undefined && reason !== undefined ? [html`<li><b>${title}</b>: ${reason}</li>`] : [];
  });
  return page(
    `${algorithm} on ${family} · Twoview`,
    lead[0] ?? `Meta-reinforcement learning: ${algorithm} on ${family}.`,
    html`<header><p class="kicker">Twoview · meta-reinforcement learning${name !== undefined && ` · ${name}`}</p>
<h1>${algorithm} <span class="on">on ${family}</span></h1>
<p class="meta">${metadata(report).map((item) => html`<span>${item}</span>`)}</p>
${lead.map((text) => html`<p class="lead">${text}</p>`)}</header>
${metaRlCards(report)}
`,
    drawSections(parts.flatMap(({ id, title, content }) => (content ? [{ id, title, content: [content] }] : []))),
    missing.length > 0 && section('missing', 'Not shown', html`<ul class="missing">${missing}</ul>`),
  );
}

interface Part {
  id: MetaRlSectionId;
  title: string;
  content: Content;
}

function sections(report: MetaRlReport): Part[] {
  const { levels, rows = [], adaptation = [], latents, readOut = [], achievement = [], tasks = [] } = report;
  const { settings, environment, commands } = report;
  const adapted = adaptation.filter(({ returns }) => returns.length > 0);
  const adapting = adapted.length > 0 ? [drawFigure(adaptationFigure(adapted, levels))] : [];
  return [
    { id: 'learning', title: 'Learning', content: grid(learningFigures(report).map(drawFigure)) },
    { id: 'adaptation', title: 'Adaptation within a meta-test', content: grid(adapting) },
    { id: 'roll-outs', title: 'Roll-outs', content: pictures(report) },
    { id: 'achievement', title: 'What is asked for, what is done', content: grid(achievementFigures(achievement)) },
    {
      id: 'latents',
      title: 'Latent space of tasks',
      content: latents && latents.points.length > 0 ? grid(latentFigures(latents)) : undefined,
    },
    { id: 'read-out', title: 'What the posterior knows', content: grid(readOutFigures(readOut)) },
    { id: 'tasks', title: 'Task by task', content: tasks.length > 0 ? taskTables(tasks) : undefined },
    { id: 'training', title: 'Training', content: grid(trainingFigures(rows).map(drawFigure)) },
    { id: 'commands', title: 'Do it again', content: commandList(commands) },
    {
      id: 'settings',
      title: 'Settings',
      content: settings === undefined ? undefined : configuration(settings, 'settings'),
    },
    { id: 'environment', title: 'Environment', content: environment && environmentTable(environment) },
  ];
}

const grid = (figures: readonly Html[]): Html | undefined => (figures.length > 0 ? chartGrid(figures) : undefined);

function pictures({ rollouts = [], paths = [] }: MetaRlReport): Html | undefined {
  return grid([
    ...rollouts.map(({ frames, ...options }, i) => rolloutPicture(frames, { ...options, id: `roll-out-${i + 1}` })),
    ...paths.map(pathFigure),
  ]);
}

function metadata(report: MetaRlReport): string[] {
  const { checkpoint, trainTasks, testTasks, sameTasks, seed, metaTest, created } = report;
  const tasks = (count: number | undefined, which: string): string | undefined =>
    count === undefined ? undefined : `${formatStep(count)} ${which}${count === 1 ? 'task' : 'tasks'}`;
  return [
    checkpoint,
    ...(sameTasks ? [tasks(testTasks, '')] : [tasks(trainTasks, 'training '), tasks(testTasks, 'test ')]),
    seed === undefined ? undefined : `seed ${seed}`,
    metaTest &&
      `meta-test: ${formatStep(metaTest.runs)} ${metaTest.runs === 1 ? 'run' : 'runs'} a task, its seed: ${metaTest.seed}`,
    created?.slice(0, 16).replace('T', ' '),
  ].filter((item) => item !== undefined);
}
