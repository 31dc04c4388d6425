// twoview bench: methods x seeds under one protocol, into one table. It survives interruption and goes on when called again.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { findPreset, siameseNames } from '../../methods/index.js';
import { type BenchTable, benchMarkdown } from '../../report/index.js';
import { RunFolder, RunLock } from '../../runs/index.js';
import { type Config, parseConfig, resolveDevice } from '../../training/index.js';
import { differences, listed, protocolDifference } from '../bench/identity.js';
import type { Cell, RunOutcome } from '../bench/messages.js';
import {
  checkShared,
  type Protocol,
  type ProtocolFile,
  parseProtocolFile,
  readProtocol,
  resolveRun,
  type Shared,
  withAbsoluteData,
  writeProtocol,
} from '../bench/protocol.js';
import { cellState, runCells } from '../bench/runner.js';
import { gatherTable, runDir, writeTable } from '../bench/table.js';
import { createBenchView } from '../bench/view.js';
import { exitCode, print, printError, printJson, UsageError } from '../output.js';
import { commandEnvironment } from '../session/environment.js';
import { readConfigFile, splitArguments } from './train.js';

interface BenchFlags {
  methods?: string;
  seeds?: string;
  out: string;
  jobs: string;
  retry?: boolean;
  table?: string;
  json?: boolean;
}

function parseMethods(text: string): string[] {
  const names = text === 'all' ? siameseNames : text.split(',').map((name) => name.trim());
  for (const name of names) checkMethodName(name);
  return [...new Set(names)];
}

