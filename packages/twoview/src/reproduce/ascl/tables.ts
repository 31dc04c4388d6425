// Tables of the report: the toy beside its reference, the image runs, and what the authors say.
import type { ReportTable } from '../../report/index.js';
import type { ReportInput } from '../claim.js';
import { imageRuns, type Measured, toyRuns } from './known.js';
import { publishedTable, toyReference } from './published.js';
import type { ToyMeasures } from './toy/index.js';

/** A table with its heading. */
interface Titled {
  title: string;
  note: string;
  table: ReportTable;
}

interface Column<R> {
  title: string;
  digits: number;
  of: (run: R) => number;
}

/** Values seed by seed, as in `0.571 / 0.559 / 0.605`; NaN is left out. */
function bySeed(values: readonly number[], digits: number): string | null {
  const shown = values.filter((value) => !Number.isNaN(value)).map((value) => String(Number(value.toFixed(digits))));
  if (shown.length === 0) return null;
  return new Set(shown).size === 1 ? shown[0]! : shown.join(' / ');
}

const toyColumns: readonly Column<ToyMeasures>[] = [
  { title: 'natural', digits: 3, of: ({ natural }) => natural },
  { title: 'PGD-20', digits: 3, of: ({ robust }) => robust },
  { title: 'DIV_rel', digits: 3, of: ({ attacked }) => attacked.relative },
  { title: 'D+_abs', digits: 2, of: ({ attacked }) => attacked.intra },
  { title: 'D-_abs', digits: 2, of: ({ attacked }) => attacked.inter },
  { title: 'benign DIV_rel', digits: 3, of: ({ benign }) => benign.relative },
  { title: 'positives kept', digits: 3, of: ({ kept }) => kept?.positives ?? Number.NaN },
  { title: 'negatives kept', digits: 3, of: ({ kept }) => kept?.negatives ?? Number.NaN },
];

function toyTable(input: ReportInput): Titled[] {
  const rows = toyRuns(input).flatMap(({ name, runs }) => {
    const { natural, robust, relative, intra, inter } = toyReference[name];
    return [
      { name, cells: toyColumns.map(({ digits, of }) => bySeed(runs.map(of), digits)) },
      { name: '  reference', cells: [natural, robust, relative, intra, inter, null, null, null] },
    ];
  });
  if (rows.length === 0) return [];
  return [
    {
      title: 'The toy, method by method',
      note: 'Seed by seed; below each, the same of an independent PyTorch implementation with other random numbers and other templates, for seeds 0, 1 and 2. Divergences are of latents of PGD-20 and benign test images, by cosine distance; those in the column “benign” of test images among themselves.',
      table: { caption: 'Measured and reference', head: toyColumns.map(({ title }) => title), rows },
    },
  ];
}

const percent = (of: (run: Measured) => number) => (run: Measured) => 100 * of(run);

/** At the radius of training. */
const nominal = 8;
const at = ({ robustness }: Measured, radius = nominal) => robustness.byRadius.find((one) => one.radius === radius);

const imageColumns = (long: number): readonly Column<Measured>[] => [
  { title: 'natural, %', digits: 1, of: percent(({ robustness }) => robustness.natural) },
  { title: 'PGD-20, %', digits: 1, of: percent(({ robustness }) => robustness.pgd[20] ?? Number.NaN) },
  { title: `PGD-${long}, %`, digits: 1, of: percent(({ robustness }) => robustness.pgd[long] ?? Number.NaN) },
  { title: 'DIV_rel', digits: 3, of: (run) => at(run)?.cosine.relative ?? Number.NaN },
  { title: 'D+_abs', digits: 3, of: (run) => at(run)?.cosine.intra ?? Number.NaN },
  { title: 'D-_abs', digits: 3, of: (run) => at(run)?.cosine.inter ?? Number.NaN },
  { title: 'DIV_rel by L2', digits: 3, of: (run) => at(run)?.l2.relative ?? Number.NaN },
  { title: 'benign DIV_rel', digits: 3, of: ({ robustness }) => robustness.benign.cosine.relative },
  { title: 'positives kept, %', digits: 1, of: percent(({ kept }) => kept.positives) },
  { title: 'negatives kept, %', digits: 1, of: percent(({ kept }) => kept.negatives) },
  { title: 'minutes', digits: 1, of: ({ minutes }) => minutes },
];

function imageTable(input: ReportInput): Titled[] {
  const found = imageRuns(input);
  const [first] = found;
  if (!first) return [];
  const { dataset, trainImages, testImages } = first.runs[0]!;
  const columns = imageColumns(input.context.scale === 'paper' ? 200 : 100);
  return [
    {
      title: 'Images, method by method',
      note: `Trained on ${trainImages} images of ${dataset}, tested on ${testImages}; seed by seed, one number where there is one seed. Divergences are of PGD-20 images at radius ${nominal}/255, by cosine distance unless it says otherwise. Shares that are kept are those of pairs in the last three epochs, as the selection would have them where nothing is contrasted. Minutes are those of training.`,
      table: {
        caption: `Measured on ${dataset}`,
        head: columns.map(({ title }) => title),
        rows: found.map(({ name, runs }) => ({
          name,
          cells: columns.map(({ digits, of }) => bySeed(runs.map(of), digits)),
        })),
      },
    },
  ];
}

export function reportTables(input: ReportInput): Titled[] {
  return [
    ...toyTable(input),
    ...imageTable(input),
    {
      title: 'What the authors report',
      note: 'From their program: its read-me, and a comment in it. The abstract adds 2.6 points over the best of its time (first version; later “comparable”), and 1.4 points of selection over all pairs with 42.8 % of the positives and 6.3 % of the negatives. Their epoch is the best on test images.',
      table: publishedTable,
    },
  ];
}
