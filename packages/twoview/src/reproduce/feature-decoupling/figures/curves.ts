// Curves over training: sparse and dense features through the phases, and Phase I beside its theory.
import { type LineSeries, type LinesFigure, seriesColor } from '../../../report/index.js';
import type { CurvePoint, Growth, PhaseOneRates } from '../../../theory/decoupling/index.js';
import type { ReportInput } from '../../claim.js';
import { kindNames, rateKinds } from '../claims/phases.js';
import { runsOf } from '../tables.js';
import { rateExperiment } from '../toy/experiments.js';

const compared = {
  'RandomMask + bias': seriesColor(0),
  'no mask + bias': seriesColor(1),
  'independent masks + bias': seriesColor(2),
} as const;

const measures: readonly { key: keyof CurvePoint & string; title: string; yLabel: string; caption: string }[] = [
  {
    key: 'fracM',
    title: 'Share of the weights in the span of the atoms',
    yLabel: 'frac_M',
    caption: 'Without masks it rises too, as soon as there are thresholds, and is lost again while the loss falls.',
  },
  {
    key: 'medianMaxcos',
    title: 'Largest cosine with an atom',
    yLabel: 'median over neurons',
    caption: 'One is a neuron that is an atom.',
  },
  {
    key: 'coverage',
    title: 'Atoms that some neuron has learnt',
    yLabel: 'coverage',
    caption: 'Share of atoms that are the largest of a neuron with a cosine above 0.7.',
  },
  {
    key: 'loss',
    title: 'Contrastive loss',
    yLabel: 'loss of a batch',
    caption: 'ln B = 6.24 by chance. Noise that both views share is told apart perfectly.',
  },
];

export function phaseCurves(input: ReportInput): LinesFigure[] {
  const runs = Object.entries(compared).flatMap(([arm, color]) => {
    const [run] = runsOf(input, arm as keyof typeof compared);
    return run ? [{ arm, color, run }] : [];
  });
  const first = runs[0];
  if (!first) return [];
  const { t1, t2 } = first.run;
  const rules = [
    { step: t1, label: 'T1' },
    { step: t2, label: 'T2' },
  ].flatMap(({ step, label }) => (step === null ? [] : [{ axis: 'x' as const, value: step, label }]));
  return measures.map(({ key, title, yLabel, caption }) => ({
    kind: 'lines',
    title,
    caption,
    xLabel: 'step',
    yLabel,
    yDomain: [0, key === 'loss' ? 6.5 : 1],
    rules,
    series: runs.map(
      ({ arm, color, run }): LineSeries => ({
        label: arm,
        color,
        points: run.curve.map((point) => ({ x: point.step, y: Number(point[key]) })),
      }),
    ),
  }));
}

export function phaseOneFigures({ known, context }: ReportInput): LinesFigure[] {
  return rateKinds.flatMap((kind): LinesFigure[] => {
    const found = known(rateExperiment(kind, context.seeds[0]!));
    if (!found) return [];
    return [
      {
        kind: 'lines',
        title: `Growth without thresholds: ${kindNames[kind]}`,
        caption: 'Lines: measured. Dashed: ln(1 + η (r − λ)) a step, with r from the exact K.',
        xLabel: 'step',
        yLabel: 'growth of ln ‖·‖_F',
        series: [
          ...growthSeries(found, 'signal', 'W M, signal', seriesColor(0)),
          ...growthSeries(found, 'noise', 'W M⊥, noise', seriesColor(1)),
        ],
      },
    ];
  });
}

/** eta of the measurement. */
const learningRate = 0.2;

function growthSeries(rates: PhaseOneRates, part: keyof Growth, label: string, color: string): LineSeries[] {
  const start = rates.curve[0]![part];
  const points = rates.curve.map((point) => ({ x: point.step, y: point[part] - start }));
  const slope = learningRate * rates.predicted[part];
  return [
    { label, color, points },
    { label: `${label}, theory`, color, shape: 'dashed', points: points.map(({ x }) => ({ x, y: slope * x })) },
  ];
}