function checkMethodName(name: string): void {
  try {
    findPreset(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (seeds.some((seed) => !(seed < 2 ** 31)))
    throw new UsageError(`--seeds must be whole numbers such as 0,1,2, not ${text}`);
  return [...new Set(seeds)];
}

function parseJobs(text: string): number {
  const [jobs, cores] = [Number(text), os.availableParallelism()];
  if (!Number.isInteger(jobs) || jobs < 1) throw new UsageError(`--jobs must be a whole number from 1, not ${text}`);
  if (jobs > cores) throw new UsageError(`--jobs ${jobs} is more than the ${cores} cores there are`);
  return jobs;
}

/** The protocol that the command line describes; undefined where it leaves that to the folder. */
function givenProtocol(args: readonly string[]): ProtocolFile | undefined {
  if (args.length === 0) return undefined;
  const { file, folder, overrides } = splitArguments(args);
  const read: ProtocolFile =
    file === undefined ? { file: {}, overrides: [], perMethod: {} } : parseProtocolFile(readConfigFile(file), file);
  if (folder !== undefined) read.file = { data: { name: 'folder', folder } };
  return { ...read, overrides: [...read.overrides, ...overrides] };
}

const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];

interface Plan {
  /** All that the folder's table tells of. */
  protocol: Protocol;
  /** What this call works on. */
  methods: string[];
  seeds: number[];
}

/**
 * Lays the command line on what the folder holds: methods and seeds may be added, the rest stays.
 * @throws UsageError if the protocols differ
 */
function plan(args: readonly string[], flags: BenchFlags, onGpu: boolean): Plan {
  const { out } = flags;
  const stored = readProtocol(out);
  if (!stored && existsSync(out) && readdirSync(out).some((name) => !name.startsWith('.')))
    throw new UsageError(`${out} holds something else than a bench: choose another folder with --out`);
  const given = givenProtocol(args);
  let shared: Shared = given ?? stored ?? { file: {}, overrides: [], perMethod: {} };
  const methods = flags.methods
    ? parseMethods(flags.methods)
    : (given?.methods ?? stored?.methods ?? [...siameseNames]);
  const seeds = flags.seeds ? parseSeeds(flags.seeds) : (given?.seeds ?? stored?.seeds ?? [0, 1, 2]);
  for (const name of methods) checkMethodName(name);
  try {
    checkShared(shared);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
  for (const method of methods) resolveRun(shared, method, 0, onGpu); // what is wrong is said before anything is trained
  shared = withAbsoluteData(shared, onGpu, methods[0] as string);
  const protocol: Protocol = {
    file: shared.file,
    overrides: shared.overrides,
    perMethod: { ...(stored?.perMethod ?? {}), ...shared.perMethod },
    methods: union(stored?.methods ?? [], methods),
    seeds: union(stored?.seeds ?? [], seeds).sort((a, b) => a - b),
    command: ['twoview', ...process.argv.slice(2)].join(' '),
  };
  if (stored) {
    const difference = protocolDifference(stored, { ...protocol, perMethod: shared.perMethod }, onGpu);
    if (difference)
      throw new UsageError(`${out} holds a bench of another protocol: ${difference}; choose another folder with --out`);
  }
  return { protocol, methods, seeds };
}

/** @throws Error if the folder of a cell holds a run of another configuration, whose numbers must not pass for this one's */
function checkRun({ dir }: Cell, wanted: Config): void {
  if (!existsSync(path.join(dir, 'config.yaml')) || !existsSync(path.join(dir, 'environment.json'))) return;
  const found = differences(parseConfig(RunFolder.open(dir).config(), path.join(dir, 'config.yaml')), wanted);
  if (found.length > 0)
    throw new Error(
      `${dir} holds a run of another configuration (${listed(found)}): choose another folder with --out, or delete it`,
    );
}

/** So many threads for each job that all together have a core each. */
function withThreads(config: Config, jobs: number): Config {
  if (jobs === 1) return config;
  const share = Math.max(1, Math.floor(os.availableParallelism() / jobs));
  const threads = Math.min(config.training.threads ?? share, share);
  return { ...config, training: { ...config.training, threads } };
}

/** How a run ended, in a line. */
function ending(cell: Cell, outcome: RunOutcome, table: BenchTable): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.reason}`;
  if (outcome.kind === 'interrupted') return 'interrupted; the same command goes on from its last checkpoint';
  const row = table.rows.find(({ name }) => name === cell.method);
  const value = (name: string): number | undefined =>
    row?.measures[name]?.values.find(({ seed }) => seed === cell.seed)?.value;
  const accuracy = (name: string, label: string): string[] => {
    const share = value(name);
    return share === undefined ? [] : [`${label} ${(100 * share).toFixed(1)} %`];
  };
  const rank = value('z.effectiveRank');
  return [
    ...accuracy('knn', 'kNN'),
    ...accuracy('linear', 'linear'),
    ...(rank === undefined ? [] : [`rank of z ${rank.toFixed(1)}`]),
    `${(value('minutes') ?? 0).toFixed(1)} min`,
  ].join(', ');
}

async function train(
  { protocol, methods, seeds }: Plan,
  flags: BenchFlags,
  jobs: number,
  onGpu: boolean,
): Promise<void> {
  const { out, json = false } = flags;
  // Seed by seed, so that every method has its first results early.
  const cells = seeds.flatMap((seed) => methods.map((method) => ({ method, seed, dir: runDir(out, method, seed) })));
  const configOf = ({ method, seed }: Cell): Config => resolveRun(protocol, method, seed, onGpu);
  for (const cell of cells) checkRun(cell, configOf(cell));
  const open = cells.filter(({ dir }) => {
    const state = cellState(dir);
    return state === 'open' || (state === 'failed' && flags.retry);
  });
  const before = cells.length - open.length;
  if (!json) {
    print(
      `${methods.length} methods x ${seeds.length} seeds: ${cells.length} runs in ${out}${before > 0 ? `, ${before} of them there already` : ''}`,
    );
  }
  const failures = new Map<string, string>();
  const example = configOf(cells[0] as Cell);
  const tell = (): BenchTable => {
    const table = gatherTable(out, protocol, example, failures);
    writeTable(out, table, protocol);
    return table;
  };
  const view = createBenchView({ silent: json, total: cells.length, before });
  const ended = await runCells(open, {
    jobs,
    configOf: (cell) => withThreads(configOf(cell), jobs),
    environment: commandEnvironment(),
    onStart: (cell) => view.start(cell),
    onMessage: (cell, message) => view.show(cell, message),
    onEnd: (cell, outcome) => {
      if (outcome.kind === 'failed') failures.set(cell.dir, outcome.reason);
      view.end(cell, ending(cell, outcome, tell()));
    },
  });
  view.close();
  conclude(tell(), out, json);
  if (ended === 'interrupted') {
    if (!json) printError('interrupted; the same command goes on');
    process.exitCode = exitCode.interrupted;
  }
}

function conclude(table: BenchTable, out: string, json: boolean): void {
  if (json) printJson(table);
  else {
    print();
    print(benchMarkdown(table));
    print(`report: ${path.join(out, 'report.html')}`);
  }
  const failed = table.rows.flatMap(({ failures }) => failures).length;
  if (failed > 0 && !json) print(`failed: ${failed}; --retry goes on with them`);
  if (table.rows.every(({ done }) => done.length === 0)) process.exitCode = exitCode.failed;
}

async function bench(args: readonly string[], flags: BenchFlags): Promise<void> {
  const jobs = parseJobs(flags.jobs);
  const onGpu = resolveDevice('auto') !== 'cpu';
  if (flags.table !== undefined) {
    const protocol = readProtocol(flags.table);
    if (!protocol) throw new UsageError(`--table: ${flags.table} is no bench: it has no bench.yaml written by twoview`);
    const [method = '', seed = 0] = [protocol.methods[0], protocol.seeds[0]];
    const table = gatherTable(flags.table, protocol, resolveRun(protocol, method, seed, onGpu));
    writeTable(flags.table, table, protocol);
    return conclude(table, flags.table, flags.json ?? false);
  }
  const planned = plan(args, flags, onGpu);
  mkdirSync(flags.out, { recursive: true });
  const lock = RunLock.acquire(flags.out);
  try {
    writeProtocol(flags.out, planned.protocol);
    await train(planned, flags, jobs, onGpu);
  } finally {
    lock.release();
  }
}

const help = `
A configuration file is that of twoview train, and may have a section of its own:
  bench:
    methods: [simclr, byol, directpred]   # or all
    seeds: [0, 1, 2]
    perMethod: { simclr: { optimizer.learningRate: 0.1 } }
In this order, later ones win: the method's preset (its slots and its paper's optimizer), the file, a.b=value, perMethod.
An optimizer that is given by its name (optimizer: { name: sgd, learningRate: 0.03 }) is the whole optimizer of all methods;
single fields (optimizer.weightDecay=0) are laid on each preset's own.

