// From a bench's folder to its table: everything is read from the runs, nothing is remembered.
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type BenchMeasure,
  type BenchRow,
  type BenchTable,
  benchMarkdown,
  benchPicture,
  renderBenchReport,
} from '../../report/index.js';
import { RunFolder, writeFileAtomic } from '../../runs/index.js';
import { type Config, parseConfig } from '../../training/index.js';
import { configHash } from './identity.js';
import { readExtras, readResults } from './measure.js';
import type { Cell } from './messages.js';
import type { Protocol } from './protocol.js';

/** What a bench's folder tells of one run. */
interface RunRecord extends Cell {
  config?: Config;
  environment: Record<string, unknown>;
  /** Of a run that was trained to its end. */
  measures?: Record<string, number>;
  untrained?: Record<string, number>;
  verdict?: string;
  failure?: string;
  ended?: string;
}

export const runDir = (out: string, method: string, seed: number): string =>
  path.join(out, 'runs', method, `seed-${seed}`);

/** Keeps the measures that a table has columns for, under another name if `suffix` is given. */
function accuracies(results: Record<string, number> | undefined, suffix: string): Record<string, number> {
  const names = ['knn', 'linear'].filter((name) => results?.[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name + suffix, results?.[name] as number]));
}

function readRun(cell: Cell, failures: ReadonlyMap<string, string>): RunRecord {
  const { dir } = cell;
  const here = failures.get(dir);
  if (!existsSync(path.join(dir, 'config.yaml')) || !existsSync(path.join(dir, 'environment.json')))
    return { ...cell, environment: {}, ...(here === undefined ? {} : { failure: here }) };
  const folder = RunFolder.open(dir);
  const config = parseConfig(folder.config(), path.join(dir, 'config.yaml'));
  const { state, heartbeat } = folder.status();
  const failure = here ?? (state === 'failed' ? (heartbeat?.reason ?? 'for an unknown reason') : undefined);
  const record: RunRecord = {
    ...cell,
    config,
    environment: folder.environment(),
    ...(heartbeat ? { ended: heartbeat.updated } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
  const results = state === 'done' ? readResults(dir) : undefined;
  if (!results) return record;
  const extras = readExtras(dir);
  const { rows } = folder.metrics();
  const speed = rows.findLast((row) => typeof row.viewsPerSecond === 'number')?.viewsPerSecond as number | undefined;
  return {
    ...record,
    verdict: results.verdict.verdict,
    measures: {
      ...results.results,
      ...accuracies(extras?.best?.results, '.best'),
      minutes: Math.max(0, ...rows.map((row) => row.time ?? 0)) / 60,
      ...(speed === undefined ? {} : { viewsPerSecond: speed }),
    },
    ...(extras ? { untrained: extras.untrained } : {}),
  };
}

/** Mean and sample standard deviation over seeds. */
export function summarize(values: readonly { seed: number; value: number }[]): BenchMeasure {
  const n = values.length;
  const mean = values.reduce((sum, { value }) => sum + value, 0) / n;
  const squares = values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : null, values };
}

/** Measures of the table and of its JSON; others of a run are in its own `results.json`. */
const shown = [
  'knn',
  'knn.best',
  'linear',
  'linear.best',
  'h.effectiveRank',
  'z.effectiveRank',
  'h.participationRatio',
  'z.participationRatio',
  'minutes',
  'viewsPerSecond',
];

function measuresOf(runs: readonly { seed: number; measures: Record<string, number> }[]): Record<string, BenchMeasure> {
  const entries = shown.flatMap((name) => {
    const values = runs.flatMap(({ seed, measures }) => {
      const value = measures[name];
      return value === undefined ? [] : [{ seed, value }];
    });
    return values.length === 0 ? [] : [[name, summarize(values)] as const];
  });
  return Object.fromEntries(entries);
}

function rowOf(method: string, runs: readonly RunRecord[], { seeds, perMethod }: Protocol): BenchRow {
  const done = runs.flatMap(({ seed, measures }) => (measures ? [{ seed, measures }] : []));
  const verdicts: Record<string, number> = {};
  for (const { verdict, failure } of runs) {
    const word = verdict ?? (failure === undefined ? undefined : 'failed');
    if (word !== undefined) verdicts[word] = (verdicts[word] ?? 0) + 1;
  }
  const hashes = new Set(runs.flatMap(({ config }) => (config ? [configHash(config)] : [])));
  const own = perMethod[method];
  return {
    name: method,
    hash: hashes.size > 0 ? [...hashes].join(' or ') : null,
    seeds,
    done: done.map(({ seed }) => seed),
    verdicts,
    measures: measuresOf(done),
    ...(own === undefined ? {} : { own }),
    failures: runs.flatMap(({ seed, failure }) => (failure === undefined ? [] : [{ seed, reason: failure }])),
  };
}

/**
 * The encoder before training. Its features depend on the seed and the encoder alone, so any method's run tells of it;
 * embeddings z, which depend on the method's projector, are left out.
 */
function untrainedRow(runs: readonly RunRecord[], { seeds }: Protocol): { row?: BenchRow; notes: string[] } {
  const known = runs.filter((run) => run.untrained);
  const first = seeds.flatMap((seed) => known.find((run) => run.seed === seed) ?? []);
  if (first.length === 0) return { notes: [] };
  const measures = first.map(({ seed, untrained }) => {
    const kept = Object.entries(untrained ?? {}).filter(([name]) => !name.startsWith('z.'));
    return { seed, measures: Object.fromEntries(kept) };
  });
  const others = known.filter((run) => {
    const same = first.find(({ seed }) => seed === run.seed);
    return ['h.effectiveRank', 'knn'].some((name) => same?.untrained?.[name] !== run.untrained?.[name]);
  });
  const row: BenchRow = {
    name: 'untrained',
    hash: null,
    seeds,
    done: first.map(({ seed }) => seed),
    verdicts: {},
    measures: measuresOf(measures),
    failures: [],
  };
  const names = [...new Set(others.map(({ method }) => method))].join(', ');
  return {
    row,
    notes: names ? [`The untrained encoder is ${first[0]?.method}'s; ${names} started from another.`] : [],
  };
}

/** Classes of the public sets, for the accuracy of guessing; those of a folder are not known before it is read. */
function classesOf(data: Config['data']): number | undefined {
  if (data.name === 'folder') return undefined;
  if (data.name === 'cifar100') return data.labels === 'fine' ? 100 : 20;
  return 10;
}

/** Values of the runs' environments, each once. */
function distinct<T>(runs: readonly RunRecord[], key: string, is: (value: unknown) => value is T): T[] {
  return [...new Set(runs.map(({ environment }) => environment[key]).filter(is))];
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

function byAccuracy(a: BenchRow, b: BenchRow): number {
  const score = (row: BenchRow): number => row.measures.knn?.mean ?? row.measures['z.effectiveRank']?.mean ?? -1;
  return score(b) - score(a);
}

/**
 * Reads the table of a bench from its folder.
 * @param failures by run folder: why a run ended, where its folder does not tell
 */
export function gatherTable(
  out: string,
  protocol: Protocol,
  example: Config,
  failures: ReadonlyMap<string, string> = new Map(),
): BenchTable {
  const { methods, seeds } = protocol;
  const runs = methods.flatMap((method) =>
    seeds.map((seed) => readRun({ method, seed, dir: runDir(out, method, seed) }, failures)),
  );
  const rows = methods.map((method) =>
    rowOf(
      method,
      runs.filter((run) => run.method === method),
      protocol,
    ),
  );
  const untrained = untrainedRow(runs, protocol);
  const { k, temperature } = example.evaluation;
  const times = (values: (string | undefined)[]): string[] => values.filter(isText).sort();
  const began = times(runs.map(({ environment }) => environment.started as string | undefined)).at(0);
  const ended = times(runs.map((run) => run.ended)).at(-1);
  const classes = classesOf(example.data);
  const isLabeled = rows.some(({ measures }) => measures.knn !== undefined);
  return {
    dataset: example.data.name,
    encoder: example.encoder.name,
    complete: runs.every(({ measures, untrained: before, failure }) => (measures && before) || failure !== undefined),
    rows: rows.sort(byAccuracy),
    ...(untrained.row ? { untrained: untrained.row } : {}),
    ...(isLabeled && classes !== undefined ? { chance: 1 / classes } : {}),
    ...(isLabeled ? { evaluation: { k, temperature, probe: 'logistic' } } : {}),
    provenance: {
      devices: distinct(runs, 'device', isText),
      threads: distinct(runs, 'threads', isNumber),
      libtorch: distinct(runs, 'libtorch', isText),
      cpus: distinct(runs, 'cpu', isText),
      ...(began ? { began } : {}),
      ...(ended ? { ended } : {}),
      command: protocol.command ?? `twoview bench ${path.join(out, 'bench.yaml')} --out NEW_FOLDER`,
    },
    notes: untrained.notes,
  };
}

/** Writes `table.json`, `table.md`, `table.svg` and `report.html`. @returns the report's path */
export function writeTable(out: string, table: BenchTable, protocol: Protocol): string {
  const { file, ...bench } = protocol;
  writeFileAtomic(path.join(out, 'table.json'), `${JSON.stringify(table, null, 2)}\n`);
  writeFileAtomic(path.join(out, 'table.md'), benchMarkdown(table));
  const picture = benchPicture(table);
  if (picture) writeFileAtomic(path.join(out, 'table.svg'), picture);
  const report = path.join(out, 'report.html');
  writeFileAtomic(report, renderBenchReport(table, { ...file, bench }));
  return report;
}
