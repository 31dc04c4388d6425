// A run of meta-RL as its page shows it.
import path from 'node:path';
import type { MetaRlConfig, MetaStudy } from '../../metarl/index.js';
import { returnOf, type environments as rooms, summarize } from '../../metarl/index.js';
import {
  type LearningPoint,
  type MetaRlReport,
  type Rollout,
  rolloutFrames,
  type TaskPaths,
  type TaskRow,
} from '../../report/index.js';
import type { MetricsRow, RunFolder } from '../../runs/index.js';
import { achievements, returnLevels, secondsPerStep } from './levels.js';

export interface MetaReportInput {
  folder: RunFolder;
  config: MetaRlConfig;
  family: rooms.TaskFamily;
  tasks: rooms.TaskSplit;
  study: MetaStudy;
  checkpoint: string;
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

/** The meta-tests of a run's rows. */
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
    return [{ environmentSteps, test, ...rest }];
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean returns of trajectory 1, 2, ... */
function adaptation(runs: MetaStudy['test']): number[] {
  const least = Math.min(...runs.map(({ episodes }) => episodes.length));
  return Array.from({ length: least }, (_, i) => mean(runs.map(({ episodes }) => returnOf(episodes[i]!))));
}

function taskRows(
  family: rooms.TaskFamily,
  tasks: readonly rooms.Task[],
  runs: MetaStudy['test'],
  split: TaskRow['split'],
) {
  return tasks.flatMap((task, i): TaskRow[] => {
    const own = runs.filter((run) => run.task === i);
    if (own.length === 0) return [];
    const ends = own.map(({ episodes }) => episodes.at(-1)!.success).filter((end) => end !== undefined);
    return [
      {
        name: `task ${i + 1}`,
        split,
        parameters: family.describe(task),
        returns: adaptation(own),
        ...(ends.length > 0 ? { success: mean(ends.map(Number)) } : {}),
      },
    ];
  });
}

const parameterWords = (parameters: Readonly<Record<string, number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)
    .join(', ');

/** The goal in the plane that a task names. */
function goalOf(task: rooms.Task): readonly [number, number] | undefined {
  const { goal } = task.parameters;
  return Array.isArray(goal) && goal.length >= 2 ? [goal[0] as number, goal[1] as number] : undefined;
}

/** Which way a task asks a body to go; undefined where it asks for something else. */
function directionOf(family: rooms.TaskFamily, task: rooms.Task): readonly [number, number] | undefined {
  const { direction, x, y } = family.describe(task);
  if (direction !== undefined) return [direction, 0];
  return family.name === 'humanoid-dir' ? [x!, y!] : undefined;
}

/** Bodies as moving pictures; test tasks spread over the parameter. */
function rollouts({ family, tasks, study }: MetaReportInput): Rollout[] {
  const seconds = secondsPerStep[family.name];
  if (seconds === undefined) return [];
  const order = tasks.test
    .map((task, i) => ({ i, value: Object.values(family.describe(task))[0] ?? 0 }))
    .sort((a, b) => a.value - b.value)
    .map(({ i }) => i);
  const count = Math.min(3, order.length);
  const chosen = Array.from(
    { length: count },
    (_, k) => order[Math.round((k * (order.length - 1)) / Math.max(1, count - 1))]!,
  );
  return [...new Set(chosen)].flatMap((i): Rollout[] => {
    const frames = study.frames[i]!;
    if (frames.length === 0) return [];
    const goal = family.name === 'ant-goal' ? goalOf(tasks.test[i]!) : undefined;
    const run = study.test.find(({ task }) => task === i)!;
    return [
      {
        title: `Test task ${i + 1}: ${parameterWords(family.describe(tasks.test[i]!))}`,
        caption: `Last trajectory, after adaptation; return ${returnOf(run.episodes.at(-1)!).toFixed(1)}.`,
        frames: rolloutFrames(frames, seconds),
        ...defined({ goal, direction: directionOf(family, tasks.test[i]!) }),
      },
    ];
  });
}

/** Point robots: what each trajectory does, in the order of adaptation. */
function paths({ family, tasks, study }: MetaReportInput): TaskPaths[] {
  if (!family.name.includes('point-robot')) return [];
  return tasks.test.slice(0, 6).map((task, i) => {
    const run = study.test.find((candidate) => candidate.task === i)!;
    const goal = goalOf(task);
    return {
      title: `Test task ${i + 1}`,
      trajectories: run.episodes.map(({ observations, nextObservations, length }, k) => ({
        label: `trajectory ${k + 1}`,
        points: [
          [observations[0]!, observations[1]!] as const,
          ...Array.from({ length }, (_, t) => [nextObservations[2 * t]!, nextObservations[2 * t + 1]!] as const),
        ],
      })),
      ...(goal ? { goal } : {}),
      ...(family.sparse ? { radius: 0.2 } : {}),
    };
  });
}

export function metaRlReport(input: MetaReportInput): MetaRlReport {
  const { folder, config, family, tasks, study, checkpoint } = input;
  const { rows } = folder.metrics();
  const tested = rows.findLast((row) => numberOf(row, 'return.test') !== undefined);
  const all = study.plane.points;
  const names = Object.keys(family.describe(tasks.test[0]!));
  const [test, train] = [adaptation(study.test), study.train.length > 0 ? adaptation(study.train) : []];
  // A body that falls makes more trajectories in the same steps: the last of each run, not that of one number.
  const { first, last } = summarize(study.test);
  const levels = returnLevels(config);
  const moving = rollouts(input);
  const planar = paths(input);
  const achieved = achievements(family, tasks.test, study);
  return {
    family: family.name,
    algorithm: config.algorithm === 'tcl' ? 'TCL' : 'PEARL',
    name: path.basename(folder.dir),
    created: new Date().toISOString(),
    seed: config.training.seed,
    checkpoint,
    trainTasks: tasks.train.length,
    testTasks: tasks.test.length,
    summary: {
      returnBefore: first,
      returnAfter: last,
      ...defined({
        environmentSteps: tested && numberOf(tested, 'environmentSteps'),
        gradientSteps: tested?.step,
        stepsPerSecond: tested && numberOf(tested, 'environmentStepsPerSecond'),
        gradientStepsPerSecond: tested && numberOf(tested, 'gradientStepsPerSecond'),
        seconds: tested?.time,
      }),
    },
    curve: learningCurve(rows),
    ...(levels.length > 0 ? { levels } : {}),
    rows: rows.filter((row) => numberOf(row, 'loss.q') !== undefined),
    adaptation: [
      { label: 'test tasks', returns: test },
      ...(train.length > 0 ? [{ label: 'training tasks', returns: train }] : []),
    ],
    latents: {
      points: all.map(({ x, y, train: isTrain }) => ({ x, y, train: isTrain })),
      explained: study.plane.explained,
      parameters: names.map((name) => ({ name, values: all.map(({ task }) => family.describe(task)[name]!) })),
    },
    ...(study.readOut.length > 0 ? { readOut: study.readOut } : {}),
    ...(achieved.length > 0 ? { achievement: achieved } : {}),
    tasks: taskRows(family, tasks.test, study.test, 'test'),
    ...(moving.length > 0 ? { rollouts: moving } : {}),
    ...(planar.length > 0 ? { paths: planar } : {}),
    commands: {
      rerun: `twoview metarl train ${folder.dir}/config.yaml --out NEW_FOLDER`,
      resume: `twoview metarl resume ${folder.dir}`,
      evaluate: `twoview metarl evaluate ${folder.dir}`,
    },
    settings: config,
    environment: folder.environment(),
  };
}
