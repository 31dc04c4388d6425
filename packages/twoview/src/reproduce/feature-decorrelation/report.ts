// The paper's report: verdicts, the toy's table beside the reference, and the pictures of collapse.
import { type ClaimsReport, type ReportTable, renderClaimsReport } from '../../report/index.js';
import type { PaperReport, ReportInput } from '../claim.js';
import { claimEntries } from '../entries.js';
import type { Experiment } from '../experiment.js';
import { mean } from '../statistics.js';
import { plane } from './claims/collapse.js';
import { imageExperiments } from './claims/images.js';
import { normalized } from './claims/utility.js';
import type { ImageMeasures } from './images/run.js';
import { comparisonRecipe, type ImageVariantName, imageVariants } from './images/settings.js';
import { featureDecorrelation } from './index.js';
import { type Range, type ReferenceRow, reference } from './published.js';
import { toyExperiment } from './toy/experiment.js';
import type { ToyMeasures } from './toy/measure.js';
import { type ToyVariant, type VariantName, variants } from './toy/settings.js';

/** Fixed groups are drawn as lines, shuffled ones dashed in the same colour. */
const colors: Readonly<Record<string, string>> = {
  none: 'var(--muted)',
  BN: 'var(--class-4)',
  'DBN G=8': 'var(--class-2)',
  'DBN G=4': 'var(--class-3)',
  'DBN G=2': 'var(--class-1)',
  'DBN G=1': 'var(--class-5)',
  'Shuffled G=8': 'var(--class-7)',
  'Shuffled G=4': 'var(--class-9)',
  'Shuffled G=2': 'var(--class-10)',
};
const names = Object.keys(variants) as VariantName[];
const drawn = names.filter((name) => name in colors);

export function drawReport(input: ReportInput): PaperReport {
  const { outcomes, command, environment } = input;
  const table = toyTable(input);
  const images = imageTable(input);
  const planes = planePanels(input);
  const spectra = spectraOf(input);
  const scatter = scatterOf(input);
  const report: ClaimsReport = {
    title: featureDecorrelation.title,
    citation: featureDecorrelation.citation,
    lead: [
      'Two views of an image should get the same embedding. What the last layer standardises decides what that leads to: nothing, and all embeddings become one point; every axis by itself (BN), and all axes carry one number; the covariance (DBN), and the axes stay apart. Whitening in groups leaves copies between the groups, unless the groups are shuffled in every step.',
      'E1 to E13 are measured on a toy of eight classes in 32 dimensions, in float64; R1 to R6 on images. A number that misses its threshold is shown as it is.',
    ],
    facts: [`seeds ${input.context.seeds.join(', ')}`, `scale ${input.context.scale}`],
    claims: claimEntries(featureDecorrelation.claims, outcomes),
    tables: [table, images].filter((one) => one !== undefined),
    ...(planes.length > 0
      ? {
          planes: {
            title: 'What collapse looks like',
            note: 'Embeddings of D = 2 axes, one colour a class, all on one scale: a point without a normalizer, a line with batch normalisation, a cloud with whitening.',
            panels: planes,
          },
        }
      : {}),
    ...(spectra.length > 0
      ? {
          spectra: {
            title: 'Eigenvalues of the covariance of z',
            caption:
              'First seed, absolute. Without a normalizer all are next to nothing; BN leaves one direction, G groups of g axes leave g; shuffling fills the rest.',
            series: spectra,
          },
        }
      : {}),
    ...(scatter.length > 0
      ? {
          scatters: [
            {
              title: 'Correlation and accuracy',
              caption:
                'One point a run. Less correlation between axes goes with better classification, without labels.',
              xLabel: 'mean |correlation| of two axes of z',
              yLabel: 'accuracy of the probe on z',
              groups: scatter,
            },
          ],
        }
      : {}),
    command,
    environment,
  };
  return { page: renderClaimsReport(report), tables: (report.tables ?? []).map(({ table: one }) => one) };
}

/** The finished runs of a variant, by seed. */
function runsOf({ known, context }: ReportInput, name: string, variant: ToyVariant): ToyMeasures[] {
  return context.seeds.flatMap((seed) => {
    const experiment: Experiment<ToyMeasures> = toyExperiment(name, variant, seed);
    return known(experiment) ?? [];
  });
}

const columns: readonly { title: string; key: keyof ReferenceRow; digits: number }[] = [
  { title: 'loss', key: 'loss', digits: 3 },
  { title: 'std', key: 'std', digits: 4 },
  { title: 'norm. std', key: 'normalizedStd', digits: 3 },
  { title: '|corr|', key: 'correlation', digits: 3 },
  { title: 'RankMe', key: 'rankMe', digits: 1 },
  { title: 'PR', key: 'participationRatio', digits: 2 },
  { title: 'probe z', key: 'probeZ', digits: 3 },
  { title: 'probe h', key: 'probeH', digits: 3 },
];

