// twoview metarl compare: learning curves of several runs side by side, runs that differ in their seed alone as one curve.
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { type MetaRlConfig, metaRlSchema } from '../../metarl/index.js';
import { type MetaRlFamily, renderMetaRlComparison } from '../../report/index.js';
import { RunFolder, writeFileAtomic } from '../../runs/index.js';
import { print, printJson, table } from '../output.js';
import { flatten, written } from '../settings-by-path.js';
import { returnLevels } from './levels.js';
import { learningCurve } from './report.js';
import { metaRlConfigOf } from './session.js';

interface CompareFlags {
  out: string;
  json?: boolean;
}

/** Settings by their paths, without those that a result does not depend on or that tell seeds of one arm apart. */
type Settings = ReadonlyMap<string, string>;

const aside = new Set(['seed', 'threads', 'workers', 'logEvery', 'checkpointEvery'].map((name) => `training.${name}`));

const settingsOf = (config: MetaRlConfig): Settings =>
  new Map(flatten(config).flatMap(([name, value]) => (aside.has(name) ? [] : [[name, written(value)]])));

interface Run {
  dir: string;
  config: MetaRlConfig;
  settings: Settings;
  curve: ReturnType<typeof learningCurve>;
}

/** @throws Error if it is no meta-training, or has no meta-test yet */
function readRun(dir: string): Run {
  const folder = RunFolder.open(dir);
  const config = metaRlConfigOf(folder);
  const curve = learningCurve(folder.metrics().rows);
  if (curve.length === 0)
    throw new Error(`${dir} has no meta-test yet, so there is no curve to draw; wait for its first, or leave it out`);
  return { dir, config, settings: settingsOf(config), curve };
}

/** Those of one key together, in the order in which keys first come. */
function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

const algorithmOf = ({ config }: Run): string => (config.algorithm === 'tcl' ? 'TCL' : 'PEARL');

/** What is set where nothing is chosen. */
const defaults = settingsOf(metaRlSchema.parse({ algorithm: 'tcl', environment: { family: 'any' } }));

/** The algorithm, and what sets the arm apart from others with the same one; of defaults nothing is said. */
function armName(arm: Run, others: readonly Run[]): string {
  const alike = others.filter((other) => algorithmOf(other) === algorithmOf(arm));
  const apart = [...new Set(alike.flatMap(({ settings }) => [...settings.keys()]))].filter(
    (name) => new Set(alike.map(({ settings }) => settings.get(name))).size > 1,
  );
  const chosen = apart.filter((name) => arm.settings.has(name) && arm.settings.get(name) !== defaults.get(name));
  const words = chosen.map((name) => `${name}=${arm.settings.get(name)}`);
  return [algorithmOf(arm), ...words].join(', ');
}

/** Families as the page shows them. */
export function comparisonOf(dirs: readonly string[]): MetaRlFamily[] {
  return groupBy(dirs.map(readRun), ({ config }) => config.environment.family).map((runs) => {
    const groups = groupBy(runs, ({ settings }) => JSON.stringify([...settings]));
    const firsts = groups.map((group) => group[0]!);
    const tasks = firsts.map(({ config }) => config.environment);
    // Levels are those of the tasks tested: where runs have others, no line holds for all.
    const isOne = tasks.every((environment) => isDeepStrictEqual(environment, tasks[0]));
    return {
      family: firsts[0]!.config.environment.family,
      arms: groups.map((group) => ({
        name: armName(group[0]!, firsts),
        runs: group.map(({ dir, curve }) => ({ name: path.basename(dir), curve })),
      })),
      levels: isOne ? returnLevels(firsts[0]!.config) : [],
    };
  });
}

async function compare(dirs: string[], { out, json }: CompareFlags): Promise<void> {
  const families = comparisonOf(dirs);
  writeFileAtomic(
    out,
    await renderMetaRlComparison({
      title: families.length === 1 ? `Learning on ${families[0]!.family}` : 'Learning',
      families,
      command: `twoview metarl compare ${dirs.join(' ')} --out ${out}`,
    }),
  );
  const last = ({ curve }: MetaRlFamily['arms'][number]['runs'][number]) => curve.at(-1)!;
  const rows = families.flatMap(({ family, arms }) =>
    arms.flatMap(({ name, runs }) =>
      runs.map((run) => ({ family, arm: name, run: run.name, tests: run.curve.length, ...last(run) })),
    ),
  );
  if (json) return printJson({ page: out, runs: rows });
  print(
    table(
      ['run', 'family', 'arm', 'meta-tests', 'environment steps', 'last return'],
      rows.map(({ run, family, arm, tests, environmentSteps, test }) => [
        run,
        family,
        arm,
        String(tests),
        environmentSteps.toLocaleString('en'),
        Number(test).toFixed(1),
      ]),
    ),
  );
  print();
  print(`page: ${out}`);
}

export function defineMetaCompare(metarl: Command): void {
  metarl
    .command('compare')
    .description(
      'Learning curves of runs side by side; runs that differ in their seed alone become one curve with its spread.',
    )
    .argument('<dirs...>', 'run folders, finished or not')
    .option('-o, --out <file>', 'the page', 'comparison.html')
    .option('--json', 'print one JSON object')
    .action(compare);
}
