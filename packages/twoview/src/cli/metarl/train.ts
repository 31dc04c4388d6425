// twoview metarl train, twoview metarl resume
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { blasLibrary } from '@twoview/torch/engine';
import type { Command } from 'commander';
import {
  checkMetaRl,
  type MetaRlConfig,
  type MetaRlRecipe,
  metaRlJsonSchema,
  metaRlRecipes,
  metaRlSchema,
  resolveMetaRl,
  environments as rooms,
  studyAgent,
} from '../../metarl/index.js';
import { renderMetaRlReport, writeReport } from '../../report/index.js';
import { RunFolder } from '../../runs/index.js';
import { readConfigFile } from '../commands/train.js';
import { settingsReference } from '../config-help.js';
import { duration, exitCode, print, printError, printJson, table, UsageError } from '../output.js';
import { commandEnvironment } from '../session/environment.js';
import { listenForStop } from '../stop.js';
import { metaRlReport } from './report.js';
import { createMetaProgress, metaRlConfigOf, type OpenTraining, openTraining } from './session.js';

interface TrainFlags {
  env?: string;
  algorithm?: string;
  recipe: string;
  out?: string;
  force?: boolean;
  json?: boolean;
  schema?: boolean;
}

function engineEnvironment({ training }: MetaRlConfig): Record<string, unknown> {
  return {
    libtorch: torch.version,
    blas: blasLibrary().blas,
    openblasCoreType: process.env.OPENBLAS_CORETYPE ?? null,
    threads: training.threads ?? torch.getNumThreads(),
  };
}

function freeFolder({ algorithm, environment }: MetaRlConfig): string {
  for (let i = 1; ; i++) {
    const dir = path.join('runs', `${algorithm}-${environment.family}-${i}`);
    if (!existsSync(dir)) return dir;
  }
}

const checkRecipe = (name: string): MetaRlRecipe => {
  const recipe = metaRlRecipes.find((candidate) => candidate === name);
  if (recipe) return recipe;
  throw new UsageError(`--recipe must be one of ${metaRlRecipes.join(', ')}, not ${name}`);
};

/** Evaluates the agent as it is and writes the page. @returns undefined when it was asked to stop */
async function finish(folder: RunFolder, open: OpenTraining, shouldStop: () => boolean) {
  const { trainer, config, family, environments } = open;
  const { agent, tasks } = trainer;
  const study = await studyAgent({ agent, config, family, tasks, environments, shouldStop });
  if (!study) return undefined;
  const report = metaRlReport({ folder, config, family, tasks, study, checkpoint: 'last' });
  const page = writeReport(folder.dir, await renderMetaRlReport(report));
  const { returnBefore, returnAfter } = report.summary!;
  const results = {
    algorithm: config.algorithm,
    family: family.name,
    returns: { first: returnBefore, last: returnAfter, byTrajectory: report.adaptation![0]!.returns },
    readOut: Object.fromEntries(study.readOut.map(({ parameter, r2 }) => [parameter, r2])),
    ...report.summary,
  };
  folder.writeFile('results.json', `${JSON.stringify(results, null, 2)}\n`);
  return { results, page, report };
}

function printResults({ report, page }: NonNullable<Awaited<ReturnType<typeof finish>>>): void {
  const { family, algorithm, adaptation = [], readOut = [], summary = {} } = report;
  const returns = adaptation.map(({ label, returns: own }) => [label, ...own.map((value) => Number(value).toFixed(1))]);
  const count = Math.max(...returns.map((row) => row.length)) - 1;
  print();
  print(
    table(
      [`${algorithm} on ${family}: mean return`, ...Array.from({ length: count }, (_, i) => `trajectory ${i + 1}`)],
      returns,
    ),
  );
  print();
  for (const { parameter, r2 } of readOut)
    print(`${parameter} read out of the posterior mean, on test tasks: R^2 ${r2.toFixed(2)}`);
  const { environmentSteps = 0, gradientSteps = 0, seconds = 0 } = summary;
  print(
    `${environmentSteps.toLocaleString('en')} environment steps, ${gradientSteps.toLocaleString('en')} gradient steps in ${duration(seconds)}`,
  );
  print(`report: ${page}`);
}

