// twoview theory practice: the linear theory beside a run that is finished, or beside a linear network trained here.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import type { Command } from 'commander';
import { linearPage, linearSentences, overlayFigures, overlaySentences, renderTheoryPage } from '../../report/index.js';
import { RunFolder } from '../../runs/index.js';
import { practice } from '../../theory/index.js';
import { parseConfig } from '../../training/index.js';
import { exitCode, print, printError, printJson, table, UsageError } from '../output.js';
import { listenForStop } from '../stop.js';
import { createProgress } from './progress.js';
import { readSettings, saveReport, type TheoryFlags, theoryCommand, typedCommand } from './settings.js';

const name = 'practice';
const digits = (value: number | undefined): string =>
  value === undefined ? '–' : String(Number(value.toPrecision(4)));

/** Modes at the last row: measured, predicted. */
function modeTable(columns: Readonly<Record<string, readonly number[] | undefined>>): string {
  const used = Object.entries(columns).filter(([, values]) => values !== undefined);
  const count = used[0]?.[1]?.length ?? 0;
  return table(
    ['mode', ...used.map(([title]) => title)],
    Array.from({ length: count }, (_, j) => [String(j + 1), ...used.map(([, values]) => digits(values![j]))]),
  );
}

/** @throws UsageError if it is no run; Error if the theory says nothing of it */
function overlayRun(dir: string, flags: TheoryFlags): void {
  const folder = RunFolder.open(dir);
  const config = parseConfig(folder.config(), path.join(dir, 'config.yaml'));
  const overlay = practice.overlayTheory(config, folder.metrics().rows);
  if ('reason' in overlay) throw new Error(`${dir} has nothing to compare: ${overlay.reason}`);
  const sentences = overlaySentences(overlay);
  if (flags.json) printJson({ run: dir, ...overlay, sentences });
  else {
    const { p, s } = overlay;
    print(
      modeTable({
        'p measured': p.measured.at(-1),
        'p predicted': p.course?.predicted.at(-1),
        's measured': s.measured.at(-1),
        's predicted': s.course?.predicted.at(-1),
      }),
    );
    print(`\n${sentences.join('\n')}`);
  }
  const figures = [{ title: 'Modes over training', figures: overlayFigures(overlay) }];
  const title = `Theory and practice: ${path.basename(dir)}`;
  saveReport(flags, name, renderTheoryPage({ title, lead: sentences, figures, command: typedCommand() }));
}

async function trainLinear(overrides: readonly string[], flags: TheoryFlags): Promise<void> {
  const settings = readSettings(practice.linearSchema, overrides, name);
  torch.setNumThreads(1);
  const progress = createProgress(flags.json ?? false);
  const stop = listenForStop();
  const course = await practice
    .trainLinear(settings, {
      onProgress: (share) => progress.update(share, 'training'),
      shouldStop: stop.shouldStop,
    })
    .finally(() => {
      progress.close();
      stop.release();
    });
  if (course === null) {
    printError('interrupted');
    process.exitCode = exitCode.interrupted;
    return;
  }
  const findings = practice.linearAgreement(course);
  if (flags.json) printJson({ settings, agreement: findings, ...course });
  else {
    const { measured, predicted } = course;
    print(
      modeTable({
        'p measured': measured.p.at(-1),
        'p predicted': predicted.p.at(-1),
        's measured': measured.s.at(-1),
        's predicted': predicted.s.at(-1),
      }),
    );
    print(`\n${linearSentences(findings).join('\n')}`);
  }
  saveReport(flags, name, renderTheoryPage(linearPage(course, findings, typedCommand())));
}

/** The first argument without `=` is a run; without one a linear network is trained. */
async function run(args: string[], flags: TheoryFlags): Promise<void> {
  const overrides = args.filter((arg) => arg.includes('=') && !existsSync(arg));
  const [dir, ...others] = args.filter((arg) => !overrides.includes(arg));
  if (dir === undefined) return trainLinear(overrides, flags);
  if (others.length > 0)
    throw new UsageError(`give one run, not ${others.length + 1} (${[dir, ...others].join(', ')})`);
  if (overrides.length > 0) throw new UsageError(`${overrides[0]} is a setting of a linear network; a run has its own`);
  if (!existsSync(dir)) throw new UsageError(`there is no run ${dir}`);
  overlayRun(dir, flags);
}

export function definePractice(theory: Command): void {
  theoryCommand(theory, name, practice.linearSchema)
    .description(
      'Draws the theory of predictor and embeddings on the axes of real training: of a finished run with a linear predictor (twoview theory practice RUN), or of a linear network that is trained here on white data, where the two must agree.',
    )
    .action(run);
}
