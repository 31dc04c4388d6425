// Curves over training: sparse and dense features through the phases, and Phase I beside its theory.
import { type LineSeries, type LinesFigure, phaseLines, seriesColor } from '../../../report/index.js';
import type { Growth, PhaseOneRates } from '../../../theory/decoupling/index.js';
import type { ReportInput } from '../../claim.js';
import { kindNames, rateKinds } from '../claims/phases.js';
import { runsOf } from '../tables.js';
import { rateExperiment } from '../toy/experiments.js';

const compared = ['RandomMask + bias', 'no mask + bias', 'independent masks + bias'] as const;

export function phaseCurves(input: ReportInput): LinesFigure[] {
  const runs = compared.flatMap((label) => {
    const [run] = runsOf(input, label);
    return run ? [{ label, run }] : [];
  });
  return phaseLines(runs);
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
