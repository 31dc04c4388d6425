// twoview metarl: agents that adapt to new tasks.
import type { Command } from 'commander';
import { families } from '../../metarl/environments/index.js';
import { defineMetaCompare } from '../metarl/compare.js';
import { defineMetaEvaluate } from '../metarl/evaluate.js';
import { defineMetaResume, defineMetaTrain } from '../metarl/train.js';
import { print, printJson, table } from '../output.js';

function listFamilies({ json }: { json?: boolean }): void {
  const all = families.map(({ name, summary, observationSize, actionSize, horizon, tasks }) => {
    const { train, test } = tasks();
    return { name, summary, observationSize, actionSize, horizon, trainTasks: train.length, testTasks: test.length };
  });
  const width = Math.max(...all.map(({ summary }) => summary.length));
  if (json) printJson(all);
  else
    print(
      table(
        ['family', 'observation', 'action', 'steps', 'tasks', 'what'.padEnd(width)],
        all.map(({ name, observationSize, actionSize, horizon, trainTasks, testTasks, summary }) => [
          name,
          String(observationSize),
          String(actionSize),
          String(horizon),
          `${trainTasks} + ${testTasks}`,
          summary.padEnd(width),
        ]),
      ),
    );
}

export function defineMetarl(command: Command): void {
  command.description(
    'Context-based meta-reinforcement learning on MuJoCo: PEARL, and trajectory contrastive learning (TCL) on top of it.',
  );
  defineMetaTrain(command);
  defineMetaResume(command);
  defineMetaEvaluate(command);
  defineMetaCompare(command);
  command
    .command('families')
    .description('Lists the task families.')
    .option('--json', 'print one JSON array')
    .action(listFamilies);
}
