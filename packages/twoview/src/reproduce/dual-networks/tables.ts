// Tables of what was measured of the latent tree model, beside the reference.
import type { ReportTable } from '../../report/index.js';
import { treeLevels } from '../../report/index.js';
import type { hltm } from '../../theory/index.js';
import type { ReportInput } from '../claim.js';
import { mean } from '../statistics.js';
import { groupExperiments, spread } from './claims/hltm-claim.js';
import { deepGroups, deepName, type RunGroup, smallGroups, smallName, watchedGroup } from './hltm/groups.js';
import { lows, widths } from './hltm/settings.js';
import {
  batchNormVariants,
  operatorReference,
  type ReferenceLevels,
  type ReferenceRuns,
  reference,
  smallReference,
} from './published.js';

export interface TitledTable {
  title: string;
  note: string;
  table: ReportTable;
}

/** The finished runs of a group. */
export function knownRuns({ known, context }: ReportInput, group: RunGroup): hltm.HltmResult[] {
  return groupExperiments(group, context).flatMap((experiment) => known(experiment) ?? []);
}

/** `.834 ± .063`. */
function measuredText(values: readonly number[]): string {
  const { mean: centre, deviation } = spread(values);
  return values.length > 1 ? `${centre.toFixed(3)} ± ${deviation.toFixed(3)}` : centre.toFixed(3);
}

/** Rows of a group: measured, and below each the reference. */
function levelRows(runs: readonly hltm.HltmResult[], label: string, published: ReferenceRuns): ReportTable['rows'] {
  const at = (epoch: number, level: number): number[] =>
    runs.map(({ epochs }) => epochs[epoch]!.levels[level]!.correlation);
  return published.rows.flatMap(({ epoch, levels, rootDeviation }, i) => [
    {
      name: `${label}, epoch ${epoch}`,
      cells: [
        ...levels.map((_, level) => measuredText(at(epoch, level))),
        i === 0 ? measuredText(runs.map(({ bound }) => bound)) : null,
      ],
    },
    {
      name: '  reference',
      cells: [
        ...levels.map((value, level) =>
          level === 0 && rootDeviation !== undefined
            ? `${value.toFixed(3)} ± ${rootDeviation.toFixed(3)}`
            : value.toFixed(3),
        ),
        i === 0 ? published.bound.toFixed(3) : null,
      ],
    },
  ]);
}

const referenceOf = (rows: readonly ReferenceRuns[], low: number, width: number): ReferenceRuns =>
  rows.find((row) => row.low === low && row.width === width)!;

const explained =
  'Best |correlation| of each latent with the pre-activations of its units, averaged over the latents of a level; mean and standard deviation over seeds. Below each row the same of an independent NumPy implementation with other trees and random numbers: not the paper’s numbers. Bayes: what no function of the leaves can exceed at the root.';

function correlationTable(caption: string, depth: number, rows: ReportTable['rows']): TitledTable | undefined {
  if (rows.length === 0) return undefined;
  const table = { caption, head: [...treeLevels(depth), 'Bayes'], rows };
  return { title: caption, note: explained, table };
}

function deepTable(input: ReportInput): TitledTable | undefined {
  const rows = lows.flatMap((low) =>
    widths.flatMap((width) => {
      const runs = knownRuns(input, deepGroups[deepName(low, width)]!);
      return runs.length === 0 ? [] : levelRows(runs, `≥ ${low}, ${width} units`, referenceOf(reference, low, width));
    }),
  );
  return correlationTable('Correlation by level, depth 5', 5, rows);
}

function smallTable(input: ReportInput): TitledTable | undefined {
  const rows = [2, 10].flatMap((width) => {
    const runs = knownRuns(input, smallGroups[smallName(width)]!);
    return runs.length === 0 ? [] : levelRows(runs, `≥ 0.8, ${width} units`, referenceOf(smallReference, 0.8, width));
  });
  return correlationTable('Correlation by level, depth 3', 3, rows);
}

const norms = (values: readonly number[]): string[] => values.map((value) => String(Number(value.toPrecision(3))));

function operatorTable(input: ReportInput): TitledTable | undefined {
  const runs = knownRuns(input, watchedGroup);
  if (runs.length === 0) return undefined;
  const rows = operatorReference.flatMap(({ epoch, levels }: ReferenceLevels) => [
    {
      name: `epoch ${epoch}`,
      cells: norms(levels.map((_, level) => mean(runs.map(({ epochs }) => epochs[epoch]!.covariance![level]!)))),
    },
    { name: '  reference', cells: norms(levels) },
  ]);
  return {
    title: 'The covariance operator by level',
    note: 'Frobenius norm of a latent’s own block, averaged over the level, mean of seeds; |polarity| from .8, 10 units. Below each row an independent NumPy implementation.',
    table: { caption: 'Norm of the covariance operator', head: treeLevels(5), rows },
  };
}

const batchNormTable: TitledTable = {
  title: 'BYOL without the whole of BatchNorm',
  note: 'Linear evaluation in %, from comments in the authors’ public program: one run each, the data set not named (presumably STL-10). “Detached”: the statistic is used, without gradient through it. Published, not measured here.',
  table: {
    caption: 'Published: BYOL with BatchNorm replaced',
    head: ['epoch 40', 'epoch 90'],
    rows: batchNormVariants.map(({ name, epoch40, epoch90 }) => ({
      name,
      cells: [epoch40.toFixed(2), epoch90.toFixed(2)],
    })),
  },
};

export function treeTables(input: ReportInput): TitledTable[] {
  return [deepTable(input), smallTable(input), operatorTable(input), batchNormTable].filter(
    (table) => table !== undefined,
  );
}
