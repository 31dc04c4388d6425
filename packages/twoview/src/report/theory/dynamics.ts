/** The page of the linear dynamics: what the slots mean for collapse, courses, phase portrait and phase diagram. */
import type { DecayDiagram, DynamicsAnalysis, DynamicsCourse, PhasePortrait } from '../../theory/dynamics/index.js';
import { drawFigure, type HeatmapFigure, type LinesFigure, type PhaseFigure, type Point } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import { type Html, html } from '../html.js';
import { formatNumber } from '../numbers.js';
import { page, section } from '../page.js';
import { commandList } from '../sections/provenance.js';

export interface DynamicsPage {
  analysis: DynamicsAnalysis;
  course: DynamicsCourse;
  /** Null where p is no variable of its own. */
  portrait: PhasePortrait | null;
  diagram: DecayDiagram | null;
  /** The command that makes the page again. */
  command: string;
}

/** Draws the page. */
export function renderDynamics({ analysis, course, portrait, diagram, command }: DynamicsPage): string {
  const { verdict, reason } = analysis.regime;
  const plane = [
    ...(portrait ? [portraitFigure(portrait, course, analysis)] : []),
    ...(diagram ? [diagramFigure(diagram)] : []),
  ];
  return page(
    'Linear dynamics · Twoview',
    reason,
    html`<header><p class="kicker">Twoview · theory · Tian, Chen, Ganguli 2021, arXiv 2102.06810</p><h1>Linear dynamics</h1>
<p class="lead">${headlines[verdict]}: ${reason}.</p></header>
`,
    section('numbers', 'Fixed points and modes', fixedPointTable(analysis), modeTable(analysis)),
    section('course', 'Over time', html`<div class="charts">${courseFigures(course, analysis).map(drawFigure)}</div>`),
    plane.length > 0 && section('plane', 'Where modes go', html`<div class="charts">${plane.map(drawFigure)}</div>`),
    section('commands', 'Do it again', commandList({ rerun: command }) ?? ''),
  );
}

const headlines: Record<DynamicsAnalysis['regime']['verdict'], string> = {
  collapses: 'Every mode collapses',
  survives: 'Modes survive',
  depends: 'It depends on the start',
  stays: 'Nothing moves',
};

