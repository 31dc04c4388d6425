// twoview reproduce: claims of papers, measured here, each beside its threshold.
import path from 'node:path';
import * as torch from '@twoview/torch';
import { blasLibrary } from '@twoview/torch/engine';
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import {
  type ClaimOutcome,
  findPaper,
  InterruptedError,
  listClaims,
  type Paper,
  papers,
  type ReproduceProgress,
  reproduce,
  type Scale,
  scales,
} from '../../reproduce/index.js';
import { resolveDevice } from '../../training/index.js';
import { dim, duration, exitCode, green, print, printError, printJson, red, table, UsageError } from '../output.js';
import { commandEnvironment } from '../session/environment.js';
import { listenForStop } from '../stop.js';

interface ReproduceFlags {
  claim?: string;
  scale: string;
  out?: string;
  data: string;
  device: string;
  seeds: string;
  list?: boolean;
  json?: boolean;
}

function list(json: boolean): void {
  const claims = listClaims();
  if (json) {
    printJson(claims);
    return;
  }
  for (const { paper, claim, statement, expected, scales: at } of claims) {
    print(`${paper} ${claim}: ${statement}`);
    print(dim(`    ${expected} (${at.join(', ')})`));
  }
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map(Number);
  const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31;
  if (!seeds.every(isSeed) || new Set(seeds).size < seeds.length)
    throw new UsageError(`--seeds must be different whole numbers from 0 such as 0,1,2, not ${text}`);
  return seeds;
}

/** What was asked for, or a UsageError that names what there is. */
function choose(id: string | undefined, flags: ReproduceFlags): { paper: Paper; scale: Scale; seeds: number[] } {
  if (id === undefined) throw new UsageError('name a paper, or see them all with twoview reproduce --list');
  const scale = scales.find((name) => name === flags.scale);
  if (!scale) throw new UsageError(`--scale must be ${scales.join(' or ')}, not ${flags.scale}`);
  if (!/^(auto|cpu|cuda(:\d+)?)$/.test(flags.device))
    throw new UsageError(`--device must be auto, cpu, cuda or cuda:N, not ${flags.device}`);
  try {
    const paper = findPaper(id);
    const ids = paper.claims.map((claim) => claim.id);
    if (flags.claim !== undefined && !ids.includes(flags.claim))
      throw new UsageError(`--claim: ${id} has ${ids.join(', ')}, not ${flags.claim}`);
    return { paper, scale, seeds: parseSeeds(flags.seeds) };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

interface View {
  progress(progress: ReproduceProgress): void;
  outcome(outcome: ClaimOutcome): void;
  close(): void;
}

const silent: View = { progress: () => {}, outcome: () => {}, close: () => {} };

/** Seconds between lines where there is no terminal. */
const lineEvery = 15;

function createView(json: boolean): View {
  if (json) return silent;
  const outcome = ({ claim, status, reason }: ClaimOutcome): void => {
    const word = status === 'pass' ? green('holds') : status === 'fail' ? red('fails') : 'not run';
    print(`${claim.padEnd(4)} ${word}${reason === undefined ? '' : `: ${reason}`}`);
  };
  const text = ({ experiment, finished, total }: ReproduceProgress): string => `${finished}/${total} ${experiment}`;
  if (!process.stdout.isTTY) {
    let last = Number.NEGATIVE_INFINITY;
    const progress = (now: ReproduceProgress): void => {
      const seconds = performance.now() / 1000;
      if (seconds - last < lineEvery) return;
      last = seconds;
      print(`${text(now)}  ${(100 * now.share).toFixed(0)} %  ${duration(now.secondsLeft)} left`);
    };
    return { progress, outcome, close: () => {} };
  }
  const format = '{bar} {percentage}%  {text}  {left} left';
  const options = { format, barsize: 24, hideCursor: true, clearOnComplete: true, fps: 8 };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  let active = false;
  const close = (): void => {
    if (active) bar.stop();
    active = false;
  };
  return {
    progress(now) {
      const payload = { text: text(now), left: duration(now.secondsLeft) };
      if (!active) bar.start(1000, Math.round(1000 * now.share), payload);
      else bar.update(Math.round(1000 * now.share), payload);
      active = true;
    },
    outcome(result) {
      close();
      outcome(result);
    },
    close,
  };
}

function printOutcomes(outcomes: readonly ClaimOutcome[]): void {
  const rows = outcomes.flatMap((outcome) =>
    Object.entries(outcome.measured).map(([name, value]) => [
      `${outcome.claim} ${name}`,
      Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value),
      outcome.threshold[name] ?? '',
      outcome.failed?.includes(name) ? 'fails' : 'holds',
    ]),
  );
  if (rows.length > 0) print(`\n${table(['', 'measured', 'threshold', ''], rows)}`);
}

async function run(id: string | undefined, flags: ReproduceFlags): Promise<void> {
  const json = flags.json ?? false;
  if (flags.list) return list(json);
  const { paper, scale, seeds } = choose(id, flags);
  const out = flags.out ?? path.join('runs', `reproduce-${paper.id}-${scale}`);
  const view = createView(json);
  const stop = listenForStop(() => {
    view.close();
    if (!json) print('stopping; what is finished is kept (a second signal stops at once)');
  });
  const began = performance.now();
  try {
    const { outcomes, report, claims } = await reproduce(paper, {
      scale,
      seeds,
      out,
      ...(flags.claim === undefined ? {} : { claim: flags.claim }),
      dataFolder: flags.data,
      device: resolveDevice(flags.device),
      command: `npx twoview ${process.argv.slice(2).join(' ')}`,
      environment: { ...commandEnvironment(), libtorch: torch.version, blas: blasLibrary().blas },
      onProgress: view.progress,
      onOutcome: view.outcome,
      shouldStop: stop.shouldStop,
    });
    view.close();
    if (json)
      return printJson(flags.claim === undefined ? { paper: paper.id, scale, claims: outcomes, report } : outcomes[0]);
    printOutcomes(outcomes);
    print(
      `\n${duration((performance.now() - began) / 1000)}. Results: ${claims}\nThe report, with pictures: ${report}`,
    );
  } catch (error) {
    view.close();
    if (!(error instanceof InterruptedError)) throw error;
    printError('interrupted; the same command goes on with the experiments that are left');
    process.exitCode = exitCode.interrupted;
  } finally {
    stop.release();
  }
}

export function defineReproduce(command: Command): void {
  command
    .description(
      "Runs the experiments behind a paper's claims and says of each whether it came out, with every number beside its threshold. Finished experiments are kept in the folder: a second call goes on from them.",
    )
    .argument('[paper]', `${papers.map(({ id }) => id).join(', ')}; all claims with --list`)
    .option('--claim <id>', 'one claim alone, such as E1')
    .option(
      '--scale <scale>',
      'minutes: on two cores while you wait; paper: the published setting, on a GPU',
      'minutes',
    )
    .option('-o, --out <dir>', 'folder of results (runs/reproduce-PAPER-SCALE if left out)')
    .option('--data <folder>', 'folder with the public data sets', 'data')
    .option('--device <device>', 'auto, cpu, cuda or cuda:N', 'auto')
    .option('--seeds <list>', 'seeds to repeat experiments with; the thresholds are those of three', '0,1,2')
    .option('--list', 'list all claims, and run none')
    .option('--json', 'print one JSON value at the end and nothing else')
    .action(run);
}
