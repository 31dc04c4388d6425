/** Curves over training: returns over environment steps, losses over gradient steps, returns within a meta-test. */
import type { MetricsRow } from '../../runs/index.js';
import type { LineSeries, LinesFigure } from '../figures/figure.js';
import { seriesColor } from '../figures/frame.js';
import { seriesOf } from '../series.js';
import type { AdaptationCurve, Estimate, LearningPoint, MetaRlReport, ReturnLevel } from './types.js';

type Measure = Exclude<keyof LearningPoint, 'environmentSteps' | 'untrained'>;

export const meanOf = (estimate: Estimate): number => (typeof estimate === 'number' ? estimate : estimate.mean);

/** An estimate as a point's height, with its band. */
export function heightOf(estimate: Estimate): { y: number; low?: number; high?: number } {
  if (typeof estimate === 'number') return { y: estimate };
  const { mean, low, high } = estimate;
  return { y: mean, ...(low !== undefined && high !== undefined && { low, high }) };
}

/** A unit in which counts of steps are short. */
export interface StepUnit {
  divisor: number;
  label: (what: string) => string;
}

export function stepUnit(most: number): StepUnit {
  const [divisor, name] = most >= 1e6 ? [1e6, 'million '] : most >= 2e4 ? [1e3, 'thousand '] : [1, ''];
  return { divisor, label: (what) => `${name}${what}` };
}

/** The unit for the last points of curves. */
export function unitOf(curves: readonly (readonly LearningPoint[])[]): StepUnit {
  return stepUnit(curves.flat().reduce((most, { environmentSteps }) => Math.max(most, environmentSteps), 0));
}

/** A measure of a curve over environment steps. */
export function learningSeries(
  curve: readonly LearningPoint[],
  measure: Measure,
  unit: StepUnit,
  look: Pick<LineSeries, 'label' | 'color' | 'shape'>,
  scale = 1,
): LineSeries {
  const points = [...curve]
    .sort((a, b) => a.environmentSteps - b.environmentSteps)
    .flatMap(({ environmentSteps, [measure]: estimate }) => {
      if (estimate === undefined) return [];
      const { y, low, high } = heightOf(estimate);
      const band = low !== undefined && high !== undefined ? { low: scale * low, high: scale * high } : {};
      return [{ x: environmentSteps / unit.divisor, y: scale * y, ...band }];
    });
  return { ...look, points };
}

/** What training changes: a test before the first gradient step has the steps of the first one after it. */
const trained = (curve: readonly LearningPoint[]): LearningPoint[] => curve.filter(({ untrained }) => !untrained);

/** The test before training, beside the curve. */
function untrainedMark(curve: readonly LearningPoint[], measure: Measure, unit: StepUnit, scale = 1): LineSeries {
  const look = { label: 'untrained', color: 'var(--muted)' };
  return learningSeries(
    curve.filter(({ untrained }) => untrained),
    measure,
    unit,
    look,
    scale,
  );
}

export const levelRules = (levels: readonly ReturnLevel[] = []): NonNullable<LinesFigure['rules']> =>
  levels.filter(({ value }) => Number.isFinite(value)).map(({ label, value }) => ({ axis: 'y', value, label }));

const has = ({ points }: LineSeries): boolean => points.some(({ y }) => Number.isFinite(y));

/** Returns of test tasks, then of training tasks, then the share that is solved. */
export function learningFigures({
  curve: all = [],
  levels,
  trainLevels,
  sameTasks = false,
}: Pick<MetaRlReport, 'curve' | 'levels' | 'trainLevels' | 'sameTasks'>): LinesFigure[] {
  const unit = unitOf([all]);
  const curve = trained(all);
  const frame = { kind: 'lines', xLabel: unit.label('environment steps') } as const;
  const after = { label: 'after adaptation', color: seriesColor(0) };
  const first = { label: 'first trajectory', color: seriesColor(1) };
  const figures: LinesFigure[] = [
    {
      ...frame,
      title: sameTasks ? 'Return' : 'Return on test tasks',
      caption:
        'Mean undiscounted return of an episode. After adaptation: the last trajectory of a meta-test. First trajectory: z is drawn from the prior.',
      yLabel: 'return',
      series: [
        learningSeries(curve, 'test', unit, after),
        learningSeries(curve, 'testFirst', unit, first),
        untrainedMark(all, 'test', unit),
      ],
      rules: levelRules(levels),
    },
    {
      ...frame,
      title: 'Return on training tasks',
      caption: 'The same on tasks that are trained on. Far above the test tasks: too few tasks to generalise from.',
      yLabel: 'return',
      series: sameTasks
        ? []
        : [
            learningSeries(curve, 'train', unit, after),
            learningSeries(curve, 'trainFirst', unit, first),
            untrainedMark(all, 'train', unit),
          ],
      rules: levelRules(trainLevels),
    },
    {
      ...frame,
      title: sameTasks ? 'Tasks solved' : 'Test tasks solved',
      caption: `Share of ${sameTasks ? 'tasks' : 'test tasks'} that are solved after adaptation.`,
      yLabel: 'solved, %',
      yDomain: [0, 100],
      series: [learningSeries(curve, 'success', unit, after, 100), untrainedMark(all, 'success', unit, 100)],
    },
  ];
  return figures
    .map((each) => ({ ...each, series: each.series.filter(has) }))
    .filter(({ series }) => series.length > 0);
}

