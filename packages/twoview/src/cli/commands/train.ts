// twoview train, twoview resume
import { existsSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { RunFolder } from '../../runs/index.js';
import { type Config, configJsonSchema, parseConfig, resolveConfig, resolveDevice } from '../../training/index.js';
import { configReference } from '../config-help.js';
import { duration, exitCode, print, printError, printJson, table, UsageError } from '../output.js';
import { createProgressView } from '../progress.js';
import { commandEnvironment } from '../session/environment.js';
import type { SessionRequest, SessionSummary } from '../session/protocol.js';
import { runSession, type SessionOutcome } from '../session/session.js';

interface TrainFlags {
  method?: string;
  dataset?: string;
  recipe?: string;
  out?: string;
  predictor?: string;
  normalizer?: string;
  target?: string;
  objective?: string;
  init?: string;
  force?: boolean;
  json?: boolean;
  schema?: boolean;
}

/** The content of a YAML file. @throws UsageError if there is none that can be read */
export function readConfigFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The parser's message goes on with an excerpt of the file.
    const [what] = (error as Error).message.split(/:?\n/);
    throw new UsageError(`${file} is not a YAML file that can be read: ${what}`);
  }
}

/** The first argument without `=` is a configuration file or a folder of images; the others are overrides. */
export function splitArguments(args: readonly string[]): { file?: string; folder?: string; overrides: string[] } {
  const overrides = args.filter((arg) => arg.includes('=') && !existsSync(arg));
  const sources = args.filter((arg) => !overrides.includes(arg));
  if (sources.length > 1)
    throw new UsageError(
      `give one configuration file or folder, not ${sources.length} (${sources.join(', ')}); overrides look like training.epochs=50`,
    );
  const [source] = sources;
  if (source === undefined) return { overrides };
  if (!existsSync(source)) throw new UsageError(`there is no file or folder ${source}`);
  return statSync(source).isDirectory() ? { folder: source, overrides } : { file: source, overrides };
}

/** Fills in what depends on the machine and the current folder, so that a resumed run depends on neither. */
export function settle(config: Config): Config {
  const { training } = config;
  const device = resolveDevice(training.device);
  const data = 'folder' in config.data ? { ...config.data, folder: path.resolve(config.data.folder) } : config.data;
  return { ...config, data, training: { ...training, device, threads: training.threads ?? os.availableParallelism() } };
}

function freeFolder(config: Config): string {
  for (let i = 1; ; i++) {
    const dir = path.join('runs', `${config.method.name}-${config.data.name}-${i}`);
    if (!existsSync(dir)) return dir;
  }
}

/** Where weights to start from lie: a safetensors file, or a run's best checkpoint. */
function initPath(init: string): string {
  if (!existsSync(init)) throw new UsageError(`--init: there is no ${init}`);
  if (!statSync(init).isDirectory()) return init;
  const { checkpoints } = RunFolder.open(init);
  const checkpoint = checkpoints.find('best') ?? checkpoints.find('last');
  if (!checkpoint) throw new UsageError(`--init: the run ${init} has no checkpoint`);
  return path.join(checkpoint.path, 'weights.safetensors');
}

