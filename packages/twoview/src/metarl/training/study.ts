// What a trained agent knows of tasks: where posteriors lie, what can be read out of them, and what is done where something is asked.
import * as torch from '@twoview/torch';
import type { Agent } from '../agent/index.js';
import type { Frame, Task, TaskFamily, TaskSplit, VectorEnvironments } from '../environments/index.js';
import { type MetaRlConfig, metaTestSteps } from './config.js';
import { type MetaTestRun, metaTest } from './meta-test.js';
import { replayFrames } from './replay-frames.js';

/** A parameter of tasks, read out of posterior means by linear regression. */
export interface LinearReadOut {
  parameter: string;
  /** Of test tasks' runs. */
  points: { actual: number; predicted: number }[];
  /** Coefficient of determination on test tasks; the regression has seen training tasks alone. */
  r2: number;
}

export interface MetaStudy {
  /** Runs of test tasks and of training tasks. */
  test: readonly MetaTestRun[];
  train: readonly MetaTestRun[];
  readOut: readonly LinearReadOut[];
  /** Posterior means of training and test runs in their first two principal components. */
  plane: { points: { x: number; y: number; train: boolean; task: Task }[]; explained: [number, number] };
  /** Frames of the last trajectory of each test task's first run; empty where there is no geometry. */
  frames: readonly Frame[][];
}

export interface StudyOptions {
  agent: Agent;
  config: MetaRlConfig;
  family: TaskFamily;
  tasks: TaskSplit;
  environments: Pick<VectorEnvironments, 'collect'>;
  /** Training tasks that are played too; all if left out. */
  trainTasks?: number;
  onProgress?: (steps: number) => void;
  shouldStop?: () => boolean;
}

const parametersOf = (family: TaskFamily, task: Task): number[] => Object.values(family.describe(task));

/** Penalty of the regression, on standardised means: next to none. */
const ridge = 1e-3;

/**
 * Linear regression from posterior means to the parameters of tasks, fitted to some runs and tried on others. A parameter that does not
 * vary has no read-out; nor has any where the fitted runs are fewer than twice the regression's coefficients, which would fit anything.
 */
export function readOut(
  family: TaskFamily,
  tasks: TaskSplit,
  train: readonly MetaTestRun[],
  test: readonly MetaTestRun[],
): LinearReadOut[] {
  const coefficients = (train[0]?.posterior.mean.length ?? 0) + 1;
  if (train.length < 2 * coefficients || test.length < 2) return [];
  const names = Object.keys(family.describe(tasks.train[0]!));
  return torch.scope(() => {
    const means = (runs: readonly MetaTestRun[]) =>
      torch.stack(
        runs.map(({ posterior }) => torch.fromTypedArray(posterior.mean)),
        0,
      );
    const values = (runs: readonly MetaTestRun[], of: readonly Task[]) =>
      torch.stack(
        runs.map(({ task }) => torch.fromTypedArray(Float64Array.from(parametersOf(family, of[task]!)))),
        0,
      );
    const [known, asked] = [means(train), means(test)];
    const [center, scale] = [known.mean([0], true), known.std([0], true, true).clampMin(1e-8)];
    const [x, q] = [known, asked].map((rows) => rows.sub(center).div(scale)) as [torch.Tensor, torch.Tensor];
    const [y, truth] = [values(train, tasks.train), values(test, tasks.test)];
    const middle = y.mean([0], true);
    const gram = x
      .t()
      .mm(x)
      .add(torch.eye(x.size(1), { dtype: 'float64' }), { alpha: ridge });
    const weights = x.t().mm(y.sub(middle)).choleskySolve(gram.linalgCholesky());
    const predicted = q.mm(weights).add(middle);
    const [rows, guesses] = [truth, predicted].map((tensor) => tensor.tolist() as unknown as number[][]);
    return names.flatMap((parameter, k) => {
      const points = rows!.map((row, i) => ({ actual: row[k]!, predicted: guesses![i]![k]! }));
      const mean = points.reduce((sum, { actual }) => sum + actual, 0) / points.length;
      const total = points.reduce((sum, { actual }) => sum + (actual - mean) ** 2, 0);
      const left = points.reduce((sum, { actual, predicted: guess }) => sum + (actual - guess) ** 2, 0);
      return total > 1e-12 ? [{ parameter, points, r2: 1 - left / total }] : [];
    });
  });
}

/** The plane of largest variance of posterior means. */
function planeOf(runs: readonly { run: MetaTestRun; task: Task; train: boolean }[]): MetaStudy['plane'] {
  return torch.scope(() => {
    const means = torch.stack(
      runs.map(({ run }) => torch.fromTypedArray(run.posterior.mean)),
      0,
    );
    const centred = means.sub(means.mean([0], true));
    const [values, vectors] = torch.linalgEigh(centred.t().mm(centred));
    const size = centred.size(1);
    const pick = (rank: number) =>
      size > rank ? centred.mv(vectors.select(1, size - 1 - rank)).tolist() : runs.map(() => 0);
    const [x, y] = [pick(0), pick(1)] as unknown as [number[], number[]];
    const spread = Array.from(values.tolist() as unknown as number[]).reverse();
    const total = Math.max(
      spread.reduce((a, b) => a + b, 0),
      Number.MIN_VALUE,
    );
    return {
      points: runs.map(({ task, train }, i) => ({ x: x[i]!, y: y[i]!, train, task })),
      explained: [spread[0]! / total, (spread[1] ?? 0) / total],
    };
  });
}

/** Plays test tasks and training tasks by the protocol of the configuration. @returns undefined when it was asked to stop */
export async function studyAgent(options: StudyOptions): Promise<MetaStudy | undefined> {
  const { agent, config, family, tasks, environments, onProgress, shouldStop } = options;
  const { runs, explorationTrajectories } = config.evaluation;
  const horizon = config.environment.horizon ?? family.horizon;
  const policy = agent.policyWeights();
  const chosen = tasks.train.slice(0, options.trainTasks ?? tasks.train.length);
  const play = (of: readonly Task[], seed: number) =>
    metaTest({
      agent,
      tasks: of,
      player: { play: (requests) => environments.collect(policy, requests) },
      runs,
      steps: metaTestSteps(config.evaluation, horizon),
      explorationTrajectories,
      seed,
      ...(onProgress && { onProgress }),
      ...(shouldStop && { shouldStop }),
    });
  const test = await play(tasks.test, config.training.seed);
  const train = test && (await play(chosen, config.training.seed + 1));
  if (!test || !train) return undefined;
  const lasts = tasks.test.map((_, task) => test.find((run) => run.task === task)!.requests.at(-1)!);
  return {
    test,
    train,
    readOut: readOut(family, { train: chosen, test: tasks.test }, train, test),
    plane: planeOf([
      ...train.map((run) => ({ run, task: chosen[run.task]!, train: true })),
      ...test.map((run) => ({ run, task: tasks.test[run.task]!, train: false })),
    ]),
    frames: await replayFrames(family, policy, lasts, horizon),
  };
}
