// twoview theory hltm: what a network learns of a tree of hidden causes, level by level.
import * as torch from '@twoview/torch';
import type { Command } from 'commander';
import {
  levelCurves,
  levelHeatmap,
  operatorCurves,
  renderTheoryPage,
  rootCurves,
  selectivityCurves,
  settingHeatmap,
  type TheoryPage,
  type TreeRuns,
  treeLevels,
} from '../../report/index.js';
import { hltm } from '../../theory/index.js';
import { exitCode, print, printError, printJson, table, UsageError } from '../output.js';
import { listenForStop } from '../stop.js';
import { createProgress } from './progress.js';
import { readSettings, saveReport, type TheoryFlags, theoryCommand, typedCommand } from './settings.js';

const name = 'hltm';

interface Cell extends hltm.SweepCell {
  results: hltm.HltmResult[];
}

/** A cell's correlation at a level, over its seeds; undefined where its tree has no such level. */
function correlationText({ results }: Cell, level: number, epoch: number): string {
  const values = results.flatMap(({ epochs }) => epochs.at(epoch)!.levels[level]?.correlation ?? []);
  return values.length === 0 ? '' : spreadText(values);
}

/** `.834`, with the standard deviation over seeds where there are several. */
function spreadText(values: readonly number[]): string {
  const { mean, deviation } = hltm.spread(values);
  return mean.toFixed(3) + (values.length > 1 ? ` ± ${deviation.toFixed(3)}` : '');
}

/** Correlation by level before and after training, beside what can be had at the root. */
function cellRows(cells: readonly Cell[], depth: number): string[][] {
  return cells.flatMap((cell) => {
    const { label, results } = cell;
    const last = results[0]!.epochs.at(-1)!.epoch;
    const row = (title: string, epoch: number): string[] => [
      [label, title].filter((text) => text !== '').join(', '),
      ...Array.from({ length: depth }, (_, level) => correlationText(cell, level, epoch)),
      spreadText(results.map(({ leafSum }) => leafSum)),
      spreadText(results.map(({ bound }) => bound)),
    ];
    return [row('untrained', 0), ...(last > 0 ? [row(`epoch ${last}`, -1)] : [])];
  });
}

/** What came out, a sentence each. */
function findings(cells: readonly Cell[]): string[] {
  return cells.map(({ label, results }) => {
    const mean = (pick: (result: hltm.HltmResult) => number): string =>
      (results.reduce((sum, result) => sum + pick(result), 0) / results.length).toFixed(3);
    const root = (epoch: number) => (result: hltm.HltmResult) => result.epochs.at(epoch)!.levels[0]!.correlation;
    const bottom = mean((result) => result.epochs.at(-1)!.levels.at(-1)!.correlation);
    return `${label === '' ? '' : `${label}: `}the root correlates by ${mean(root(0))} with its best unit before training and by ${mean(root(-1))} after, of at most ${mean(({ bound }) => bound)} (Bayes); the lowest latents by ${bottom}, which nothing was told of.`;
  });
}

/** @returns undefined when it was interrupted */
async function train(sweep: readonly hltm.SweepCell[], silent: boolean): Promise<Cell[] | undefined> {
  const progress = createProgress(silent);
  const { shouldStop, release } = listenForStop();
  const work = ({ epochs, samplesPerEpoch, hidden, depth, children }: hltm.HltmSettings): number =>
    (epochs + 0.3) * samplesPerEpoch * (20 + hidden) * children ** depth;
  const total = sweep.flatMap(({ runs }) => runs.map(work)).reduce((a, b) => a + b, 0);
  let done = 0;
  try {
    const cells: Cell[] = [];
    for (const { label, runs } of sweep) {
      const results: hltm.HltmResult[] = [];
      for (const settings of runs) {
        const text = [label || 'training', ...(runs.length > 1 ? [`seed ${settings.seed}`] : [])].join(', ');
        const result = await hltm.trainHltm(settings, {
          onProgress: (share) => progress.update((done + share * work(settings)) / total, text),
          shouldStop,
        });
        if (!result) return undefined;
        results.push(result);
        done += work(settings);
      }
      cells.push({ label, runs, results });
    }
    return cells;
  } finally {
    progress.close();
    release();
  }
}

/** Settings that are drawn one by one. */
const drawn = 4;

function pageOf(cells: readonly Cell[], lead: readonly string[]): TheoryPage {
  const trees: TreeRuns[] = cells.map(({ label, results }) => ({ label: label || 'this network', runs: results }));
  const shown = trees.slice(0, drawn);
  const operators = shown.map(operatorCurves).filter((figure) => figure !== undefined);
  return {
    title: 'The hierarchical latent tree model',
    lead: lead.slice(0, drawn),
    figures: [
      {
        title: 'Correlation by level',
        note: 'Hidden units come to stand for latents; only the root’s units are in the loss.',
        figures: [...shown.map(levelCurves), ...shown.map(levelHeatmap)],
      },
      ...(trees.length > 1
        ? [
            {
              title: 'Setting by setting',
              figures: [rootCurves('The root', trees), settingHeatmap(trees, '', 0), settingHeatmap(trees, '')],
            },
          ]
        : []),
      { title: 'What grows', figures: [...shown.map(selectivityCurves), ...operators] },
    ],
    tables: [
      {
        title: 'Before and after training',
        table: { caption: '|correlation| by level', ...reportTable(cells) },
      },
    ],
    command: typedCommand(),
  };
}

const depthOf = (cells: readonly Cell[]): number => Math.max(...cells.map(({ runs }) => runs[0]!.depth));
const headOf = (cells: readonly Cell[]): string[] => [...treeLevels(depthOf(cells)), 'sum of leaves', 'Bayes'];

function reportTable(cells: readonly Cell[]): { head: string[]; rows: { name: string; cells: string[] }[] } {
  const rows = cellRows(cells, depthOf(cells)).map(([title, ...values]) => ({ name: title!, cells: values }));
  return { head: headOf(cells), rows };
}

function cellsOf(overrides: readonly string[]): hltm.SweepCell[] {
  const sweep = readSettings(hltm.hltmSweepSchema, overrides, name);
  try {
    return hltm.sweepCells(sweep);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function run(overrides: string[], flags: TheoryFlags): Promise<void> {
  const sweep = cellsOf(overrides);
  torch.setNumThreads(1);
  const cells = await train(sweep, flags.json ?? false);
  if (!cells) {
    printError('interrupted; nothing is kept');
    process.exitCode = exitCode.interrupted;
    return;
  }
  const lead = findings(cells);
  if (flags.json) printJson({ cells, findings: lead });
  else print(`${table(['|correlation|', ...headOf(cells)], cellRows(cells, depthOf(cells)))}\n\n${lead.join('\n')}`);
  saveReport(flags, name, renderTheoryPage(pageOf(cells, lead)));
}

export function defineHltm(theory: Command): void {
  theoryCommand(theory, name, hltm.hltmSweepSchema)
    .description(
      'Draws data from a tree of binary latents, trains a ReLU network in its shape by a contrastive loss at the top (Tian, Yu, Chen, Ganguli 2020), and prints how well its hidden units stand for the latents of each level, beside what can be known of the root at all. depth, hidden, polarity.low, temperature and seeds may be lists, as in hidden=[2,5,10]: then every combination is trained. An epoch takes about a second.',
    )
    .action(run);
}