function fixedPointTable({ fixedPoints, restingLines, criticalWeightDecay }: DynamicsAnalysis): Html {
  const rows = fixedPoints.map(
    ({ name, p, s, stable, eigenvalues }) =>
      html`<tr><th scope="row">${name}</th><td>${formatNumber(p)}</td><td>${formatNumber(s)}</td><td>${stable ? 'stable' : 'not stable'}</td><td>${eigenvalues
        .map(({ re, im }) => formatNumber(re) + (im === 0 ? '' : ` + ${formatNumber(im)}i`))
        .join(', ')}</td></tr>`,
  );
  const lines = restingLines.map(
    ({ name, fixed, value }) =>
      html`<li>Without weight decay there is a line of rest (${name}): ${fixed} = ${formatNumber(value)}, the other free.</li>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fixed points"><table class="plain"><caption>Fixed points${
    criticalWeightDecay !== null && `; critical weight decay ${formatNumber(criticalWeightDecay)}`
  }</caption><thead><tr><th scope="col">fixed point</th><th scope="col">p</th><th scope="col">s</th><th scope="col">is</th><th scope="col">eigenvalues</th></tr></thead><tbody>${rows}</tbody></table></div>${
    lines.length > 0 && html`<ul>${lines}</ul>`
  }`;
}

function modeTable({ modes, settings }: DynamicsAnalysis): Html {
  const rows = modes.map(
    ({ start, end, fate }, i) =>
      html`<tr><th scope="row">${i + 1}</th><td>${formatNumber(start.p)}</td><td>${formatNumber(start.s)}</td><td>${formatNumber(end.p)}</td><td>${formatNumber(end.s)}</td><td>${formatNumber(end.tau)}</td><td>${fate}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Modes"><table class="plain"><caption>Modes at t = 0 and t = ${formatNumber(settings.time)}, and in the long run</caption><thead><tr><th scope="col">mode</th><th scope="col">p at 0</th><th scope="col">s at 0</th><th scope="col">p</th><th scope="col">s</th><th scope="col">τ</th><th scope="col">fate</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function label({ modes, settings }: DynamicsAnalysis, i: number): string {
  const { p = 0, s = 0 } = modes[i]?.start ?? {};
  return settings.predictor.name === 'linear'
    ? `p = ${formatNumber(p)}, s = ${formatNumber(s)} at 0`
    : `s = ${formatNumber(s)} at 0`;
}

function courseFigures({ times, modes }: DynamicsCourse, analysis: DynamicsAnalysis): LinesFigure[] {
  const survival = analysis.fixedPoints.find(({ name }) => name === 'survival');
  const texts = {
    p: ['Predictor p(t)', "The predictor's eigenvalue in each mode.", survival?.p],
    s: ['Features s(t)', 'The eigenvalue of W Wᵀ in each mode: 0 is collapse.', survival?.s],
    tau: ['Target τ(t)', 'The target over the encoder: 1 has caught up, below 1 slows growth down.', 1],
  } as const;
  return (['p', 's', 'tau'] as const).map((name) => {
    const [title, caption, goal] = texts[name];
    return {
      kind: 'lines',
      title,
      caption,
      xLabel: 't',
      yLabel: name === 'tau' ? 'τ' : name,
      series: modes.map((mode, i) => ({
        label: label(analysis, i),
        color: seriesColor(i),
        points: times.map((x, at) => ({ x, y: mode[name][at] as number })),
      })),
      yDomain: [0, goal ?? 1],
      ...(goal === undefined
        ? {}
        : { rules: [{ axis: 'y' as const, value: goal, label: name === 'tau' ? '1' : `${name}+` }] }),
    };
  });
}

const marks: Record<string, string> = { collapse: '0', boundary: 'p−', survival: 'p+' };

function portraitFigure(portrait: PhasePortrait, course: DynamicsCourse, analysis: DynamicsAnalysis): PhaseFigure {
  return {
    kind: 'phase',
    title: 'Phase portrait',
    caption: `The flow of p and s at τ = ${formatNumber(portrait.tau)}. Dashed: the parabola s = p²/α, to which weight decay draws every mode, and where dp/dt or ds/dt is 0.`,
    xLabel: 'p',
    yLabel: 's',
    xDomain: portrait.pRange,
    yDomain: portrait.sRange,
    arrows: portrait.arrows,
    trajectories: course.modes.map(({ p, s }, i) => ({
      label: label(analysis, i),
      color: seriesColor(i),
      points: Array.from(p, (x, at): Point => ({ x, y: s[at] as number })),
    })),
    curves: [
      { label: 's = p²/α', color: 'var(--muted)', points: portrait.parabola },
      ...portrait.nullclines.map(({ of, points }) => ({
        label: `d${of}/dt = 0`,
        color: seriesColor(of === 'p' ? 4 : 5),
        points,
      })),
    ],
    fixedPoints: portrait.fixedPoints.map(({ x, y, stable, name }) => ({ x, y, stable, label: marks[name] ?? name })),
  };
}

function diagramFigure({ x, y, s, time }: DecayDiagram): HeatmapFigure {
  const width = x.values.length;
  // The first row is drawn on top: the largest decay.
  const order = y.values.map((_, i) => i).reverse();
  return {
    kind: 'heatmap',
    title: 'Phase diagram',
    caption: `What is left of a mode at t = ${formatNumber(time)}, by weight decay and where p starts on the parabola. Above the critical decay nothing survives; below it the boundary is p−.`,
    xLabel: 'p at 0',
    yLabel: y.name === 'eta' ? 'weight decay η' : "the encoder's weight decay",
    values: order.map((i) => Array.from(s.subarray(i * width, (i + 1) * width))),
    columns: x.values.map(formatNumber),
    rows: order.map((i) => formatNumber(y.values[i] as number)),
    colors: 'sequential',
    domain: [0, Math.max(...s, Number.MIN_VALUE)],
    valueLabel: 's at the end',
  };
}
