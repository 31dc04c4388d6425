// What is measured of a trained agent: its curve, meta-tests with adaptation and without, and what its posteriors know.
import {
  type MetaTestOptions,
  type MetaTestRun,
  metaTest,
  metaTestSteps,
  readOut,
  returnOf,
  type environments as rooms,
  summarize,
} from '../../../metarl/index.js';
import type { MetricsRow } from '../../../runs/index.js';
import { type ExperimentIo, InterruptedError } from '../../experiment.js';
import type { TrainedMetaRl } from '../../metarl-run.js';
import { mean } from '../../statistics.js';
import type { Closing } from './settings.js';

/** A meta-test on the way. */
export interface EvaluationMeasures {
  /** Of training up to it. */
  environmentSteps: number;
  gradientSteps: number;
  /** Mean return of trajectory 1, 2, ... over test tasks and runs. */
  returns: number[];
}

/** One test task at the end. */
export interface TaskMeasures {
  parameters: Record<string, number>;
  /** Mean return of trajectory 1, 2, ... over runs. */
  returns: number[];
  /** Mean speed forwards in the last trajectory, in m/s, over runs; NaN for what is no cheetah. */
  speed: number;
}

export interface MetaRlMeasures {
  diverged: string | null;
  evaluations: EvaluationMeasures[];
  /** Mean return of trajectory 1, 2, ... at the end, with z from the posterior as soon as there is one, and from the prior alone. */
  adapted: number[];
  priorOnly: number[];
  tasks: TaskMeasures[];
  /**
   * R^2, on test tasks, of the regression of each parameter on posterior means whose context is one trajectory; fitted to training
   * tasks.
   */
  readOut: { parameter: string; r2: number }[];
  /** Share of windows whose own key wins, mean of the last logged steps; NaN for PEARL. */
  pretext: number;
  environmentSteps: number;
  gradientSteps: number;
  /** Of training, meta-tests on the way included. */
  minutes: number;
  /** Steps of an episode. */
  horizon: number;
}

/** Logged steps that the accuracy of the pretext task is a mean of. */
const lastRows = 50;

const numbers = (rows: readonly MetricsRow[], name: string): number[] =>
  rows.flatMap((row) => (typeof row[name] === 'number' ? [row[name]] : []));

/** What the rows of a run say. */
export function measureRows(rows: readonly MetricsRow[]): Omit<MetaRlMeasures, keyof EndMeasures | 'horizon'> {
  const evaluations = rows.flatMap((row): EvaluationMeasures[] => {
    const returns = row['return.test.byTrajectory'];
    if (!Array.isArray(returns)) return [];
    return [{ environmentSteps: Number(row.environmentSteps), gradientSteps: row.step, returns: returns.map(Number) }];
  });
  const accuracies = numbers(rows, 'pretext.accuracy').slice(-lastRows);
  const last = rows.at(-1);
  return {
    diverged: null,
    evaluations,
    pretext: accuracies.length > 0 ? mean(accuracies) : Number.NaN,
    environmentSteps: Number(last?.environmentSteps ?? 0),
    gradientSteps: last?.step ?? 0,
    minutes: (last?.time ?? 0) / 60,
  };
}

/** The torso's x in a cheetah's observation, and seconds of a step. */
const cheetah = { torso: 17, seconds: 0.05 } as const;

/** Mean speed forwards of a cheetah over its last episode, in m/s: from where its torso is first and last seen. */
export function meanSpeed({ episodes }: Pick<MetaTestRun, 'episodes'>, observationSize: number): number {
  const { length, observations, nextObservations } = episodes.at(-1)!;
  const [from, to] = [observations[cheetah.torso]!, nextObservations[(length - 1) * observationSize + cheetah.torso]!];
  return (to - from) / (length * cheetah.seconds);
}

function taskMeasures(family: rooms.TaskFamily, task: rooms.Task, runs: readonly MetaTestRun[]): TaskMeasures {
  const returns = runs.map(({ episodes }) => episodes.map(returnOf));
  const moves = family.name.startsWith('half-cheetah');
  return {
    parameters: { ...family.describe(task) },
    returns: returns[0]!.map((_, i) => mean(returns.map((own) => own[i]!))),
    speed: moves ? mean(runs.map((run) => meanSpeed(run, family.observationSize))) : Number.NaN,
  };
}

type EndMeasures = Pick<MetaRlMeasures, 'adapted' | 'priorOnly' | 'tasks' | 'readOut'>;

/** Seeds of the closing tests, apart from those of meta-tests on the way; and of what the regression is fitted to, apart from both. */
const closingSeed = 1_000_000;
const readOutSeed = 1_000_000;

type TestSettings = Pick<MetaTestOptions, 'tasks' | 'runs' | 'steps'> &
  Partial<Pick<MetaTestOptions, 'adapt' | 'seed' | 'explorationTrajectories'>>;

/**
 * Plays the closing tests.
 * @throws InterruptedError when it was asked to stop
 */
export async function measureEnd(
  { trainer, environments }: TrainedMetaRl,
  closing: Closing,
  { shouldStop }: Pick<ExperimentIo, 'shouldStop'>,
): Promise<EndMeasures> {
  const { agent, config, family, tasks } = trainer;
  const horizon = config.environment.horizon ?? family.horizon;
  const { explorationTrajectories } = config.evaluation;
  const steps = metaTestSteps(config.evaluation, horizon);
  const policy = agent.policyWeights();
  const player = { play: (requests: readonly rooms.EpisodeRequest[]) => environments.collect(policy, requests) };
  const seed = closingSeed + config.training.seed;
  const test = async (settings: TestSettings) => {
    const result = await metaTest({ agent, player, explorationTrajectories, seed, shouldStop, ...settings });
    if (!result) throw new InterruptedError('asked to stop; the trained agent is saved');
    return result;
  };
  const adapted = await test({ tasks: tasks.test, runs: closing.runs, steps });
  const priorOnly = await test({ tasks: tasks.test, runs: closing.runs, steps, adapt: false });
  // One trajectory of context, with z from the prior.
  const oneTrajectory = { steps: horizon, explorationTrajectories: 1 };
  // Of another seed: where test tasks are the training tasks, the regression would be tried on what it was fitted to.
  const known = await test({
    tasks: tasks.train,
    runs: closing.readOutRuns,
    ...oneTrajectory,
    seed: readOutSeed + seed,
  });
  const asked = await test({ tasks: tasks.test, runs: closing.runs, ...oneTrajectory });
  return {
    adapted: summarize(adapted).byTrajectory,
    priorOnly: summarize(priorOnly).byTrajectory,
    tasks: tasks.test.map((task, number) =>
      taskMeasures(
        family,
        task,
        adapted.filter((run) => run.task === number),
      ),
    ),
    readOut: readOut(family, tasks, known, asked).map(({ parameter, r2 }) => ({ parameter, r2 })),
  };
}
