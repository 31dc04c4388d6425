// The training thread: opens the data, trains with the observers of the command, evaluates, writes the report.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import * as torch from '@twoview/torch';
import { blasLibrary } from '@twoview/torch/engine';
import * as safetensors from '@twoview/torch/safetensors';
import { type DataSplit, folderClasses, type ImageDataset, openDataset, type Progress } from '../../data/index.js';
import { type CollapseWarning, createCollapseWatch } from '../../diagnosis/index.js';
import { createLiveKnn, createRobustSelection, runTransform } from '../../evaluation/index.js';
import { loadEncoderWeights } from '../../interchange/index.js';
import { RunFolder } from '../../runs/index.js';
import { covariance, practice } from '../../theory/index.js';
import { type Config, type Observer, parseConfig, splitHeldOut, Trainer, viewSize } from '../../training/index.js';
import { finishRun } from './finish.js';
import type { SessionMessage, WorkerData } from './protocol.js';

const { request, stop } = workerData as WorkerData;
const stopFlag = new Int32Array(stop);
const post = (message: SessionMessage): void => parentPort?.postMessage(message);
const shouldStop = (): boolean => Atomics.load(stopFlag, 0) === 1;

function onData(progress: Progress): void {
  post({ type: 'loading', text: progress.stage, done: progress.done, total: progress.total ?? 0 });
}

async function open(config: Config, split: DataSplit, folder: RunFolder): Promise<ImageDataset> {
  const dataset = await openDataset(config.data, { split, onProgress: onData });
  const bad = dataset.badImages ?? [];
  if (bad.length > 0) {
    for (const { file, reason } of bad) folder.log(`left out ${file}: ${reason}`);
    const named = bad.slice(0, 5).map(({ file, reason }) => `${file} (${reason})`);
    post({
      type: 'status',
      text: `${bad.length === 1 ? '1 file was' : `${bad.length} files were`} left out: ${named.join(', ')}${bad.length > 5 ? ', ...' : ''}`,
    });
  }
  return dataset;
}

function engineEnvironment(config: Config): Record<string, unknown> {
  return {
    libtorch: torch.version,
    blas: blasLibrary().blas,
    openblasCoreType: process.env.OPENBLAS_CORETYPE ?? null,
    threads: config.training.threads ?? torch.getNumThreads(),
    device: config.training.device,
  };
}

/** A classifier of a folder of images has the folder's classes. */
async function fillClasses(config: Config): Promise<Config> {
  const { data, method } = config;
  if (data.name !== 'folder' || method.classifier?.classes !== null) return config;
  const { length } = await folderClasses(data.folder, data.layout);
  if (length < 2)
    throw new Error(
      `method ${method.name} learns classes, and ${data.folder} has none: give a folder with one folder of images per class`,
    );
  return { ...config, method: { ...method, classifier: { classes: length } } };
}

async function openFolder(): Promise<{ folder: RunFolder; config: Config }> {
  if (request.kind === 'train') {
    const { dir, environment, force, init } = request;
    const config = await fillClasses(request.config);
    const own = { ...engineEnvironment(config), ...(init === null ? {} : { init: path.resolve(init) }) };
    const folder = RunFolder.create(dir, { config, environment: { ...environment, ...own }, force });
    return { folder, config };
  }
  const folder = RunFolder.open(request.dir, { mode: 'write' });
  const config = parseConfig(folder.config(), path.join(request.dir, 'config.yaml'));
  folder.recordResume({ ...request.environment, ...engineEnvironment(config) });
  return { folder, config };
}

/** A warning of the watch, to the log and to the terminal. */
function announce(folder: RunFolder, { step, verdict, evidence, cause }: CollapseWarning, clear: boolean): void {
  const remedy = cause ? `; probable cause: ${cause.why}; change ${cause.change}` : '';
  const text = clear
    ? `step ${step}: no ${verdict} after all: ${evidence.join(', ')}`
    : `step ${step}: warning of ${verdict}: ${evidence.join(', ')}${remedy}`;
  folder.log(text);
  post({ type: 'status', text });
}

