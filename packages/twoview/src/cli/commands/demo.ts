// twoview demo: the question and the answer in five minutes. One encoder is left untrained, one is trained by DirectPred,
// and one by DirectPred without its stop-gradient, which collapses.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { openDataset } from '../../data/index.js';
import { loadModel, runTransform, trainedSize } from '../../evaluation/index.js';
import { type ClaimRow, type RunReport, renderComparisonReport, writeReport } from '../../report/index.js';
import { RunFolder } from '../../runs/index.js';
import { type Config, parseConfig, resolveConfig } from '../../training/index.js';
import { bold, duration, exitCode, print, printError, printJson, table } from '../output.js';
import { createProgressView } from '../progress.js';
import { commandEnvironment } from '../session/environment.js';
import { gatherReport } from '../session/finish.js';
import { runSession } from '../session/session.js';
import { settle } from './train.js';

interface Arm {
  folder: string;
  title: string;
  overrides: string[];
}

/** What both arms share: small enough for two cores, large enough to show the effect. */
const recipe = [
  'encoder.name=convnet',
  'encoder.channels=[16,32,64,128]',
  'training.epochs=18',
  'optimizer.learningRate=0.06',
  'method.target.momentum=0.99',
  'evaluation.everyEpochs=2',
  'evaluation.maxTrain=2000',
  'evaluation.maxTest=1000',
  'training.checkpointEvery=100000',
];

const arms: Arm[] = [
  { folder: 'directpred', title: 'DirectPred', overrides: recipe },
  {
    folder: 'no-stop-gradient',
    title: 'without stop-gradient',
    overrides: [
      ...recipe.filter((text) => !text.startsWith('method.target')),
      'training.epochs=2',
      'method.target=online',
    ],
  },
];

/** @throws Error if the folder holds a run of another configuration, whose numbers must not pass for this one's */
function checkSame(dir: string, config: Config): void {
  const stored = parseConfig(RunFolder.open(dir).config(), dir);
  // A run may go on, or be shown, on a machine with other cores.
  const { device, threads } = stored.training;
  const wanted = { ...config, training: { ...config.training, device, threads } };
  if (isDeepStrictEqual(stored, wanted)) return;
  throw new Error(`${dir} holds a run of another configuration: choose another folder with --out, or delete it`);
}

/**
 * Trains an arm unless its folder holds the finished run already; goes on with one that was interrupted.
 * @returns its report, or why there is none
 */
async function trainArm(
  arm: Arm,
  dir: string,
  extra: readonly string[],
  json: boolean,
): Promise<RunReport | 'interrupted' | 'failed'> {
  const config = settle(
    resolveConfig({ method: 'directpred', dataset: 'embedded', overrides: [...arm.overrides, ...extra] }),
  );
  const environment = commandEnvironment();
  const known = existsSync(path.join(dir, 'environment.json'));
  if (known) checkSame(dir, config);
  if (known && RunFolder.open(dir).status().state === 'done') return armReport(arm, dir);
  const view = createProgressView({ silent: json, prefix: `${arm.title}: ` });
  const request = known
    ? ({ kind: 'resume', dir, environment } as const)
    : ({ kind: 'train', dir, config, force: false, init: null, environment } as const);
  const outcome = await runSession(request, (message) => view.show(message));
  view.close();
  if (outcome.kind === 'failed') printError(outcome.message);
  if (outcome.kind === 'interrupted')
    printError(`interrupted; the same command goes on from step ${outcome.step} of ${outcome.totalSteps}`);
  return outcome.kind === 'done' ? { ...outcome.report, name: arm.title } : outcome.kind;
}

/** Gathers the report of a finished arm, from its folder alone. */
async function armReport(arm: Arm, dir: string): Promise<RunReport> {
  const folder = RunFolder.open(dir);
  const { model, config } = loadModel(dir);
  const images = await openDataset(config.data, { split: 'train' });
  const test = await openDataset(config.data, { split: 'test' });
  const transform = runTransform(config, trainedSize(config));
  const { report } = await gatherReport({ folder, config, model, images, labeled: images, test, transform });
  return { ...report, name: arm.title };
}

