// The paper's report: verdicts, measured beside reference, the published tables, the paper's pictures.
import { type ClaimsReport, renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import {
  alignmentExperiments,
  alignmentLabel,
  alignmentReference,
  meanPeak,
  meanSurviving,
} from './claims/alignment.js';
import { betaLabel, escapeBasins, escapeBetas, escapeReference } from './claims/basins.js';
import { imageExperiments } from './claims/images.js';
import { figureGroups, found } from './figures/index.js';
import { imageVariantNames } from './images.js';
import { directPred } from './index.js';
import { practiceFigures } from './practice/figures.js';
import { publishedCifar, publishedTables, type Range, toyReference } from './published.js';
import { toyExperiment } from './toy/experiment.js';
import type { ToyMeasures } from './toy/measure.js';
import { variantNames, variants } from './toy/settings.js';

type Section = NonNullable<ClaimsReport['tables']>[number];

export function drawReport(input: ReportInput): PaperReport {
  const { context, outcomes, command, environment } = input;
  const measured = [toyTable(input), escapeTable(input), alignmentTable(input), imageTable(input)].filter(
    (section) => section !== undefined,
  );
  const tables: Section[] = [...measured, ...publishedTables];
  const page = renderClaimsReport({
    title: directPred.title,
    citation: directPred.citation,
    lead: [
      'Two views of an image, a network, a predictor, and a target that no gradient reaches: nothing pushes different images apart, yet nothing collapses. In a linear model each direction of the features is a mode of three numbers, and whether it survives is decided by weight decay, by the speed of the target and by where it starts.',
      'E1 to E16 are the linear model, mode by mode and as whole matrices; E17 a nonlinear toy; E18 real images; P1 and P2 lay the theory over networks in training. A number that misses its threshold is shown as it is. Published accuracies are the paper’s; the toy’s reference is an independent NumPy implementation.',
    ],
    facts: [`seeds ${context.seeds.join(', ')}`, `scale ${context.scale}`],
    claims: claimEntries(directPred.claims, outcomes),
    tables,
    figures: [...practiceFigures(input), ...figureGroups(input)],
    command,
    environment,
  });
  return { page, tables: tables.map(({ table }) => table) };
}

const toyColumns: readonly { title: string; key: keyof ToyMeasures; digits: number }[] = [
  { title: 'accuracy', key: 'accuracy', digits: 3 },
  { title: 'std', key: 'std', digits: 3 },
  { title: 'effective rank', key: 'effectiveRank', digits: 2 },
  { title: 'final loss', key: 'loss', digits: 3 },
  { title: 'alignment', key: 'alignment', digits: 3 },
  { title: 'asymmetry', key: 'asymmetry', digits: 2 },
];

/** Every variant: smallest to largest of the seeds, and below it the same of the reference. */
function toyTable(input: ReportInput): Section | undefined {
  const rows = variantNames.flatMap((name) => {
    const runs = found(
      input,
      input.context.seeds.map((seed) => toyExperiment(variants[name], seed)),
    );
    if (runs.length === 0) return [];
    const { accuracy, std, effectiveRank, loss } = toyReference[name];
    const cells = toyColumns.map(({ key, digits }) =>
      rangeText(
        runs.map((run) => run[key]),
        digits,
      ),
    );
    const reference = [
      rangeText(accuracy, 3),
      rangeText(std, 3),
      rangeText(effectiveRank, 2),
      loss === null ? null : String(loss),
      null,
      null,
    ];
    return [
      { name: variants[name].title, cells },
      { name: '  reference', cells: reference },
    ];
  });
  if (rows.length === 0) return undefined;
  return {
    title: 'The toy, variant by variant',
    note: 'Smallest to largest of the seeds; below each, the same of an independent NumPy implementation with class means and random numbers of its own: the paper has no such experiment. Accuracies depend on the class means and are compared within a row of implementations alone.',
    table: { caption: 'The toy: measured and reference', head: toyColumns.map(({ title }) => title), rows },
  };
}

function escapeTable({ known }: ReportInput): Section | undefined {
  const thresholds = known(escapeBasins.table);
  if (!thresholds) return undefined;
  const text = (p0: number | null | undefined): string => (p0 == null ? 'none' : p0.toFixed(p0 < 1 ? 4 : 2));
  const rows = escapeReference.flatMap(({ eta, p0 }, i) => [
    { name: `η = ${eta}`, cells: escapeBetas.map((_, j) => text(thresholds[i]?.p0[j])) },
    { name: '  reference', cells: p0.map((value) => (value === null ? 'none' : String(value))) },
  ]);
  return {
    title: 'How high a mode has to start',
    note: 'Smallest p0, with s0 = p0², from which a mode escapes; none: none up to 1.5. The reference is an independent implementation’s, on a grid of 0.001.',
    table: { caption: 'Escape thresholds: measured and reference', head: escapeBetas.map(betaLabel), rows },
  };
}

function alignmentTable(input: ReportInput): Section | undefined {
  const results = found(input, alignmentExperiments(input.context.seeds));
  if (results.length === 0) return undefined;
  const rows = alignmentReference.map((row) => {
    const [peak, surviving] = [meanPeak(results, row), meanSurviving(results, row)];
    return {
      name: alignmentLabel(row),
      cells: [Number.isFinite(peak) ? peak.toPrecision(3) : null, String(row.peak), surviving.toFixed(2)],
    };
  });
  return {
    title: 'How far eigenspaces part on the way',
    note: 'Largest ‖[F, Wp]‖ over its start, geometric mean of all starts, beside one seed of an independent implementation; modes with s > 1e-3 at the end, of 10.',
    table: { caption: 'Peak of the commutator', head: ['peak', 'reference', 'surviving modes'], rows },
  };
}

/** Runs of scale paper, beside the published numbers. */
function imageTable(input: ReportInput): Section | undefined {
  if (input.context.scale !== 'paper') return undefined;
  const runs = found(input, imageExperiments(input.context));
  if (runs.length === 0) return undefined;
  const rows = imageVariantNames.map((name) => {
    const own = runs.filter(({ variant }) => variant === name);
    const percent = (values: number[]): string | null =>
      values.length === 0
        ? null
        : rangeText(
            values.map((value) => 100 * value),
            2,
          );
    return {
      name,
      cells: [percent(own.map(({ best }) => best)), percent(own.map(({ last }) => last)), publishedCifar[name] ?? null],
    };
  });
  return {
    title: 'CIFAR-10, 100 epochs',
    table: { caption: 'Linear accuracy on CIFAR-10, %', head: ['best of 50 epochs', 'last epoch', 'published'], rows },
  };
}

function rangeText(values: readonly number[] | Range, digits: number): string | null {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)].map((value) => String(Number(value.toFixed(digits))));
  return low === high ? low! : `${low} to ${high}`;
}
