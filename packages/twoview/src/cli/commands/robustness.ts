// twoview robustness: how many images a run's classifier gets right when someone means it ill.
import path from 'node:path';
import type { Command } from 'commander';
import { openDataset } from '../../data/index.js';
import {
  type AttackableRun,
  type LabeledPixels,
  labeledPixels,
  latentStudy,
  loadAttackable,
  type RadiusStudy,
  trainedSize,
} from '../../evaluation/index.js';
import type { ImageClassifier } from '../../methods/index.js';
import { type MaskingCheck, renderRobustnessReport } from '../../report/index.js';
import { RunFolder, writeFileAtomic } from '../../runs/index.js';
import { type Config, parseConfig, resolveDevice } from '../../training/index.js';
import { bold, dim, exitCode, print, printError, printJson, UsageError } from '../output.js';
import { attackNames, forClasses, parseAttack } from '../robustness/attacks.js';
import { checkMasking, loadSource } from '../robustness/checks.js';
import { type AttackOutcome, type MeasureInput, measureAttack } from '../robustness/measure.js';
import type { Measured } from '../robustness/measured.js';
import { reportOf } from '../robustness/page.js';
import { printResult } from '../robustness/print.js';
import { parseRadii, parseWhole, type RobustnessFlags, radiusInWords, threatModel } from '../robustness/settings.js';
import { summarizeRobustness } from '../robustness/summary.js';
import { commandEnvironment } from '../session/environment.js';
import { listenForStop } from '../stop.js';
import { createProgress } from '../theory/progress.js';

/** The flags that say what to measure, checked before any work is done. */
function askedOf(flags: RobustnessFlags, config: Config) {
  const threat = threatModel(flags, config);
  if (flags.transfer !== undefined && !flags.checks)
    throw new UsageError('--transfer is one of the checks: add --checks');
  const restarts = parseWhole('--restarts', flags.restarts, 1);
  const names = [...new Set(flags.attack.split(',').map((name) => name.trim()))];
  return {
    threat,
    restarts,
    attacks: names.map((name) => parseAttack(name, { ...threat, restarts })),
    radii: flags.radii === undefined ? null : parseRadii(flags.radii, threat.ball.norm),
    seed: parseWhole('--seed', flags.seed, 0),
    batchSize: parseWhole('--batch', flags.batch, 1),
    checks: flags.checks ?? false,
    /** Whether no progress is drawn. */
    quiet: flags.json ?? false,
  };
}

type Asked = ReturnType<typeof askedOf>;

/** All of it, or undefined when it was asked to stop. */
async function measure(
  run: AttackableRun,
  pixels: LabeledPixels,
  classes: readonly string[],
  asked: Asked,
  source: ImageClassifier | undefined,
  shouldStop: () => boolean,
): Promise<Measured | undefined> {
  const { threat, radii, checks, quiet, seed, batchSize } = asked;
  const { classifier } = run;
  const attacks = asked.attacks.map((attack) => forClasses(attack, classifier.head.outFeatures));
  const stages = 1 + attacks.length + Number(radii !== null) + Number(checks);
  const progress = createProgress(quiet);
  let stage = 0;
  const onProgress = (share: number, text: string): void => progress.update((stage + share) / stages, text);
  const base: MeasureInput = { classifier, pixels, threat, seed, batchSize, onProgress, shouldStop };
  try {
    const first = parseAttack('pgd-20', { ...threat, restarts: 1 });
    if (first.kind !== 'pgd') return undefined;
    const summary = await summarizeRobustness({
      classifier,
      pixels,
      classes,
      attack: first,
      seed,
      batchSize,
      shouldStop,
      onProgress: (share) => onProgress(share, 'PGD-20 of every image'),
    });
    if (!summary) return undefined;
    const outcomes: AttackOutcome[] = [];
    for (const attack of attacks) {
      stage++;
      const isFirst = attack.name === first.name && asked.restarts === 1;
      const outcome = isFirst ? summary.outcome : await measureAttack(attack, base);
      if (!outcome) return undefined;
      outcomes.push(outcome);
    }
    let curve: RadiusStudy[] | null = null;
    if (radii) {
      stage++;
      const studied = await latentStudy(classifier, pixels, {
        radii,
        norm: threat.ball.norm,
        attackAt: (ball) => ({ ball, steps: 20, stepSize: ball.eps / 4 }),
        seed,
        batchSize,
        shouldStop,
        onProgress: (share) => onProgress(share, 'accuracy and latents by radius'),
      });
      if (!studied) return undefined;
      curve = studied;
    }
    let masking: readonly MaskingCheck[] | null = null;
    if (checks) {
      stage++;
      const checked = await checkMasking(base, source);
      if (!checked) return undefined;
      masking = checked;
    }
    return { summary, outcomes, radii: curve, masking };
  } finally {
    progress.close();
  }
}

