// What a configuration cannot do, said before anything is made: what depends on the environments and not on fields alone.
import { type AgentSizes, checkAgent } from '../agent/index.js';
import type { TaskFamily, TaskSplit } from '../environments/index.js';
import { type MetaRlConfig, metaTestSteps } from './config.js';
import { familyOf } from './resolve.js';

/** The tasks of a configuration. @throws RangeError if the family has not so many */
export function tasksOf(family: TaskFamily, { environment }: Pick<MetaRlConfig, 'environment'>): TaskSplit {
  const { trainTasks, testTasks, taskSeed } = environment;
  return family.tasks({
    ...(taskSeed === null ? {} : { seed: taskSeed }),
    ...(trainTasks === null ? {} : { train: trainTasks }),
    ...(testTasks === null ? {} : { test: testTasks }),
  });
}

/** What environments determine of an agent. */
export function sizesOf(family: TaskFamily, tasks: TaskSplit): AgentSizes {
  return {
    observation: family.observationSize,
    action: family.actionSize,
    tasks: tasks.train.length,
    nextObservation: family.usesNextObservation,
  };
}

/** @throws RangeError if a meta-test would end before it acts on a posterior, or the agent does not fit the tasks */
export function checkFit({ agent, environment, evaluation }: MetaRlConfig, family: TaskFamily, tasks: TaskSplit): void {
  checkAgent(sizesOf(family, tasks), agent);
  const horizon = environment.horizon ?? family.horizon;
  const steps = metaTestSteps(evaluation, horizon);
  const { explorationTrajectories } = evaluation;
  if (Math.ceil(steps / horizon) > explorationTrajectories) return;
  throw new RangeError(
    `evaluation.steps ${steps} is ${Math.ceil(steps / horizon)} episodes of ${horizon} steps, and evaluation.explorationTrajectories is ${explorationTrajectories}: no trajectory would follow exploration; give more steps`,
  );
}

/**
 * Makes nothing; says whether a training could begin.
 * @throws Error if the family's models cannot be read, or as `tasksOf` and `checkFit`
 */
export async function checkMetaRl(config: MetaRlConfig): Promise<void> {
  const family = await familyOf(config);
  checkFit(config, family, tasksOf(family, config));
}