const percent = (value: number | undefined): string => (value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? '–' : value.toFixed(digits);

function claims(trained: RunReport, collapsed: RunReport): ClaimRow[] {
  const before = trained.untrained?.knn ?? Number.NaN;
  const after = trained.results?.knn ?? Number.NaN;
  const status = (holds: boolean): ClaimRow['status'] => (holds ? 'pass' : 'fail');
  return [
    {
      claim: 'DirectPred learns without labels',
      expected: 'more accurate than the untrained encoder',
      measured: `${percent(before)} to ${percent(after)}`,
      status: status(after > before),
    },
    {
      claim: 'DirectPred does not collapse',
      expected: 'verdict healthy',
      measured: trained.verdict?.label ?? 'unknown',
      status: status(trained.verdict?.state === 'healthy'),
    },
    {
      claim: 'without stop-gradient it collapses',
      expected: 'verdict complete collapse',
      measured: collapsed.verdict?.label ?? 'unknown',
      status: status(collapsed.verdict?.state === 'collapsed'),
    },
  ];
}

async function demo(extra: readonly string[], flags: { out: string; json?: boolean }): Promise<void> {
  const began = performance.now();
  const json = flags.json ?? false;
  if (!json) {
    print(bold('Why does self-supervised learning not collapse?'));
    print('Two views of an image should get the same embedding. A constant does that perfectly, and is worthless.');
    print('DirectPred avoids it; without its stop-gradient the same network falls into it.\n');
  }
  const reports: RunReport[] = [];
  for (const arm of arms) {
    const dir = path.join(flags.out, arm.folder);
    const ended = await trainArm(arm, dir, extra, json);
    if (typeof ended === 'string') {
      process.exitCode = ended === 'failed' ? exitCode.failed : exitCode.interrupted;
      return;
    }
    reports.push(ended);
  }
  const [trained, collapsed] = reports as [RunReport, RunReport];
  const untrained: RunReport = {
    name: 'untrained',
    method: 'none',
    dataset: trained.dataset,
    rows: [],
    results: trained.untrained ?? {},
    ...(trained.chance ? { chance: trained.chance } : {}),
  };
  const all = [untrained, trained, collapsed];
  const rows = claims(trained, collapsed);
  const page = await renderComparisonReport(all, {
    title: 'Why does self-supervised learning not collapse?',
    lead: [
      'Two augmented views of an image should get the same embedding. A constant embedding does that perfectly, and is worthless: that is collapse.',
      'All encoders here have the same architecture and saw the same images, without labels. DirectPred sets its predictor from the correlation of its inputs and stops the gradient at the target. With the gradient flowing through both branches, the same network collapses.',
    ],
    claims: rows,
    command: `npx twoview demo --out ${flags.out}${extra.length > 0 ? ` ${extra.join(' ')}` : ''}`,
  });
  const report = writeReport(flags.out, page);
  const seconds = (performance.now() - began) / 1000;
  if (json) {
    printJson({
      report,
      seconds,
      claims: rows,
      arms: all.map(({ name, verdict, results }) => ({ name, verdict: verdict?.label ?? null, results })),
    });
    return;
  }
  const cells = all.map(({ name, verdict, results = {} }) => [
    name,
    percent(results.knn),
    percent(results.linear),
    fixed(results['h.effectiveRank'], 1),
    fixed(results['z.effectiveRank'], 1),
    fixed(results['z.std'], 2),
    verdict?.label ?? '–',
  ]);
  print();
  print(table(['', 'kNN', 'linear', 'rank of h', 'rank of z', 'std of z', 'verdict'], cells));
  print();
  for (const { claim, measured, status } of rows) print(`${status.padEnd(5)} ${claim}: ${measured}`);
  print(`\n${duration(seconds)}. The report, with pictures: ${report}`);
}

export function defineDemo(command: Command): void {
  command
    .description(
      'Trains on the embedded images and compares an untrained encoder, DirectPred, and DirectPred without stop-gradient. Under five minutes on two cores; a second call goes on from what is there.',
    )
    .argument('[overrides...]', 'a.b=value for both trainings')
    .option('-o, --out <dir>', 'where to put the runs and the report', 'demo')
    .option('--json', 'print one JSON object at the end and nothing else')
    .action(demo);
}