/** Trains in an open folder and says how it ended. */
async function perform(folder: RunFolder, config: MetaRlConfig, json: boolean, resumes: boolean): Promise<void> {
  const view = createMetaProgress(json);
  const { shouldStop, release } = listenForStop(() => {
    view.close();
    if (!json) print('saving and stopping (a second signal stops at once)');
  });
  let open: OpenTraining | undefined;
  try {
    open = await openTraining(folder, config, { shouldStop, onProgress: (progress) => view.show(progress) });
    const { trainer, family } = open;
    const from = resumes ? trainer.resume() : null;
    for (const { name, reason } of trainer.passedOver)
      printError(`checkpoint ${name} is damaged and was passed over: ${reason}`);
    if (!json)
      print(
        `${config.algorithm} on ${family.name}: ${trainer.tasks.train.length} training and ${trainer.tasks.test.length} test tasks, ${from === null ? `${trainer.totalGradientSteps.toLocaleString('en')} gradient steps` : `going on from gradient step ${from.toLocaleString('en')}`}, in ${folder.dir}`,
      );
    folder.log(from === null ? 'meta-training starts' : `meta-training goes on from gradient step ${from}`);
    const outcome = await trainer.run();
    view.close();
    const finished = outcome === 'done' ? await finish(folder, open, shouldStop) : undefined;
    if (!finished) {
      folder.finish('interrupted', 'asked to stop; the state is saved');
      const step = folder.checkpoints.find('last')?.step ?? 0;
      if (json) printJson({ dir: folder.dir, status: 'interrupted', step });
      else print(`interrupted at gradient step ${step}; go on with: twoview metarl resume ${folder.dir}`);
      process.exitCode = exitCode.interrupted;
      return;
    }
    folder.log('done');
    folder.finish('done');
    if (json) printJson({ dir: folder.dir, status: 'done', page: finished.page, ...finished.results });
    else printResults(finished);
  } catch (error) {
    view.close();
    const reason = error instanceof Error ? error.message : String(error);
    folder.log(`failed: ${reason}`);
    folder.finish('failed', reason);
    throw error;
  } finally {
    release();
    await open?.environments.close();
  }
}

async function train(args: readonly string[], flags: TrainFlags): Promise<void> {
  if (flags.schema) return printJson(metaRlJsonSchema());
  const overrides = args.filter((arg) => arg.includes('=') && !existsSync(arg));
  const files = args.filter((arg) => !overrides.includes(arg));
  if (files.length > 1)
    throw new UsageError(`give one configuration file, not ${files.length}; overrides look like training.seed=1`);
  const [file] = files;
  const recipe = checkRecipe(flags.recipe);
  let config: MetaRlConfig;
  try {
    config = resolveMetaRl({
      recipe,
      overrides,
      ...(file === undefined ? {} : { file: readConfigFile(file) }),
      ...(flags.env === undefined ? {} : { family: flags.env }),
      ...(flags.algorithm === undefined ? {} : { algorithm: flags.algorithm }),
    });
    await checkMetaRl(config); // before there is a folder
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
  const { threads, workers } = config.training;
  config = { ...config, training: { ...config.training, threads: threads ?? os.availableParallelism(), workers } };
  const environment = { ...commandEnvironment(), ...engineEnvironment(config) };
  const folder = RunFolder.create(flags.out ?? freeFolder(config), {
    config,
    environment,
    force: flags.force ?? false,
  });
  await perform(folder, config, flags.json ?? false, false);
}

async function resume(dir: string, flags: { json?: boolean }): Promise<void> {
  metaRlConfigOf(RunFolder.open(dir));
  const folder = RunFolder.open(dir, { mode: 'write' });
  const config = metaRlConfigOf(folder);
  folder.recordResume({ ...commandEnvironment(), ...engineEnvironment(config) });
  await perform(folder, config, flags.json ?? false, true);
}

export function defineMetaTrain(metarl: Command): void {
  metarl
    .command('train')
    .description('Meta-trains PEARL, or TCL on top of it, on a family of tasks, into a run folder.')
    .argument('[config-and-overrides...]', 'CONFIG.yaml, then overrides such as training.iterations=50')
    .option('-e, --env <family>', `task family: ${rooms.families.map(({ name }) => name).join(', ')}`)
    .option('-a, --algorithm <name>', 'tcl (if left out) or pearl')
    .option('-r, --recipe <name>', 'small (minutes on a CPU) or paper (as published)', 'small')
    .option('-o, --out <dir>', 'run folder to make (runs/ALGORITHM-FAMILY-N if left out)')
    .option('--force', 'start over in a folder that holds a run, deleting that run')
    .option('--json', 'print one JSON object at the end and nothing else')
    .option('--schema', "print the JSON schema of a configuration file, and don't train")
    .addHelpText('after', () => `\n${settingsReference(metaRlSchema)}`)
    .action(train);
}

export function defineMetaResume(metarl: Command): void {
  metarl
    .command('resume')
    .description('Goes on with a run, bit for bit as if it had not been interrupted, buffers included.')
    .argument('<dir>', 'run folder')
    .option('--json', 'print one JSON object at the end and nothing else')
    .action(resume);
}
