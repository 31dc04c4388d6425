// Figures of the report, in groups; a group without a finished run is left out.
import {
  type FigureGroup,
  type HeatmapFigure,
  type LineSeries,
  type LinesFigure,
  type ScatterFigure,
  seriesColor,
} from '../../report/index.js';
import type { ReportInput } from '../claim.js';
import { mean } from '../statistics.js';
import { imageRuns, type Measured, toyRuns } from './known.js';

const scatter = (caption: string, groups: ScatterFigure['groups']): ScatterFigure[] =>
  groups.length === 0
    ? []
    : [
        {
          kind: 'scatter',
          title: 'Relative divergence and robust accuracy',
          caption,
          xLabel: 'DIV_rel of PGD-20 images',
          yLabel: 'accuracy under PGD-20',
          groups,
        },
      ];

/** Divergences at the radius of training. */
const nominal = 8;
const at = ({ robustness }: Measured, radius: number) => robustness.byRadius.find((one) => one.radius === radius);

function toyScatter(input: ReportInput): ScatterFigure[] {
  const groups = toyRuns(input).map(({ name, runs }, i) => ({
    label: name,
    color: seriesColor(i),
    points: runs.map(({ attacked, robust }) => ({ x: attacked.relative, y: robust })),
  }));
  return scatter('The toy, one point a run: the smaller the divergence, the more survives.', groups);
}

function imageScatter(input: ReportInput): ScatterFigure[] {
  const groups = imageRuns(input).map(({ name, runs }, i) => ({
    label: name,
    color: `var(--class-${i + 1})`,
    points: runs.map((run) => ({
      x: at(run, nominal)?.cosine.relative ?? Number.NaN,
      y: run.robustness.pgd[20] ?? Number.NaN,
    })),
  }));
  return scatter('CIFAR-10, one point a run, at radius 8/255.', groups);
}

/** The sanity check’s radius would squeeze the others together. */
const widest = 16;

/** Means of seeds over the radius, with the range of the seeds as a band. */
function radiusFigure(
  input: ReportInput,
  text: Pick<LinesFigure, 'title' | 'caption' | 'yLabel'>,
  of: (measures: Measured['robustness']['byRadius'][number]) => number,
  without: (run: Measured) => number,
): LinesFigure[] {
  const series = imageRuns(input).map(({ name, runs }, i): LineSeries => {
    const radii = runs[0]!.robustness.byRadius.map(({ radius }) => radius).filter((radius) => radius <= widest);
    const points = [0, ...radii].map((radius) => {
      const found = runs.map((run) => {
        const measures = at(run, radius);
        return radius === 0 ? without(run) : measures ? of(measures) : Number.NaN;
      });
      const band = found.length > 1 ? { low: Math.min(...found), high: Math.max(...found) } : {};
      return { x: radius, y: mean(found), ...band };
    });
    return { label: name, color: `var(--class-${i + 1})`, points };
  });
  if (series.length === 0) return [];
  return [{ kind: 'lines', ...text, xLabel: 'radius of the attack, 1/255', series, yDomain: [0, 0.5] }];
}

const radiusFigures = (input: ReportInput): LinesFigure[] => [
  ...radiusFigure(
    input,
    {
      title: 'Accuracy by radius',
      caption: 'Under PGD-20 in steps of a quarter of the radius; bands span the seeds.',
      yLabel: 'accuracy',
    },
    ({ accuracy }) => accuracy,
    ({ robustness }) => robustness.natural,
  ),
  ...radiusFigure(
    input,
    {
      title: 'Relative divergence by radius',
      caption: 'Of the same images, by cosine distance; at 0 that of test images among themselves.',
      yLabel: 'DIV_rel',
    },
    ({ cosine }) => cosine.relative,
    ({ robustness }) => robustness.benign.cosine.relative,
  ),
];

const keptFigure = (
  title: string,
  rows: readonly { name: string; positives: number; negatives: number }[],
): HeatmapFigure[] =>
  rows.length === 0
    ? []
    : [
        {
          kind: 'heatmap',
          title,
          caption:
            'Share of all pairs of one class, and of two, that the selection contrasts; means of seeds over the last three epochs.',
          xLabel: 'pairs',
          yLabel: 'method',
          values: rows.map(({ positives, negatives }) => [positives, negatives]),
          columns: ['positives', 'negatives'],
          rows: rows.map(({ name }) => name),
          colors: 'sequential',
          domain: [0, 1],
          valueLabel: 'share kept',
          numbers: true,
        },
      ];

function keptFigures(input: ReportInput): HeatmapFigure[] {
  const share = (runs: readonly { kept: { positives: number; negatives: number } | null }[]) => ({
    positives: mean(runs.map(({ kept }) => kept?.positives ?? Number.NaN)),
    negatives: mean(runs.map(({ kept }) => kept?.negatives ?? Number.NaN)),
  });
  const known = ({ positives }: { positives: number }): boolean => !Number.isNaN(positives);
  const rows = <R extends Parameters<typeof share>[0][number]>(
    found: readonly { name: string; runs: readonly R[] }[],
  ) => found.map(({ name, runs }) => ({ name, ...share(runs) })).filter(known);
  const contrasted = imageRuns(input).filter(({ name }) => !['natural', 'ADV', 'VAT only'].includes(name));
  return [
    ...keptFigure('Pairs that are kept: the toy', rows(toyRuns(input))),
    ...keptFigure('Pairs that are kept: images', rows(contrasted)),
  ];
}

export function figureGroups(input: ReportInput): FigureGroup[] {
  const groups: FigureGroup[] = [
    {
      title: 'What robustness goes with',
      note: 'DIV_rel is the mean distance of an attacked latent from benign ones of its own class, in units of that from other classes.',
      figures: [...toyScatter(input), ...imageScatter(input)],
    },
    {
      title: 'Stronger attacks',
      note: 'Radius 0 is no attack; training was at 8/255.',
      figures: radiusFigures(input),
    },
    {
      title: 'Which pairs are used',
      note: 'Leaked-LS contrasts only latents that the network takes for one class. The paper reports 42.8 % of positives and 6.3 % of negatives.',
      figures: keptFigures(input),
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}