OUT holds bench.yaml (the protocol), runs/METHOD/seed-N/ (run folders as twoview train makes them), table.md, table.json,
table.svg and report.html. A second call in the same folder goes on: finished runs stay, interrupted ones resume, and what it
does not say is taken from bench.yaml. Methods and seeds can be added; another protocol is refused.

Each run is a process of its own. With --jobs N, each trains with at most cores / N threads; one that is resumed keeps its own.
A run that fails is told in the table, and the others go on. Exit code: 0 when the table was written, also if some runs
failed; 1 when no run of the table finished; 2 for wrong usage; 130 when interrupted, with everything saved.`;

export function defineBench(command: Command): void {
  command
    .description('Trains methods x seeds under one protocol, goes on where it was interrupted, and writes one table.')
    .argument(
      '[source-and-overrides...]',
      'CONFIG.yaml or a folder of images, then overrides such as training.epochs=50',
    )
    .option('-m, --methods <names>', 'presets, as in simclr,byol, or all that compare views (see twoview methods)')
    .option('-s, --seeds <numbers>', 'seeds, as in 0,1,2 (the default)')
    .option('-o, --out <dir>', "the bench's folder", 'bench')
    .option('-j, --jobs <n>', 'runs at a time', '1')
    .option('--retry', 'go on with runs that failed, too')
    .option('--table <dir>', 'only write the table of a folder again, from what is there')
    .option('--json', 'print the contents of table.json at the end and nothing else')
    .addHelpText('after', help)
    .action(bench);
}