/** Return of each trajectory of a meta-test. */
export function adaptationFigure(curves: readonly AdaptationCurve[], levels: readonly ReturnLevel[] = []): LinesFigure {
  const most = curves.reduce((count, { returns }) => Math.max(count, returns.length), 1);
  return {
    kind: 'lines',
    title: 'Return by trajectory',
    caption: `Within a meta-test: trajectories before the first update of the posterior explore with z from the prior, later ones act on what was seen.${levels.length > 0 && curves.length > 1 ? ' Lines to compare with are those of test tasks.' : ''}`,
    xLabel: 'trajectory',
    xWhole: true,
    yLabel: 'return',
    ...(most > 1 && { xDomain: [1, most] as const }),
    series: curves.map(({ label, returns }) => ({
      label,
      points: returns.map((estimate, i) => ({ x: i + 1, ...heightOf(estimate) })),
    })),
    rules: levelRules(levels),
  };
}

interface Chart {
  title: string;
  caption: string;
  yLabel: string;
  measures: readonly (readonly [name: string, label: string])[];
  /** What values are multiplied by; 1 if left out. */
  scale?: number;
  yDomain?: readonly [number, number];
}

const charts: readonly Chart[] = [
  {
    title: 'Q loss',
    caption: 'Squared error of both Q networks against their target. Its gradient trains the encoder too.',
    yLabel: 'loss',
    measures: [
      ['loss.q', 'both'],
      ['loss.q1', 'Q₁'],
      ['loss.q2', 'Q₂'],
    ],
  },
  {
    title: 'V loss',
    caption: 'Squared error of the value network.',
    yLabel: 'loss',
    measures: [['loss.value', 'V']],
  },
  {
    title: 'Policy loss',
    caption: 'Mean of log π − Q. It falls as Q rises; its level says nothing by itself.',
    yLabel: 'loss',
    measures: [['loss.policy', 'policy']],
  },
  {
    title: 'KL divergence',
    caption:
      'Of the posterior from the standard normal prior, summed over the tasks of a batch. At 0 the context says nothing.',
    yLabel: 'KL, nats',
    measures: [['kl', 'KL']],
  },
  {
    title: 'Contrastive loss',
    caption: 'InfoNCE of windows of trajectories (TCL): a window against those of other trajectories.',
    yLabel: 'loss, nats',
    measures: [['loss.tcl', 'TCL']],
  },
  {
    title: 'Pretext accuracy',
    caption: 'Windows whose pair is found among those of all tasks.',
    yLabel: 'accuracy, %',
    scale: 100,
    yDomain: [0, 100],
    measures: [['pretext.accuracy', 'pretext']],
  },
  {
    title: 'Temperature',
    caption: 'Weight of the entropy; learned for each training task where there are three curves.',
    yLabel: 'temperature',
    measures: [
      ['temperature', 'mean'],
      ['temperature.low', 'lowest'],
      ['temperature.high', 'highest'],
    ],
  },
  {
    title: 'Temperature loss',
    caption: 'Its gradient is the gap between the policy’s entropy and the target entropy.',
    yLabel: 'loss',
    measures: [['loss.temperature', 'temperature']],
  },
  {
    title: 'Width of the posterior',
    caption: 'Mean standard deviation of z. At 1 it is the prior’s, near 0 the task is known.',
    yLabel: 'standard deviation',
    measures: [['posterior.std', 'posterior']],
  },
  {
    title: 'Contexts with a reward',
    caption:
      'Training tasks whose context holds a reward at all. Where rewards are sparse, a posterior tells tasks apart only after exploration has found them.',
    yLabel: 'training tasks, %',
    scale: 100,
    yDomain: [0, 100],
    measures: [['context.rewarded', 'with a reward']],
  },
  {
    title: 'Memory',
    caption: 'Resident memory of the process, and what of it the replay buffers are: they keep every transition.',
    yLabel: 'MiB',
    scale: 2 ** -20,
    measures: [
      ['memory.resident', 'process'],
      ['memory.buffers', 'buffers'],
    ],
  },
];

/** Charts of what rows have; a measure needs two rows to be drawn. Losses of other names come last. */
export function trainingFigures(rows: readonly MetricsRow[]): LinesFigure[] {
  const known = new Set(charts.flatMap(({ measures }) => measures.map(([name]) => name)));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name.startsWith('loss.'));
  const others = names
    .filter((name) => !known.has(name))
    .map(
      (name): Chart => ({
        title: `Loss: ${name.slice('loss.'.length)}`,
        caption: 'Before it is weighted.',
        yLabel: 'loss',
        measures: [[name, name.slice('loss.'.length)]],
      }),
    );
  const unit = stepUnit(rows.reduce((most, { step }) => Math.max(most, step), 0));
  return [...charts, ...others].flatMap(({ measures, scale = 1, ...text }) => {
    const series = measures.flatMap(([name, label]): LineSeries[] => {
      const points = seriesOf(rows, name).map(({ step, value, low, high }) => ({
        x: step / unit.divisor,
        y: scale * value,
        ...(low !== undefined && high !== undefined && { low: scale * low, high: scale * high }),
      }));
      return points.length > 1 ? [{ label, points }] : [];
    });
    const figure: LinesFigure = { kind: 'lines', xLabel: unit.label('gradient steps'), ...text, series };
    return series.length === 0 ? [] : [figure];
  });
}
