/** Runs of the latent tree model: correlation of hidden units with the latents, level by level, over epochs and settings. */
import { spread } from '../../theory/hltm/spread.js';
import type { hltm } from '../../theory/index.js';
import type { HeatmapFigure, LineSeries, LinesFigure } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';

/** Runs of one setting, one a seed, and what it is called. */
export interface TreeRuns {
  label: string;
  runs: readonly hltm.HltmResult[];
}

/** `root`, `level 1`, ... of the internal levels. */
export const treeLevels = (depth: number): string[] =>
  Array.from({ length: depth }, (_, level) => (level === 0 ? 'root' : `level ${level}`));

interface Band {
  y: number;
  low: number;
  high: number;
}

/** Mean over seeds, and a standard deviation to either side. */
function band(values: readonly number[]): Band {
  const { mean, deviation } = spread(values);
  return { y: mean, low: mean - deviation, high: mean + deviation };
}

type Measure = (epoch: hltm.HltmEpoch, level: number) => number;

const correlation: Measure = ({ levels }, level) => levels[level]!.correlation;

/** A level over epochs. */
function course({ runs }: TreeRuns, level: number, measure: Measure): LineSeries['points'] {
  return runs[0]!.epochs.map(({ epoch }, i) => ({
    x: epoch,
    ...band(runs.map(({ epochs }) => measure(epochs[i]!, level))),
  }));
}

const depthOf = ({ runs }: TreeRuns): number => runs[0]!.epochs[0]!.levels.length;
const boundOf = ({ runs }: TreeRuns): number => band(runs.map(({ bound }) => bound)).y;

function byLevel(tree: TreeRuns, measure: Measure): LineSeries[] {
  return treeLevels(depthOf(tree)).map((label, level) => ({
    label,
    color: seriesColor(level),
    points: course(tree, level, measure),
  }));
}

const many = ({ runs }: TreeRuns): string =>
  runs.length > 1 ? ` Mean of ${runs.length} seeds; bands: one standard deviation.` : '';

/** Every level over epochs, below the root's Bayes bound. */
export function levelCurves(tree: TreeRuns): LinesFigure {
  return {
    kind: 'lines',
    title: tree.label,
    caption: `Best |correlation| of a latent with its hidden units, averaged over the level.${many(tree)} Nothing but the root is in the loss.`,
    xLabel: 'epoch',
    yLabel: '|correlation|',
    series: byLevel(tree, correlation),
    rules: [{ axis: 'y', value: boundOf(tree), label: 'Bayes bound of the root' }],
  };
}

/** The same as colours: a row a level, root on top. */
export function levelHeatmap(tree: TreeRuns): HeatmapFigure {
  const depth = depthOf(tree);
  return {
    kind: 'heatmap',
    title: tree.label,
    caption: 'Correlation by level and epoch: it is there near the leaves from the start, and comes about at the root.',
    xLabel: 'epoch',
    yLabel: '',
    values: Array.from({ length: depth }, (_, level) => course(tree, level, correlation).map(({ y }) => y)),
    columns: tree.runs[0]!.epochs.map(({ epoch }) => epoch),
    rows: treeLevels(depth),
    colors: 'sequential',
    domain: [0, 1],
    valueLabel: '|correlation|',
  };
}

/** Every level after the last epoch, a column a setting. Settings of other depths than the first are left out. */
export function settingHeatmap(trees: readonly TreeRuns[], xLabel: string, epoch = -1): HeatmapFigure {
  const depth = depthOf(trees[0]!);
  const alike = trees.filter((tree) => depthOf(tree) === depth);
  return {
    kind: 'heatmap',
    title: epoch === 0 ? 'At initialisation' : 'After training',
    caption: 'Correlation by level and setting, mean of seeds.',
    xLabel,
    yLabel: '',
    values: Array.from({ length: depth }, (_, level) =>
      alike.map((tree) => course(tree, level, correlation).at(epoch)!.y),
    ),
    columns: alike.map(({ label }) => label),
    rows: treeLevels(depth),
    colors: 'sequential',
    domain: [0, 1],
    valueLabel: '|correlation|',
    numbers: true,
  };
}

/** The root over epochs, a curve a setting, each below its own Bayes bound. */
export function rootCurves(title: string, trees: readonly TreeRuns[]): LinesFigure {
  return {
    kind: 'lines',
    title,
    caption:
      'Dashed: the Bayes bound, which no function of the leaves can exceed. Bands: one standard deviation over seeds.',
    xLabel: 'epoch',
    yLabel: '|correlation| with the root',
    series: trees.flatMap((tree, i): LineSeries[] => {
      const points = course(tree, 0, correlation);
      const color = seriesColor(i);
      const bound = points.map(({ x }) => ({ x, y: boundOf(tree) }));
      return [
        { label: tree.label, color, points },
        { label: 'Bayes bound', color, shape: 'dashed', points: bound },
      ];
    }),
  };
}

/** Selectivity of the best unit of each latent, over epochs. */
export function selectivityCurves(tree: TreeRuns): LinesFigure {
  return {
    kind: 'lines',
    title: `Selectivity, ${tree.label}`,
    caption: `Half the difference of a unit's mean where its latent is 1 and where it is not: best unit, averaged over the level.${many(tree)}`,
    xLabel: 'epoch',
    yLabel: 'selectivity',
    yScale: 'log',
    series: byLevel(tree, ({ levels }, level) => levels[level]!.selectivity),
  };
}

/** Norm of the covariance operator by level over epochs; undefined where it was not measured. */
export function operatorCurves(tree: TreeRuns): LinesFigure | undefined {
  if (tree.runs.some(({ epochs }) => epochs.some(({ covariance }) => covariance === null))) return undefined;
  return {
    kind: 'lines',
    title: `Covariance operator, ${tree.label}`,
    caption: `Frobenius norm of a latent's own block, averaged over the level: what a gradient step multiplies its weights by.${many(tree)}`,
    xLabel: 'epoch',
    yLabel: 'Frobenius norm',
    yScale: 'log',
    series: byLevel(tree, ({ covariance }, level) => covariance![level]!),
  };
}

/** Settings that differ by one number. */
export interface TreeSweep {
  label: string;
  points: readonly { x: number; tree: TreeRuns }[];
}

/**
 * The root over a setting: after training (lines), at initialisation (dotted), and the Bayes bound where it is worth a line
 * (dashed).
 */
export function sweepCurves(title: string, xLabel: string, sweeps: readonly TreeSweep[], bounds = false): LinesFigure {
  return {
    kind: 'lines',
    title,
    caption: `Lines: after training. Dotted: at initialisation.${bounds ? ' Dashed: the Bayes bound.' : ''} Bands: one standard deviation over seeds.`,
    xLabel,
    yLabel: '|correlation| with the root',
    series: sweeps.flatMap(({ label, points }, i): LineSeries[] => {
      const color = seriesColor(i);
      const at = (epoch: number): LineSeries['points'] =>
        points.map(({ x, tree }) => {
          const { y, low, high } = course(tree, 0, correlation).at(epoch)! as Band;
          return epoch === 0 ? { x, y } : { x, y, low, high };
        });
      const bound: LineSeries['points'] = points.map(({ x, tree }) => ({ x, y: boundOf(tree) }));
      return [
        { label, color, points: at(-1) },
        { label: 'at initialisation', color, shape: 'dotted', points: at(0) },
        ...(bounds ? [{ label: 'Bayes bound', color, shape: 'dashed' as const, points: bound }] : []),
      ];
    }),
  };
}
