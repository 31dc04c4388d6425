// twoview metarl evaluate: a meta-test of a run's agent.
import type { Command } from 'commander';
import { metaTest, metaTestSteps, studyAgent, summarize } from '../../metarl/index.js';
import { renderMetaRlReport, writeReport } from '../../report/index.js';
import { RunFolder } from '../../runs/index.js';
import { exitCode, print, printError, printJson, table, UsageError } from '../output.js';
import { listenForStop } from '../stop.js';
import { metaRlReport } from './report.js';
import { metaRlConfigOf, openTraining } from './session.js';

interface EvaluateFlags {
  checkpoint: string;
  runs?: string;
  seed?: string;
  prior?: boolean;
  json?: boolean;
}

/** Bounds are those of the configuration. */
function whole(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  const bound = value > most ? `most ${most}` : `least ${least}`;
  throw new UsageError(`${flag} must be a whole number of at ${bound}, not '${text}'`);
}

async function evaluate(dir: string, flags: EvaluateFlags): Promise<void> {
  const asked = { runs: whole('--runs', flags.runs, 1, 10_000), seed: whole('--seed', flags.seed, 0, 2 ** 31 - 1) };
  const folder = RunFolder.open(dir);
  const written = metaRlConfigOf(folder);
  const { runs = written.evaluation.runs, seed = written.training.seed } = asked;
  const config = { ...written, evaluation: { ...written.evaluation, runs }, training: { ...written.training, seed } };
  const { shouldStop, release } = listenForStop();
  const open = await openTraining(folder, config);
  const { trainer, family, environments } = open;
  try {
    const step = trainer.load(flags.checkpoint);
    const { agent, tasks } = trainer;
    const study = await studyAgent({ agent, config, family, tasks, environments, shouldStop });
    const policy = agent.policyWeights();
    // What adaptation is worth: the same with z from the prior throughout.
    const unadapted =
      study && flags.prior
        ? await metaTest({
            agent,
            tasks: tasks.test,
            player: { play: (requests) => environments.collect(policy, requests) },
            runs,
            steps: metaTestSteps(config.evaluation, config.environment.horizon ?? family.horizon),
            explorationTrajectories: config.evaluation.explorationTrajectories,
            adapt: false,
            seed,
            shouldStop,
          })
        : null;
    if (!study || unadapted === undefined) {
      printError('interrupted; nothing was written');
      process.exitCode = exitCode.interrupted;
      return;
    }
    const report = metaRlReport({
      folder,
      config: written,
      family,
      tasks,
      study,
      checkpoint: flags.checkpoint,
      step,
      metaTest: { runs, seed },
    });
    const page = writeReport(dir, await renderMetaRlReport(report));
    const rows = [
      { name: 'test tasks', ...summarize(study.test) },
      { name: 'training tasks', ...summarize(study.train) },
      ...(unadapted ? [{ name: 'test tasks, z from the prior', ...summarize(unadapted) }] : []),
    ];
    const readOut = Object.fromEntries(study.readOut.map(({ parameter, r2 }) => [parameter, r2]));
    if (flags.json) return printJson({ dir, checkpoint: flags.checkpoint, step, runs, returns: rows, readOut, page });
    const count = Math.max(...rows.map(({ byTrajectory }) => byTrajectory.length));
    print(
      table(
        ['mean return', ...Array.from({ length: count }, (_, i) => `trajectory ${i + 1}`), 'success'],
        rows.map(({ name, byTrajectory, success }) => [
          name,
          ...Array.from({ length: count }, (_, i) => byTrajectory[i]?.toFixed(1) ?? '–'),
          success === null ? '–' : `${(100 * success).toFixed(0)} %`,
        ]),
      ),
    );
    print();
    for (const [parameter, r2] of Object.entries(readOut))
      print(`${parameter} read out of the posterior mean, on test tasks: R^2 ${r2.toFixed(2)}`);
    print(`page: ${page}`);
  } finally {
    release();
    await environments.close();
  }
}

export function defineMetaEvaluate(metarl: Command): void {
  metarl
    .command('evaluate')
    .description(
      "Meta-test of a run's agent: returns by trajectory, what can be read out of posteriors, and the page anew.",
    )
    .argument('<dir>', 'run folder')
    .option('--checkpoint <name>', 'last or best', 'last')
    .option('--runs <n>', 'independent runs of each task (as configured)')
    .option('--seed <n>', "of starts and z (the run's)")
    .option('--prior', 'also with z from the prior in every trajectory: what adaptation is worth')
    .option('--json', 'print one JSON object')
    .action(evaluate);
}