/** Those that the method has a theory for, and those that were asked for. */
function theoryObservers(config: Config, images: ImageDataset): Observer[] {
  const { device, seed, observe } = config.training;
  const modes = practice.createTheoryObserver(config.method, device);
  const observers = modes ? [modes] : [];
  if (observe.covariance === null) return observers;
  const { images: count, views, projections } = observe.covariance;
  const at = 'training.observe.covariance';
  if (count > images.length)
    throw new Error(`${at}.images is ${count}, but the data set has ${images.length} images: take no more`);
  if (projections > config.method.projector.size)
    throw new Error(
      `${at}.projections is ${projections}, but embeddings have ${config.method.projector.size} dimensions: take no more`,
    );
  const size = viewSize(config, images);
  const sample = () =>
    covariance.augmentedViews(images, { augment: config.augment, size, images: count, views, seed, device });
  return [...observers, covariance.createCovarianceTracker({ images: sample, projections, seed })];
}

async function train(folder: RunFolder, config: Config): Promise<void> {
  const all = await open(config, 'train', folder);
  const { train: images, heldOut } = splitHeldOut(config, all);
  const labeled = config.data.name === 'stl10' ? await open(config, 'labeled', folder) : images;
  const test = await open(config, 'test', folder);
  const transform = runTransform(config, viewSize(config, images));
  const watch = createCollapseWatch({
    config,
    onWarning: (warning) => announce(folder, warning, false),
    onClear: (warning) => announce(folder, warning, true),
  });
  const trainer = new Trainer(config, images, folder, {
    observers: [
      watch,
      ...theoryObservers(config, images),
      ...(heldOut
        ? [createRobustSelection({ config, heldOut, size: viewSize(config, images), device: config.training.device })]
        : []),
      createLiveKnn({ ...config.evaluation, train: labeled, test, transform, device: config.training.device }),
    ],
    onProgress: (progress) => post({ type: 'progress', progress }),
    shouldStop,
  });
  const from = request.kind === 'resume' ? trainer.resume() : null;
  if (from !== null) watch.seed(folder.metrics().rows);
  // A run that died before its first checkpoint starts over, and from the same weights.
  const { init } = folder.environment();
  if (from === null && typeof init === 'string') {
    const { tensors } = safetensors.load(init);
    trainer.initialize((model) => loadEncoderWeights(model.encoder, tensors));
  }
  const step = from ?? 0;
  const { totalSteps } = trainer;
  post({
    type: 'started',
    dir: folder.dir,
    step,
    totalSteps,
    images: images.length,
    device: config.training.device,
    threads: torch.getNumThreads(),
  });
  folder.log(
    step === 0 ? `training starts: ${totalSteps} steps` : `training goes on from step ${step} of ${totalSteps}`,
  );
  const outcome = await trainer.run();
  if (outcome === 'interrupted') {
    const at = folder.checkpoints.find('last')?.step ?? 0;
    folder.log(`interrupted at step ${at}; saved`);
    folder.finish('interrupted', 'asked to stop; the state is saved');
    post({ type: 'interrupted', step: at, totalSteps });
    return;
  }
  post({ type: 'status', text: 'evaluating and writing the report' });
  const { summary, report } = await finishRun({
    folder,
    config,
    model: trainer.model,
    images,
    labeled,
    test,
    transform,
  });
  folder.log(`done: ${summary.verdict}`);
  folder.finish('done');
  post({ type: 'done', summary, report });
}

async function main(): Promise<void> {
  const { folder, config } = await openFolder();
  try {
    await train(folder, config);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    folder.log(`failed: ${reason}`);
    folder.finish('failed', reason);
    throw error;
  }
}

main().catch((error: unknown) =>
  post({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
);