/** Every setting: measured mean and range, and below it the reference's range. */
function toyTable(input: ReportInput): { title: string; note: string; table: ReportTable } | undefined {
  const rows = names.flatMap((name) => {
    const runs = runsOf(input, name, variants[name]);
    if (runs.length === 0) return [];
    const published = reference[name];
    const measured = columns.map(({ key, digits }) =>
      published?.[key] === null
        ? null
        : rangeText(
            runs.map((run) => run[key]),
            digits,
          ),
    );
    const row = { name, cells: measured };
    if (!published) return [row];
    const cells = columns.map(({ key, digits }) => {
      const range = published[key];
      return range === null ? null : rangeText(range, digits);
    });
    return [row, { name: '  reference', cells }];
  });
  if (rows.length === 0) return undefined;
  return {
    title: 'The toy, setting by setting',
    note: 'Smallest to largest of the seeds; below each, the same of an independent NumPy implementation with other random numbers. Correlations and ranks of what has collapsed to a point are rounding, and left out. Norm. std: of embeddings of length one, times √D. |corr|: mean |correlation| of two axes. PR: participation ratio.',
    table: { caption: 'Measured and reference', head: columns.map(({ title }) => title), rows },
  };
}

function rangeText(values: readonly number[] | Range, digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => shortest(value, digits));
  return low === high ? low! : `${low}–${high}`;
}

/** Smaller numbers are what float64 leaves of a zero. */
const rounding = 1e-12;

function shortest(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < rounding) return '0';
  if (value !== 0 && Math.abs(value) < 10 ** -digits) return value.toExponential(0);
  return String(Number(value.toFixed(digits)));
}

const imageColumns: readonly { title: string; digits: number; of: (run: ImageMeasures) => number }[] = [
  { title: 'kNN of h, %', digits: 1, of: ({ knn }) => 100 * knn },
  { title: 'linear of h, %', digits: 2, of: ({ linear }) => 100 * linear },
  { title: 'std', digits: 4, of: ({ std }) => std },
  { title: 'normalised std', digits: 3, of: (run) => run.normalizedStd },
  { title: '|correlation|', digits: 3, of: ({ correlation }) => correlation },
  { title: 'participation', digits: 2, of: (run) => run.participationRatio },
];

/** The image runs of this scale, where there are any. */
function imageTable(input: ReportInput): { title: string; note: string; table: ReportTable } | undefined {
  const recipe = comparisonRecipe(input.context);
  const found = Object.keys(imageVariants(recipe)).flatMap((name) => {
    const experiments = imageExperiments(name as ImageVariantName, recipe, input.context);
    const runs = experiments.flatMap((experiment) => input.known(experiment) ?? []);
    return runs.length === 0 ? [] : [{ name, runs }];
  });
  const [first] = found;
  if (!first) return undefined;
  const { dataset, trainImages, testImages } = first.runs[0]!;
  const rows = found.map(({ name, runs }) => ({
    name,
    cells: imageColumns.map(({ digits, of }) => {
      const values = runs.map(of).filter((value) => !Number.isNaN(value));
      return values.length === 0 ? null : rangeText(values, digits);
    }),
  }));
  return {
    title: 'Images, setting by setting',
    note: `Trained on ${trainImages} images of ${dataset}; smallest to largest of the seeds. kNN with k = 200 on the features of ${testImages} test images; the other columns are of their standardised projections, D = ${recipe.dimension}, ${recipe.groups} groups.`,
    table: { caption: `Measured on ${dataset}`, head: imageColumns.map(({ title }) => title), rows },
  };
}

function planePanels(input: ReportInput): NonNullable<ClaimsReport['planes']>['panels'] {
  const captions: Readonly<Record<string, string>> = {
    'none, D=2': 'Complete collapse: 600 embeddings on one point.',
    'BN, D=2': 'Dimensional collapse: both axes carry one number, up to its sign.',
    'DBN, D=2': 'Decorrelated: two axes in use, and classes in places of their own.',
  };
  return Object.entries(plane).flatMap(([name, variant]) => {
    const [first] = runsOf(input, name, variant);
    if (!first || first.points.length === 0) return [];
    return [{ title: name.replace(', D=2', ''), caption: captions[name] ?? '', points: first.points }];
  });
}

function spectraOf(input: ReportInput): NonNullable<ClaimsReport['spectra']>['series'] {
  return drawn.flatMap((name) => {
    const [first] = runsOf(input, name, variants[name]);
    if (!first || first.spectrum.length === 0) return [];
    return [{ label: name, color: colors[name]!, dashed: name.startsWith('Shuffled'), values: first.spectrum }];
  });
}

function scatterOf(input: ReportInput): NonNullable<ClaimsReport['scatters']>[number]['groups'] {
  return normalized.flatMap((name) => {
    const runs = runsOf(input, name, variants[name]);
    if (runs.length === 0) return [];
    const points = runs.map(({ correlation, probeZ }) => ({ x: correlation, y: probeZ }));
    return [{ label: `${name} (${mean(points.map(({ y }) => y)).toFixed(3)})`, color: colors[name]!, points }];
  });
}
