// The command: one file a sub-command, errors as one sentence, exit codes that mean something.
import { Command, CommanderError } from 'commander';
import { exitCode, printError, UsageError } from './output.js';
import { packageVersion } from './session/environment.js';

interface Entry {
  summary: string;
  /** Loads the command's code; most of it loads the engine, which `doctor` and the overview must not need. */
  load: () => Promise<(command: Command, subcommand?: string) => void | Promise<void>>;
}

const commands: Record<string, Entry> = {
  demo: {
    summary: 'three encoders side by side: untrained, DirectPred, and one that collapses',
    load: async () => (await import('./commands/demo.js')).defineDemo,
  },
  doctor: {
    summary: 'check libtorch, BLAS, threads and devices, with remedies',
    load: async () => (await import('./commands/doctor.js')).defineDoctor,
  },
  methods: {
    summary: 'list the methods and their slots',
    load: async () => (await import('./commands/methods.js')).defineMethods,
  },
  train: {
    summary: 'train an encoder without labels',
    load: async () => (await import('./commands/train.js')).defineTrain,
  },
  resume: {
    summary: 'go on with a run that was interrupted',
    load: async () => (await import('./commands/train.js')).defineResume,
  },
  evaluate: {
    summary: "measure a run's encoder: kNN, linear probe, spectrum",
    load: async () => (await import('./commands/evaluate.js')).defineEvaluate,
  },
  diagnose: {
    summary: 'say whether a run or an encoder has collapsed, how, since when, why, and what to change',
    load: async () => (await import('./commands/diagnose.js')).defineDiagnose,
  },
  robustness: {
    summary: "attack a run's classifier, and say how many images it still gets right",
    load: async () => (await import('./commands/robustness.js')).defineRobustness,
  },
  embed: {
    summary: "turn a folder of images into a run's features",
    load: async () => (await import('./commands/embed.js')).defineEmbed,
  },
  bench: {
    summary: 'train several methods and seeds under one protocol, and compare them in a table',
    load: async () => (await import('./commands/bench.js')).defineBench,
  },
  theory: {
    summary: 'compute why training does or does not collapse: linear dynamics, trees of latents, sparse coding',
    load: async () => (await import('./commands/theory.js')).defineTheory,
  },
  metarl: {
    summary: 'train agents that adapt to new tasks (PEARL, TCL) on MuJoCo bodies and point robots',
    load: async () => (await import('./commands/metarl.js')).defineMetarl,
  },
  reproduce: {
    summary: "measure a paper's claims: verdicts, numbers beside thresholds, pictures",
    load: async () => (await import('./commands/reproduce.js')).defineReproduce,
  },
};

async function createProgram(chosen: string | undefined, subcommand: string | undefined): Promise<Command> {
  const program = new Command('twoview')
    .description('Self-supervised image encoders on libtorch: train them, and see why they do or do not collapse.')
    .version(packageVersion())
    .showHelpAfterError('(see twoview --help)')
    .exitOverride();
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program
      .command(name)
      .summary(summary)
      .exitOverride()
      .showHelpAfterError(`(see twoview ${name} --help)`);
    if (name === chosen) await (await load())(command, subcommand);
  }
  return program;
}

// A reader that has seen enough (`twoview methods | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCode.done);
});

try {
  const [chosen, subcommand] = process.argv.slice(2).filter((word) => word !== 'help');
  await (await createProgram(chosen, subcommand)).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  else {
    printError(error);
    process.exitCode = error instanceof UsageError ? exitCode.usage : exitCode.failed;
  }
}