async function robustness(dir: string, flags: RobustnessFlags): Promise<void> {
  const folder = RunFolder.open(dir);
  const written: Config = parseConfig(folder.config(), path.join(dir, 'config.yaml'));
  const asked = askedOf(flags, written);
  const { threat } = asked;
  const device = resolveDevice(flags.device);
  const count = flags.images === undefined ? (device === 'cpu' ? 500 : null) : parseWhole('--images', flags.images, 1);
  const test = await openDataset(written.data, { split: 'test' });
  const run = await loadAttackable(dir, {
    device,
    ...(flags.checkpoint === undefined ? {} : { checkpoint: flags.checkpoint }),
    onProgress: ({ stage, done, total }) => {
      if (process.stderr.isTTY && !flags.json) process.stderr.write(`\r\u001b[K${stage} ${done}/${total}`);
    },
  });
  if (process.stderr.isTTY && !flags.json) process.stderr.write('\r\u001b[K');
  // Before hours of attacks, not after them.
  const source = flags.transfer === undefined ? undefined : await loadSource(flags.transfer, device, run);
  const { channelsLast } = run.config.training;
  const size = trainedSize(run.config);
  const pixels = labeledPixels(test, { size, device, channelsLast, ...(count === null ? {} : { count }) });
  const { shouldStop, release } = listenForStop();
  if (!flags.json) {
    const { norm, eps } = threat.ball;
    print(
      bold(
        `${run.config.method.name}${run.probed ? ' with a linear probe' : ''} on ${test.name}: ${pixels.labels.numel} test images, ${norm} ball of ${radiusInWords(eps, norm, 2)}`,
      ),
    );
    print(dim(`checkpoint ${run.checkpoint}, step ${run.step}; on ${device}`));
  }
  let measured: Measured | undefined;
  try {
    measured = await measure(run, pixels, test.classes, asked, source, shouldStop);
  } finally {
    release();
  }
  if (!measured) {
    printError('interrupted; nothing was written');
    process.exitCode = exitCode.interrupted;
    return;
  }
  const environment = commandEnvironment();
  const report = reportOf(measured, run, {
    classes: test.classes,
    seed: asked.seed,
    rows: folder.metrics().rows,
    command: String(environment.command),
    settings: { threat, ...flags },
    environment,
  });
  const file = flags.out ?? path.join(dir, 'robustness.html');
  writeFileAtomic(file, await renderRobustnessReport(report));
  if (flags.json) {
    const { examples: _, ...summary } = measured.summary.summary;
    return printJson({
      dir,
      checkpoint: run.checkpoint,
      step: run.step,
      probed: run.probed,
      ...summary,
      attacks: measured.outcomes.map(({ robust, record, ...outcome }) => ({
        ...outcome,
        robust: Array.from(robust),
        ...(record ? { stages: record.stages, fellTo: record.fellTo } : {}),
      })),
      radii: measured.radii,
      masking: measured.masking,
      page: file,
    });
  }
  printResult(measured);
  print(`page: ${file}`);
}

export function defineRobustness(command: Command): void {
  command
    .description(
      "Attacks test images of a run's data set and says how many its classifier still gets right: the weights that held-out images chose. A run without a classifier gets a linear probe on its frozen features.",
    )
    .argument('<dir>', 'run folder')
    .option('-a, --attack <names>', `attacks, separated by commas: ${attackNames}`, 'pgd-20,standard')
    .option('--eps <radius>', "radius of the ball, such as 8/255 (that of the run's training, else 8/255)")
    .option('--step <length>', "length of PGD's steps (that of training, else a quarter of the radius)")
    .option('--norm <norm>', 'linf or l2 (that of training, else linf)')
    .option('--restarts <n>', 'random starts of PGD', '1')
    .option('--images <n>', 'the first so many test images (500 on a CPU, all on a GPU)')
    .option('--radii <list>', 'accuracy and latent divergences by radius as well, such as 2,4,8,12,16 (in 1/255)')
    .option('--checks', 'look for gradient masking as well')
    .option('--transfer <dir>', 'with --checks: another run whose adversarial images are tried too')
    .option('--checkpoint <name>', 'last, best or step-N (best where held-out images chose it)')
    .option('--batch <n>', 'images at a time', '128')
    .option('--seed <n>', 'of random starts', '0')
    .option('--device <device>', 'auto, cpu or cuda:N', 'auto')
    .option('-o, --out <file>', 'where to write the page (robustness.html in the run)')
    .option('--json', 'print one JSON object')
    .action(robustness);
}
