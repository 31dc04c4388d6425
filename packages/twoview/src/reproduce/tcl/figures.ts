// Figures of the report, in groups; a group without a finished run is left out.
import {
  type FigureGroup,
  type LineSeries,
  type LinesFigure,
  type ScatterFigure,
  seriesColor,
} from '../../report/index.js';
import type { ReportInput } from '../claim.js';
import { mean } from '../statistics.js';
import { spread } from './claims/training-claim.js';
import { type Found, knownRuns, sound } from './known.js';
import { bestSingleSpeed, cheetahLevels, pointRobotLevels, sparsePointRobotLevels, standStill } from './published.js';
import { type ArmName, arms, evenSpeeds, type MetaRlMeasures } from './runs/index.js';

type Level = Pick<NonNullable<LinesFigure['rules']>[number], 'label'> & { value: number };

const label = (name: ArmName, count: number): string => {
  const own = name.split(': ').at(-1)!;
  return count > 1 ? `${own}, ${count} seeds` : own;
};

/** Mean over seeds with one standard deviation to either side; runs of an arm are tested after the same steps. */
function band(list: readonly number[]): { y: number; low?: number; high?: number } {
  const y = mean(list);
  return list.length > 1 ? { y, low: y - spread(list), high: y + spread(list) } : { y };
}

function learning({ name, runs }: Found, i: number, unit: (run: MetaRlMeasures) => number): LineSeries {
  const all = runs.map(({ measures }) => measures);
  const length = Math.min(...all.map(({ evaluations }) => evaluations.length));
  return {
    label: label(name, runs.length),
    color: seriesColor(i),
    points: Array.from({ length }, (_, at) => ({
      x: all[0]!.evaluations[at]!.environmentSteps / 1000,
      ...band(all.map((run) => unit(run) * (run.evaluations[at]!.returns.at(-1) ?? Number.NaN))),
    })),
  };
}

const inWhole = (): number => 1;
const byStep = ({ horizon }: MetaRlMeasures): number => 1 / horizon;

function learningFigure(
  found: readonly Found[],
  title: string,
  levels: readonly Level[],
  unit: (run: MetaRlMeasures) => number = inWhole,
): LinesFigure[] {
  if (found.length === 0) return [];
  return [
    {
      kind: 'lines',
      title,
      caption:
        'Return of the last trajectory on test tasks; of several seeds the mean, with one standard deviation to either side.',
      xLabel: 'environment steps, thousands',
      yLabel: unit === inWhole ? 'return' : 'return by step',
      series: found.map((one, i) => learning(one, i, unit)),
      rules: levels.map(({ label: text, value }) => ({ axis: 'y', value, label: text })),
    },
  ];
}

/** Return trajectory by trajectory, with z from the posterior and from the prior alone. */
function adaptationFigure(found: readonly Found[], title: string): LinesFigure[] {
  const series = found.flatMap(({ name, runs }, i): LineSeries[] =>
    (['adapted', 'priorOnly'] as const).map((kind) => ({
      label: `${label(name, runs.length)}${kind === 'priorOnly' ? ', prior alone' : ''}`,
      color: seriesColor(i),
      ...(kind === 'priorOnly' && { shape: 'dashed' as const }),
      points: runs[0]!.measures[kind].map((_, k) => ({
        x: k + 1,
        ...band(runs.map(({ measures }) => measures[kind][k] ?? Number.NaN)),
      })),
    })),
  );
  if (series.length === 0) return [];
  return [
    {
      kind: 'lines',
      title,
      caption: 'Means over test tasks at the end of training.',
      xLabel: 'trajectory',
      yLabel: 'return',
      series,
    },
  ];
}

function speedFigure(found: readonly Found[]): ScatterFigure[] {
  if (found.length === 0) return [];
  return [
    {
      kind: 'scatter',
      title: 'Goal speed and achieved speed',
      caption: `One point a test task, means over runs of the last trajectory, first seed; ${evenSpeeds.train.length} other speeds were trained on.`,
      xLabel: 'goal speed, m/s',
      yLabel: 'mean speed, m/s',
      groups: found.map(({ name, runs }, i) => ({
        label: label(name, 1),
        color: seriesColor(i),
        points: runs[0]!.measures.tasks.map(({ parameters, speed }) => ({
          x: parameters['target speed'] ?? Number.NaN,
          y: speed,
        })),
      })),
    },
  ];
}

export function figureGroups(input: ReportInput): FigureGroup[] {
  const found = sound(knownRuns(input));
  const of = (...names: ArmName[]): Found[] => found.filter(({ name }) => names.includes(name));
  const family = (name: string, recipe: 'small' | 'paper' = 'small'): Found[] =>
    found.filter((one) => arms[one.name].family === name && one.name.startsWith('published') === (recipe === 'paper'));
  const groups: FigureGroup[] = [
    {
      title: 'Point robots',
      note: 'A point moves to a goal that it is not told. Every trajectory has 20 steps.',
      figures: [
        ...learningFigure(family('point-robot'), 'Point robot: learning', pointRobotLevels),
        ...adaptationFigure(of('PEARL', 'TCL'), 'Point robot: adaptation'),
        ...learningFigure(family('sparse-point-robot'), 'Sparse point robot: learning', sparsePointRobotLevels),
        ...adaptationFigure(family('sparse-point-robot'), 'Sparse point robot: adaptation'),
      ],
    },
    {
      title: 'Half-cheetahs',
      note: 'Episodes of 100 steps; returns by step.',
      figures: [
        ...learningFigure(family('half-cheetah-vel'), 'Half-cheetah-vel: learning', cheetahLevels, byStep),
        ...speedFigure(family('half-cheetah-vel')),
        ...learningFigure(family('half-cheetah-fwd-back'), 'Half-cheetah-fwd-back: learning', [], byStep),
      ],
    },
    {
      title: 'The published setting',
      note: 'Episodes of 200 steps, 100 training and 30 test tasks.',
      figures: learningFigure(family('half-cheetah-vel', 'paper'), 'Half-cheetah-vel: learning', [
        { label: 'best single speed', value: bestSingleSpeed },
        { label: 'stands still', value: standStill },
      ]),
    },
  ];
  return groups.filter(({ figures }) => figures.length > 0);
}