const percent = (value: number | undefined): string => (value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? '–' : value.toFixed(digits);

function printSummary(summary: SessionSummary): void {
  const { results, untrained } = summary;
  const rows = [
    ['accuracy of the classifier', '–', percent(results.natural)],
    ['the same under attack', '–', percent(results.robust)],
    ['kNN accuracy', percent(untrained.knn), percent(results.knn)],
    ['linear accuracy', percent(untrained.linear), percent(results.linear)],
    ['effective rank of h', fixed(untrained['h.effectiveRank'], 1), fixed(results['h.effectiveRank'], 1)],
    ['effective rank of z', fixed(untrained['z.effectiveRank'], 1), fixed(results['z.effectiveRank'], 1)],
    ['std of z (1 is healthy)', fixed(untrained['z.std'], 2), fixed(results['z.std'], 2)],
  ];
  print();
  print(
    table(
      [`${summary.method} on ${summary.dataset}`, 'untrained', 'trained'],
      rows.filter((row) => row[2] !== '–'),
    ),
  );
  print();
  print(`verdict: z ${summary.verdict}, h ${summary.features}; ${summary.steps} steps in ${duration(summary.seconds)}`);
  if (summary.remedy) print(`cause:   ${summary.remedy}`);
  print(`report:  ${summary.report}`);
}

/** Runs a session with its progress, prints how it ended, and sets the exit code. */
async function perform(request: SessionRequest, json: boolean): Promise<void> {
  const view = createProgressView({ silent: json });
  const outcome: SessionOutcome = await runSession(request, (message) => view.show(message));
  view.close();
  if (outcome.kind === 'failed') {
    printError(outcome.message);
    process.exitCode = exitCode.failed;
  } else if (outcome.kind === 'interrupted') {
    if (json)
      printJson({ dir: request.dir, status: 'interrupted', step: outcome.step, totalSteps: outcome.totalSteps });
    else
      print(`interrupted at step ${outcome.step} of ${outcome.totalSteps}; go on with: twoview resume ${request.dir}`);
    process.exitCode = exitCode.interrupted;
  } else if (json) printJson({ status: 'done', ...outcome.summary });
  else printSummary(outcome.summary);
}

async function train(args: readonly string[], flags: TrainFlags): Promise<void> {
  if (flags.schema) return printJson(configJsonSchema());
  const { file, folder, overrides } = splitArguments(args);
  const slots = (['objective', 'normalizer', 'predictor', 'target'] as const).flatMap((slot) =>
    flags[slot] ? [`method.${slot}=${flags[slot]}`] : [],
  );
  let config: Config;
  try {
    config = resolveConfig({
      ...(file === undefined ? {} : { file: readConfigFile(file) }),
      ...(flags.method === undefined ? {} : { method: flags.method }),
      ...(flags.dataset === undefined ? {} : { dataset: flags.dataset }),
      ...(folder === undefined ? {} : { folder }),
      ...(flags.recipe === undefined ? {} : { recipe: flags.recipe }),
      overrides: [...slots, ...overrides],
      onGpu: resolveDevice('auto') !== 'cpu',
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  config = settle(config);
  const dir = flags.out ?? freeFolder(config);
  const init = flags.init === undefined ? null : initPath(flags.init);
  await perform(
    { kind: 'train', dir, config, force: flags.force ?? false, init, environment: commandEnvironment() },
    flags.json ?? false,
  );
}

export function defineTrain(command: Command): void {
  command
    .description(
      'Trains an encoder on images, without labels or with them against attacks, into a run folder with checkpoints, metrics and a report.',
    )
    .argument(
      '[source-and-overrides...]',
      'CONFIG.yaml or a folder of images, then overrides such as training.epochs=50',
    )
    .option('-m, --method <name>', 'preset to start from (see twoview methods)')
    .option('-d, --dataset <name>', 'embedded, cifar10, cifar100, stl10 or folder')
    .option(
      '-r, --recipe <scale>',
      "train as the method's papers do: cifar, stl10 or imagenet (see twoview methods show)",
    )
    .option('-o, --out <dir>', 'run folder to make (runs/METHOD-DATASET-N if left out)')
    .option('--predictor <name>', 'the predictor slot: identity, linear, mlp, directPred, directCopy')
    .option('--target <name>', 'the target slot: online, stopGradient, ema')
    .option(
      '--objective <name>',
      'the objective slot: cosine, mse, distance, infoNce, ntXent, supervisedContrastive, barlowTwins, vicreg, alignmentUniformity, simpleContrastive, softTriplet, contrastiveNce, exactCovariance, crossEntropy, adversarial, adr',
    )
    .option('--normalizer <name>', 'the normalizer slot: none, bn, dbn, shuffledDbn, slicedWhitening')
    .option('--init <weights>', 'start the encoder from a safetensors file or a run')
    .option('--force', 'start over in a folder that holds a run, deleting that run')
    .option('--json', 'print one JSON object at the end and nothing else')
    .option('--schema', "print the JSON schema of a configuration file, and don't train")
    .addHelpText('after', () => `\n${configReference()}`)
    .action(train);
}

export function defineResume(command: Command): void {
  command
    .description(
      'Goes on with a run from its last checkpoint; on a CPU the result equals that of an uninterrupted run bit for bit.',
    )
    .argument('<dir>', 'run folder')
    .option('--json', 'print one JSON object at the end and nothing else')
    .action(async (dir: string, flags: { json?: boolean }) => {
      parseConfig(RunFolder.open(dir).config(), path.join(dir, 'config.yaml'));
      await perform({ kind: 'resume', dir, environment: commandEnvironment() }, flags.json ?? false);
    });
}
