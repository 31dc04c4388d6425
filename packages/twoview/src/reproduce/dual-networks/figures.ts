// Figures of what was measured of the latent tree model.
import {
  type FigureGroup,
  levelCurves,
  levelHeatmap,
  operatorCurves,
  rootCurves,
  selectivityCurves,
  settingHeatmap,
  sweepCurves,
  type TreeRuns,
} from '../../report/index.js';
import type { ReportInput } from '../claim.js';
import { deepGroups, deepName, watchedGroup } from './hltm/groups.js';
import { lows, widths } from './hltm/settings.js';
import { knownRuns } from './tables.js';

type Low = (typeof lows)[number];
type Width = (typeof widths)[number];

/** Figures of the finished runs; none where none is. */
export function treeFigures(input: ReportInput): FigureGroup[] {
  const deep = (low: Low, width: Width, label: string): TreeRuns[] => {
    const runs = knownRuns(input, deepGroups[deepName(low, width)]!);
    return runs.length === 0 ? [] : [{ label, runs }];
  };
  const byWidth = widths.flatMap((width) => deep(0.7, width, `${width} units`));
  const byPolarity = lows.flatMap((low) => deep(low, 10, `from ${low}`));
  const sweeps = {
    width: lows.map((low) => ({
      label: `|polarity| from ${low}`,
      points: widths.flatMap((width) => deep(low, width, '').map((tree) => ({ x: width, tree }))),
    })),
    polarity: widths.map((width) => ({
      label: `${width} units`,
      points: lows.flatMap((low) => deep(low, width, '').map((tree) => ({ x: low, tree }))),
    })),
  };
  const filled = <T extends { points: readonly unknown[] }>(all: readonly T[]): T[] =>
    all.filter(({ points }) => points.length > 0);
  const watched: TreeRuns = { label: '10 units, |polarity| from .8', runs: knownRuns(input, watchedGroup) };
  const groups: (FigureGroup | undefined)[] = [
    group('Latents that nothing told the network of', 'A tree of depth 5; only the root’s units are in the loss.', [
      ...byWidth.map(levelCurves),
      ...byWidth.map(levelHeatmap),
    ]),
    group('Width', 'Over-parameterisation: more units a latent, |polarity| from .7 where not said otherwise.', [
      ...(byWidth.length > 0
        ? [rootCurves('The root, by width', byWidth), settingHeatmap(byWidth, '', 0), settingHeatmap(byWidth, '')]
        : []),
      ...(filled(sweeps.width).length > 0
        ? [sweepCurves('The root over width', 'units a latent', filled(sweeps.width))]
        : []),
    ]),
    group('Polarity', 'How reliably a variable follows its parent, 10 units where not said otherwise.', [
      ...(byPolarity.length > 0 ? [rootCurves('The root, by polarity', byPolarity)] : []),
      ...(filled(sweeps.polarity).length > 0
        ? [sweepCurves('The root over polarity', 'smallest |polarity|', filled(sweeps.polarity), true)]
        : []),
    ]),
    group(
      'What grows',
      'The operator that multiplies the weights, and the selectivity that it feeds on.',
      watched.runs.length > 0
        ? [operatorCurves(watched), selectivityCurves(watched)].filter((figure) => figure !== undefined)
        : [],
    ),
  ];
  return groups.filter((each) => each !== undefined);
}

function group(title: string, note: string, figures: FigureGroup['figures']): FigureGroup | undefined {
  return figures.length === 0 ? undefined : { title, note, figures };
}
