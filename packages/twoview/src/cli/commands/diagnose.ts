// twoview diagnose: has it collapsed, how, since when, why, and what to change.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { type ImageDataset, openDataset, readImageFolder } from '../../data/index.js';
import {
  type Cause,
  type DiagnoseOptions,
  type Diagnosis,
  diagnoseRun,
  diagnoseWeights,
  type LayerDiagnosis,
} from '../../diagnosis/index.js';
import { trainedSize } from '../../evaluation/index.js';
import { renderDiagnosis } from '../../report/index.js';
import { RunFolder, writeFileAtomic } from '../../runs/index.js';
import { type Config, parseConfig, resolveConfig } from '../../training/index.js';
import { bold, dim, green, print, printError, printJson, red, table, UsageError } from '../output.js';

interface DiagnoseFlags {
  dataset?: string;
  images?: string;
  checkpoint?: string;
  out?: string;
  fast?: boolean;
  json?: boolean;
}

function resolve(flags: DiagnoseFlags, overrides: readonly string[]): Config {
  const folder = flags.images === undefined ? {} : { folder: flags.images };
  const dataset = flags.dataset === undefined ? {} : { dataset: flags.dataset };
  try {
    return resolveConfig({ ...folder, ...dataset, overrides });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** All images of the folder, or the test images of the data set, that the flags name; undefined for the run's own. */
async function chosenImages(
  flags: DiagnoseFlags,
  overrides: readonly string[],
  size: number,
): Promise<ImageDataset | undefined> {
  if (flags.images !== undefined) {
    const images = await readImageFolder({ folder: flags.images, size, onBadImage: 'skip', layout: 'flat' });
    for (const { file, reason } of images.badImages ?? [])
      printError(`left out ${path.join(flags.images, file)}: ${reason}`);
    return images;
  }
  if (flags.dataset === undefined) return undefined;
  return openDataset(resolve(flags, overrides).data, { split: 'test' });
}

async function ofRun(
  dir: string,
  overrides: readonly string[],
  flags: DiagnoseFlags,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  if (overrides.length > 0 && flags.dataset === undefined)
    throw new UsageError(`the run has its own configuration: ${overrides[0]} would have to go with --dataset`);
  const config = parseConfig(RunFolder.open(dir).config(), path.join(dir, 'config.yaml'));
  const images = await chosenImages(flags, overrides, trainedSize(config));
  const checkpoint = flags.checkpoint === undefined ? {} : { checkpoint: flags.checkpoint };
  return diagnoseRun(dir, { ...options, ...checkpoint, ...(images && { images }) });
}

async function ofWeights(
  file: string,
  overrides: readonly string[],
  flags: DiagnoseFlags,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  if (flags.checkpoint !== undefined)
    throw new UsageError('--checkpoint is for run folders; name the weights file alone');
  if (flags.dataset === undefined && flags.images === undefined)
    throw new UsageError(
      'weights come without images: add --images FOLDER or --dataset NAME (and data.folder=... where it lies elsewhere)',
    );
  const config = resolve(flags, overrides);
  const images = (await chosenImages(flags, overrides, trainedSize(config))) as ImageDataset;
  const encoderFromConfig = overrides.some((override) => override.startsWith('encoder'));
  return diagnoseWeights(file, { ...options, config, images, encoderFromConfig });
}

const format = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');

function printLayer({ verdict, measures, pairs }: LayerDiagnosis): void {
  const color = verdict.verdict === 'healthy' ? green : verdict.verdict === 'too early' ? dim : red;
  print(color(bold(verdict.summary)));
  // A sign after the value says that a line is crossed: ✗ where it decides the verdict.
  const rows = verdict.evidence.map(({ measure, value, healthy, ok, threshold }) => [
    measure,
    `${format(value)}${ok ? '  ' : threshold === null ? ' !' : ' ✗'}`,
    healthy,
  ]);
  const more: [string, string, string][] = [
    ['alignment of views', `${format(pairs.alignment)}  `, '0 to 4'],
    ['view distance', `${format(pairs.viewDistance)}  `, 'below 1'],
    ['uniformity', `${format(measures.uniformity)}  `, 'below 0'],
    ['alpha-ReQ', `${format(measures.alphaReQ.alpha)}  `, 'about 1'],
    ...(pairs.lidar === null
      ? []
      : [['LiDAR', `${format(pairs.lidar)}  `, `1 to ${measures.dimension}`] as [string, string, string]]),
  ];
  print(
    table(
      [`measures of ${verdict.layer} [${measures.images}, ${measures.dimension}]`, 'value  ', 'healthy'],
      [...rows, ...more],
    ),
  );
  print();
}

function printCauses(causes: readonly Cause[], dir: string): void {
  if (causes.length === 0) return;
  print(bold('probable causes, and what to change'));
  causes.forEach(({ slot, why, change, confidence }, i) => {
    print(`${i + 1}. ${slot} (${Math.round(100 * confidence)} %): ${why}`);
    print(dim(`   twoview train ${path.join(dir, 'config.yaml')} ${change}`));
  });
  print();
}

function printCourse({ course, step, weightDecay, predictor }: Diagnosis): void {
  if (course?.began)
    print(`it shows from step ${course.began.step} of ${step} on: ${course.began.evidence.join('; ')}`);
  for (const event of course?.events ?? []) {
    if (event !== course?.began)
      print(
        dim(`step ${event.step}: ${event.state === 'warning' ? '' : 'all clear, '}${event.kind}: ${event.evidence[0]}`),
      );
  }
  if (weightDecay) {
    const { eta, critical, criticalConfigured, augmentationVariance } = weightDecay;
    print(
      `weight decay: eta ${format(eta)}, critical ${format(critical)} (sigma^2 ${format(augmentationVariance)}; about optimizer.weightDecay=${format(criticalConfigured)}; an estimate)`,
    );
  }
  if (predictor) print(`predictor: alignment ${format(predictor.mean)}, asymmetry ${format(predictor.asymmetry)}`);
}

/** Writes the page, or says why it could not: the diagnosis is printed all the same. */
function writePage(file: string, title: string, diagnosis: Diagnosis): string | null {
  try {
    writeFileAtomic(file, renderDiagnosis(title, diagnosis));
    return file;
  } catch (error) {
    printError(`the page was not written: ${(error as Error).message}`);
    return null;
  }
}

async function diagnose(target: string, overrides: readonly string[], flags: DiagnoseFlags): Promise<void> {
  if (!existsSync(target)) throw new UsageError(`there is no run or weights file ${target}`);
  if (flags.dataset !== undefined && flags.images !== undefined)
    throw new UsageError('give --dataset or --images, not both');
  const isRun = statSync(target).isDirectory();
  const options: DiagnoseOptions = {
    fast: flags.fast ?? false,
    onProgress: ({ stage, done, total }) => {
      if (process.stderr.isTTY && !flags.json) process.stderr.write(`\r\u001b[K${stage} ${done}/${total}`);
    },
  };
  const diagnosis = await (isRun ? ofRun : ofWeights)(target, overrides, flags, options);
  if (process.stderr.isTTY && !flags.json) process.stderr.write('\r\u001b[K');
  const title = path.basename(path.resolve(target));
  const standard = isRun
    ? path.join(target, 'diagnosis.html')
    : `${target.replace(/\.safetensors$/, '')}.diagnosis.html`;
  const written = writePage(flags.out ?? standard, title, diagnosis);
  if (flags.json) return printJson({ target, page: written, ...diagnosis });
  for (const layer of [diagnosis.z, diagnosis.h]) if (layer) printLayer(layer);
  printCauses(diagnosis.causes, target);
  printCourse(diagnosis);
  for (const note of diagnosis.notes) print(dim(`note: ${note}`));
  if (written) print(`page: ${written}`);
}

export function defineDiagnose(command: Command): void {
  command
    .description(
      'Judges features h and embeddings z of a run, or h of an encoder in a weights file, without labels: verdict, evidence, probable causes with what to change, and since when. Ends well whatever the verdict.',
    )
    .argument('<target>', 'run folder, or weights.safetensors')
    .argument('[overrides...]', 'with --dataset or --images, such as data.folder=/data or encoder.stem=stl')
    .option('-d, --dataset <name>', "other images than the run's: the test images of a data set")
    .option('--images <folder>', 'a folder of image files')
    .option('--checkpoint <name>', 'last, best or step-N (last if left out)')
    .option('-o, --out <file>', 'where to write the page (diagnosis.html in the run, or beside the weights)')
    .option('--fast', 'fewer images and views, no LiDAR')
    .option('--json', 'print one JSON object')
    .action(diagnose);
}
