/** The page of the linear dynamics: what the slots mean for collapse, courses, phase portrait and phase diagram. */
import type { DecayDiagram, DynamicsAnalysis, DynamicsCourse, PhasePortrait } from '../../theory/dynamics/index.js';
import type { HeatmapFigure, LinesFigure, PhaseFigure, Point } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import { formatNumber } from '../numbers.js';
import type { ReportTable } from '../sections/groups.js';
import { renderTheoryPage } from './page.js';

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
  return renderTheoryPage({
    title: 'Linear dynamics',
    lead: [`${headlines[verdict]}: ${reason}.`, 'The model is that of Tian, Chen, Ganguli 2021 (arXiv 2102.06810).'],
    figures: [
      { title: 'Over time', figures: courseFigures(course, analysis) },
      ...(plane.length > 0 ? [{ title: 'Where modes go', figures: plane }] : []),
    ],
    tables: [
      { title: 'Fixed points', ...restNote(analysis), table: fixedPointTable(analysis) },
      { title: 'Modes', table: modeTable(analysis) },
    ],
    command,
  });
}

const headlines: Record<DynamicsAnalysis['regime']['verdict'], string> = {
  collapses: 'Every mode collapses',
  survives: 'Modes survive',
  depends: 'It depends on the start',
  stays: 'Nothing moves',
};

function restNote({ restingLines, criticalWeightDecay }: DynamicsAnalysis): { note?: string } {
  const lines = restingLines.map(
    ({ name, fixed, value }) =>
      `A line of rest (${name}): ${fixed} = ${formatNumber(value)}, ${fixed === 's' ? 'p' : 's'} is free.`,
  );
  const critical = criticalWeightDecay === null ? [] : [`Critical weight decay: ${formatNumber(criticalWeightDecay)}.`];
  const note = [...critical, ...lines].join(' ');
  return note === '' ? {} : { note };
}

const complexText = ({ re, im }: { re: number; im: number }): string =>
  im === 0 ? formatNumber(re) : `${formatNumber(re)} ${im < 0 ? '−' : '+'} ${formatNumber(Math.abs(im))}i`;

function fixedPointTable({ fixedPoints }: DynamicsAnalysis): ReportTable {
  return {
    caption: 'Where a mode can rest',
    head: ['p', 's', 'stable', 'eigenvalues'],
    rows: fixedPoints.map(({ name, p, s, stable, eigenvalues }) => ({
      name,
      cells: [formatNumber(p), formatNumber(s), stable ? 'yes' : 'no', eigenvalues.map(complexText).join(', ')],
    })),
  };
}

function modeTable(analysis: DynamicsAnalysis): ReportTable {
  const { modes, settings } = analysis;
  return {
    caption: `Modes at t = ${formatNumber(settings.time)}, and in the long run`,
    head: ['p', 's', 'τ', 'fate'],
    rows: modes.map(({ end, fate }, i) => ({
      name: label(analysis, i),
      cells: [formatNumber(end.p), formatNumber(end.s), formatNumber(end.tau), fate],
    })),
  };
}

function label({ modes, settings }: DynamicsAnalysis, i: number): string {
  const { p = 0, s = 0 } = modes[i]?.start ?? {};
  return settings.predictor.name === 'linear'
    ? `p = ${formatNumber(p)}, s = ${formatNumber(s)}`
    : `s = ${formatNumber(s)}`;
}

function courseFigures({ times, modes }: DynamicsCourse, analysis: DynamicsAnalysis): LinesFigure[] {
  const survival = analysis.fixedPoints.find(({ name }) => name === 'survival');
  const texts = {
    p: ['Predictor p(t)', "The predictor's eigenvalue in each mode.", survival?.p],
    s: ['Features s(t)', 'The eigenvalue of W Wᵀ in each mode: 0 is collapse.', survival?.s],
    tau: ['Target τ(t)', 'The target over the encoder: 1 has caught up, below 1 slows growth down.', 1],
  } as const;
  // tau is a curve of its own under a moving average alone.
  const names = analysis.settings.target.name === 'ema' ? (['p', 's', 'tau'] as const) : (['p', 's'] as const);
  return names.map((name) => {
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
