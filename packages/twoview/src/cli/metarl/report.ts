// A run of meta-RL as its page shows it.
import path from 'node:path';
import {
  type MetaRlConfig,
  type MetaStudy,
  returnOf,
  type environments as rooms,
  summarize,
} from '../../metarl/index.js';
import type { LearningPoint, MetaRlReport, MetaRlSectionId, TaskRow } from '../../report/index.js';
import type { MetricsRow, RunFolder } from '../../runs/index.js';
import { achievements } from './achievements.js';
import { returnLevels } from './levels.js';
import { parameterName, parametersOf, varying } from './parameters.js';
import { paths, rollouts } from './pictures.js';

export interface MetaReportInput {
  folder: RunFolder;
  /** Of the run. */
  config: MetaRlConfig;
  family: rooms.TaskFamily;
  tasks: rooms.TaskSplit;
  study: MetaStudy;
  /** Name of the checkpoint that was studied. */
  checkpoint: string;
  /** Its gradient step; where the run's rows end if left out. */
  step?: number;
  /** Runs of each task in the study, and its seed; as configured if left out. */
  metaTest?: { runs: number; seed: number };
}

const numberOf = (row: MetricsRow, name: string): number | undefined => {
  const value = row[name];
  return typeof value === 'number' ? value : undefined;
};

/** Left out where undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The meta-tests of a run's rows; the first is from before the first gradient step. */
export function learningCurve(rows: readonly MetricsRow[]): LearningPoint[] {
  return rows.flatMap((row) => {
    const environmentSteps = numberOf(row, 'environmentSteps');
    const test = numberOf(row, 'return.test');
    if (environmentSteps === undefined || test === undefined) return [];
    const rest = defined({
      testFirst: numberOf(row, 'return.test.first'),
      train: numberOf(row, 'return.train'),
      trainFirst: numberOf(row, 'return.train.first'),
      success: numberOf(row, 'success.test'),
    });
    return [{ environmentSteps, test, ...rest, ...(row.step === 0 && { untrained: true }) }];
  });
}

/** How far training had come at a gradient step, by the last rows up to it. */
function progressAt(rows: readonly MetricsRow[], step: number) {
  const before = rows.filter((row) => row.step <= step);
  const last = (name: string): number | undefined =>
    before.map((row) => numberOf(row, name)).findLast((value) => value !== undefined);
  return defined({
    environmentSteps: last('environmentSteps'),
    gradientSteps: step,
    stepsPerSecond: last('environmentStepsPerSecond'),
    gradientStepsPerSecond: last('gradientStepsPerSecond'),
    seconds: last('time'),
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean returns of trajectory 1, 2, ... */
function adaptation(runs: MetaStudy['test']): number[] {
  const least = Math.min(...runs.map(({ episodes }) => episodes.length));
  return Array.from({ length: least }, (_, i) => mean(runs.map(({ episodes }) => returnOf(episodes[i]!))));
}

function taskRows(family: rooms.TaskFamily, tasks: readonly rooms.Task[], runs: MetaStudy['test']): TaskRow[] {
  return tasks.flatMap((task, i): TaskRow[] => {
    const own = runs.filter((run) => run.task === i);
    if (own.length === 0) return [];
    const ends = own.map(({ episodes }) => episodes.at(-1)!.success).filter((end) => end !== undefined);
    return [
      {
        name: `task ${i + 1}`,
        split: 'test',
        parameters: parametersOf(family, task),
        returns: adaptation(own),
        ...(ends.length > 0 ? { success: mean(ends.map(Number)) } : {}),
      },
    ];
  });
}

/** The command that tests this checkpoint in this way. */
function evaluateCommand({ folder, config, checkpoint, metaTest }: MetaReportInput): string {
  const { runs = config.evaluation.runs, seed = config.training.seed } = metaTest ?? {};
  return [
    `twoview metarl evaluate ${folder.dir}`,
    ...(checkpoint === 'last' ? [] : [`--checkpoint=${checkpoint}`]),
    ...(runs === config.evaluation.runs ? [] : [`--runs=${runs}`]),
    ...(seed === config.training.seed ? [] : [`--seed=${seed}`]),
  ].join(' ');
}

export function metaRlReport(input: MetaReportInput): MetaRlReport {
  const { folder, config, family, tasks, study, checkpoint, step } = input;
  const { rows } = folder.metrics();
  const { runs } = config.evaluation;
  const { seed } = config.training;
  const all = study.plane.points;
  const parameters = all.map(({ task }) => parametersOf(family, task));
  const sameTasks = JSON.stringify(tasks.train) === JSON.stringify(tasks.test);
  const tested = tasks.train.slice(0, config.evaluation.trainTasks ?? tasks.test.length);
  const levels = returnLevels(config, tasks.test);
  const trainLevels = tested.length > 0 ? returnLevels(config, tested) : [];
  // A body that falls makes more trajectories in the same steps: the last of each run, not that of one number.
  const { first, last, success } = summarize(study.test);
  const moving = rollouts(input);
  const planar = paths(input);
  const achieved = achievements(family, tasks.test, study);
  const reasons: Partial<Record<MetaRlSectionId, string>> = {
    'roll-outs': 'The family has no geometry to draw.',
    'read-out':
      'A linear map is fitted where a parameter varies among test tasks and training tasks have runs enough, twice as many as it has coefficients.',
  };
  return {
    family: family.name,
    algorithm: config.algorithm === 'tcl' ? 'TCL' : 'PEARL',
    name: path.basename(folder.dir),
    created: new Date().toISOString(),
    seed,
    checkpoint: step === undefined ? checkpoint : `${checkpoint}, gradient step ${step}`,
    metaTest: input.metaTest ?? { runs, seed },
    trainTasks: tasks.train.length,
    testTasks: tasks.test.length,
    sameTasks,
    summary: {
      returnBefore: first,
      returnAfter: last,
      ...(success !== null && { success }),
      ...progressAt(rows, step ?? rows.at(-1)?.step ?? 0),
    },
    curve: learningCurve(rows),
    ...(levels.length > 0 && { levels }),
    ...(trainLevels.length > 0 && { trainLevels }),
    rows,
    adaptation: [
      { label: sameTasks ? 'tasks' : 'test tasks', returns: adaptation(study.test) },
      ...(sameTasks || study.train.length === 0 ? [] : [{ label: 'training tasks', returns: adaptation(study.train) }]),
    ],
    latents: {
      points: all.map(({ x, y, train }) => ({ x, y, train })),
      explained: study.plane.explained,
      parameters: varying(parameters).map((name) => ({ name, values: parameters.map((own) => own[name]!) })),
    },
    ...(study.readOut.length > 0 && {
      readOut: study.readOut.map((each) => ({ ...each, parameter: parameterName(family, each.parameter) })),
    }),
    ...(achieved.length > 0 && { achievement: achieved }),
    tasks: taskRows(family, tasks.test, study.test),
    ...(moving.length > 0 && { rollouts: moving }),
    ...(planar.length > 0 && { paths: planar }),
    commands: {
      rerun: `twoview metarl train ${folder.dir}/config.yaml --out NEW_FOLDER`,
      resume: `twoview metarl resume ${folder.dir}`,
      evaluate: evaluateCommand(input),
    },
    settings: config,
    environment: folder.environment(),
    reasons,
  };
}
