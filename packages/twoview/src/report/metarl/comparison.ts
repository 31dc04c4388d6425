/** Algorithms side by side on one family or more: curves over seeds, and the areas under them. */
import { drawFigure, type LinesFigure } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { page } from '../page.js';
import { chartGrid, drawSections } from '../sections/groups.js';
import { commandList, environmentTable } from '../sections/provenance.js';
import { formatCount } from './headline.js';
import { levelRules, stepUnit } from './learning.js';
import { areaUnderCurve, commonRange, meanCurve, returnAt, type SeedStatistics, statistics, stepsTo } from './seeds.js';
import type { MetaRlComparison, MetaRlFamily, MetaRlRun } from './types.js';

/**
 * Draws it as a self-contained HTML page.
 * @throws RangeError if there is no family, or an arm has no runs
 */
export async function renderMetaRlComparison(comparison: MetaRlComparison): Promise<string> {
  const { title, lead = [], families, command, environment } = comparison;
  if (families.length === 0) throw new RangeError('A comparison needs at least one task family, but there is none.');
  for (const { family, arms } of families)
    for (const { name, runs } of arms)
      if (runs.length === 0) throw new RangeError(`${name} on ${family} has no runs; leave it out or give one.`);
  const arms = [...new Set(families.flatMap((family) => family.arms.map(({ name }) => name)))];
  const runs = families.reduce((sum, family) => sum + family.arms.reduce((n, arm) => n + arm.runs.length, 0), 0);
  const figures = families.map((family) => drawFigure(familyFigure(family, arms)));
  return page(
    `${title} · Twoview`,
    lead[0] ?? title,
    html`<header><p class="kicker">Twoview · meta-reinforcement learning, ${runs} ${runs === 1 ? 'run' : 'runs'} compared</p><h1>${title}</h1>
${lead.map((text) => html`<p class="lead">${text}</p>`)}</header>
`,
    drawSections([
      { id: 'learning', title: 'Learning', content: [chartGrid(figures)] },
      { id: 'areas', title: 'Areas under the curves', content: families.map((family) => areaTable(family, arms)) },
      ...(command === undefined
        ? []
        : [{ id: 'commands', title: 'Do it again', content: [commandList({ rerun: command })] }]),
      ...(environment === undefined
        ? []
        : [{ id: 'environment', title: 'Environment', content: [environmentTable(environment)] }]),
    ]),
  );
}

/** Longer names of arms are said once, below the figure, and numbered elsewhere: a legend has one line for each. */
const longest = 40;

/** An arm in a legend, by its place among the arms of the page. */
function shortName(name: string, names: readonly string[]): string {
  return name.length > longest ? `arm ${names.indexOf(name) + 1}` : name;
}

function longNames(arms: MetaRlFamily['arms'], names: readonly string[]): string {
  return arms
    .filter(({ name }) => name.length > longest)
    .map(({ name }) => ` Arm ${names.indexOf(name) + 1}: ${name}.`)
    .join('');
}

/** An arm has one colour in all figures. */
function familyFigure({ family, arms, levels }: MetaRlFamily, names: readonly string[]): LinesFigure {
  const curves = arms.map((arm) => ({ arm, points: meanCurve(arm) }));
  const unit = stepUnit(curves.reduce((most, { points }) => Math.max(most, points.at(-1)?.x ?? 0), 0));
  const several = arms.some(({ runs }) => runs.length > 1);
  return {
    kind: 'lines',
    title: family,
    caption: `Return on test tasks after adaptation${several ? ': mean over seeds, with one standard deviation to either side' : ''}.${longNames(arms, names)}`,
    xLabel: unit.label('environment steps'),
    yLabel: 'return',
    series: curves.map(({ arm, points }) => ({
      label: `${shortName(arm.name, names)}${arm.runs.length > 1 ? `, ${arm.runs.length} seeds` : ''}`,
      color: seriesColor(names.indexOf(arm.name)),
      points: points.map(({ x, ...heights }) => ({ x: x / unit.divisor, ...heights })),
    })),
    rules: levelRules(levels),
  };
}

function areaTable({ family, arms }: MetaRlFamily, names: readonly string[]): Html {
  const range = commonRange(arms.flatMap(({ runs }) => runs));
  if (!range) return html`<p class="hint">${family}: the runs have no steps in common.</p>`;
  const [, end] = range;
  const first = arms[0]!;
  const goal = statistics(first.runs.map((run) => returnAt(run, end))).mean;
  const several = arms.length > 1;
  const head = [
    'seeds',
    'area by width',
    'return at the end',
    ...(several ? [`steps to ${formatNumber(goal)}, where ${shortName(first.name, names)} ends`] : []),
  ];
  const rows = arms.map(({ name, runs }) => {
    const cells = [
      String(runs.length),
      spread(statistics(runs.map((run) => areaUnderCurve(run, range)))),
      spread(statistics(runs.map((run) => returnAt(run, end)))),
      ...(several ? [reaching(runs, goal)] : []),
    ];
    return html`<tr><th scope="row"><span class="swatch" style="color:${seriesColor(names.indexOf(name))}"></span> ${shortName(name, names)}</th>${cells.map((cell, i) => html`<td data-label="${head[i]}">${cell}</td>`)}</tr>`;
  });
  const caption = `${family}: from ${formatCount(range[0])} to ${formatCount(end)} environment steps, which all runs have gone`;
  return html`<div class="scroll stacked" tabindex="0" role="region" aria-label="${caption}"><table class="text"><caption>${caption}. Area by width: the mean return along the way.</caption><thead><tr>${['algorithm', ...head].map((text) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Mean steps at which runs first reach a return, and how many do. */
function reaching(runs: readonly MetaRlRun[], goal: number): string {
  const steps = runs.map((run) => stepsTo(run, goal)).filter((each) => each !== undefined);
  if (steps.length === 0) return 'not reached';
  return `${formatCount(statistics(steps).mean)}${steps.length < runs.length ? `, by ${steps.length} of ${runs.length}` : ''}`;
}

const spread = ({ mean, std }: SeedStatistics): string =>
  std === null ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(std)}`;
