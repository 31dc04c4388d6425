// Tables of what was measured, beside the independent implementation where it has the number.
import type { ReportTable } from '../../report/index.js';
import type { Growth } from '../../theory/decoupling/index.js';
import type { ReportInput } from '../claim.js';
import { armExperiment, type Measure, measureAt } from './claims/arm-claim.js';
import { imageExperiments } from './claims/images.js';
import { kindNames, rateKinds } from './claims/phases.js';
import { type ImageArm, imageArms } from './images/settings.js';
import { type Arm, armSeeds, arms } from './toy/arms.js';
import { momentExperiment, type RunMeasures, rateExperiment } from './toy/experiments.js';
import { type Range, type ReferenceRow, reference, referenceRates } from './toy/reference.js';

export interface TitledTable {
  title: string;
  note: string;
  table: ReportTable;
}

/** Those that have a row. */
export function reportTables(input: ReportInput): TitledTable[] {
  return [armTable(input), phaseTable(input), growthTable(input), imageTable(input)].filter(
    ({ table }) => table.rows.length > 0,
  );
}

/** The finished runs of an arm, by seed. */
export function runsOf({ known, context }: ReportInput, arm: Arm): RunMeasures[] {
  return armSeeds(arm, context.seeds).flatMap((seed) => known(armExperiment(arm, seed)) ?? []);
}

const columns: readonly { title: string; key: keyof ReferenceRow; digits: number }[] = [
  { title: 'loss', key: 'loss', digits: 2 },
  { title: 'frac_M', key: 'fracM', digits: 2 },
  { title: 'maxcos', key: 'medianMaxcos', digits: 2 },
  { title: 'pure', key: 'pure', digits: 2 },
  { title: 'coverage', key: 'coverage', digits: 2 },
  { title: 'c_noise', key: 'noiseCosine', digits: 2 },
  { title: 'c_sig', key: 'signalCosine', digits: 2 },
  { title: 'act', key: 'active', digits: 2 },
  { title: 'R²', key: 'r2', digits: 2 },
  { title: 'acc', key: 'accuracy', digits: 2 },
  { title: 'kNN', key: 'knn', digits: 2 },
];

const armNames = Object.keys(arms) as Arm[];
const head = columns.map(({ title }) => title);

/** Smallest to largest of several seeds. */
export function rangeText(values: readonly number[] | Range, digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) =>
    Number.isFinite(value) ? String(Number(value.toFixed(digits))) : String(value),
  );
  return low === high ? low! : `${low}–${high}`;
}

const cellsOf = (runs: readonly RunMeasures[], moment?: 'start' | 'T1' | 'T2' | 'end'): string[] =>
  columns.map(({ key, digits }) =>
    rangeText(
      runs.map((run) => measureAt(run, key satisfies Measure, moment)),
      digits,
    ),
  );

function armTable(input: ReportInput): TitledTable {
  const rows = armNames.flatMap((arm) => {
    const runs = runsOf(input, arm);
    if (runs.length === 0) return [];
    const published = reference[arm];
    return [
      { name: arm, cells: cellsOf(runs) },
      { name: '  reference', cells: columns.map(({ key, digits }) => rangeText(published[key], digits)) },
    ];
  });
  return {
    title: 'The sparse coding model, arm by arm',
    note: 'At the end of training, smallest to largest of the seeds; below each, the same of an independent NumPy implementation with other random numbers. They are not the paper’s: it publishes no numbers that can be compared. maxcos: median over neurons of the largest cosine with an atom. c_noise, c_sig: cosine of f(x) with f of the noise, of the signal alone. act: share of active neurons. R² and acc: ridge regression; kNN of 10.',
    table: { caption: 'Measured and reference', head, rows },
  };
}

const moments = {
  start: 'at the start',
  T1: 'end of Phase I',
  T2: 'end of Phase II',
  end: 'end of Phase III',
} as const;

function phaseTable(input: ReportInput): TitledTable {
  const rows = (['RandomMask + bias', 'no mask + bias'] as const).flatMap((arm) => {
    const runs = runsOf(input, arm);
    if (runs.length === 0) return [];
    return (Object.keys(moments) as (keyof typeof moments)[]).map((moment) => ({
      name: `${arm}, ${moments[moment]}`,
      cells: cellsOf(runs, moment),
    }));
  });
  return {
    title: 'Phase by phase',
    note: 'Smallest to largest of the seeds. Phase I ends when all weight vectors have doubled, Phase II when their median has grown thirtyfold since; the thresholds are frozen then.',
    table: { caption: 'Phase by phase', head, rows },
  };
}

function growthTable({ known, context }: ReportInput): TitledTable {
  const seed = context.seeds[0]!;
  const pair = ({ signal, noise }: Growth): string[] => [signal, noise].map((value) => value.toFixed(4));
  const identities = (['complementary', 'none', 'independent'] as const).flatMap((kind) => {
    const found = known(momentExperiment(kind, seed));
    if (!found) return [];
    return [{ name: `K, ${kindNames[kind]}`, cells: [...pair(found.measured), ...pair(found.expected), null, null] }];
  });
  const rates = rateKinds.flatMap((kind) => {
    const found = known(rateExperiment(kind, seed));
    if (!found) return [];
    const cells = [found.measured, found.predicted, referenceRates[kind]].flatMap(pair);
    return [{ name: `Phase I, ${kindNames[kind]}`, cells }];
  });
  return {
    title: 'Phase I, in closed form and measured',
    note: 'K = E[x⁺ x⁺⁺ᵀ], mean eigenvalue within the atoms’ span and across it, from 60,000 samples; and slopes of ln ‖W M‖ and ln ‖W M⊥‖ a step, divided by the learning rate, over 60 steps. Reference: an independent NumPy implementation.',
    table: {
      caption: 'Growth of signal and noise',
      head: ['signal', 'noise', 'theory: signal', 'theory: noise', 'reference: signal', 'reference: noise'],
      rows: [...identities, ...rates],
    },
  };
}

function imageTable(input: ReportInput): TitledTable {
  const found = (Object.keys(imageArms) as ImageArm[]).flatMap((arm) => {
    const runs = imageExperiments(arm, input.context).flatMap((experiment) => input.known(experiment) ?? []);
    return runs.length === 0 ? [] : [{ arm, runs }];
  });
  const first = found[0]?.runs[0];
  const rows = found.map(({ arm, runs }) => ({
    name: arm,
    cells: [
      ...(['linear', 'knn'] as const).map((key) =>
        rangeText(
          runs.map((run) => 100 * run[key]),
          1,
        ),
      ),
      ...(['color', 'colorZ', 'active', 'kurtosis', 'loss'] as const).map((key) =>
        rangeText(
          runs.map((run) => run[key]),
          3,
        ),
      ),
    ],
  }));
  return {
    title: 'Images, augmentation by augmentation',
    note: `SimCLR with a ConvNet of 16 to 128 channels, trained on ${first?.trainImages} images of ${first?.dataset}, measured on ${first?.testImages} test images; smallest to largest of the seeds. colour R²: of an image’s mean red, green and blue, by ridge regression on h, and on the projection z. active: share of h above 0. kurtosis: of a unit of h over images. loss: of the last epoch.`,
    table: {
      caption: `Measured on ${first?.dataset}`,
      head: ['linear, %', 'kNN, %', 'colour R²', 'of z', 'active', 'kurtosis', 'loss'],
      rows,
    },
  };
}
