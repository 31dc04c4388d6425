// Training on images inside an experiment: by the toolkit's own loop, in a run folder that can be resumed.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { type ImageDataset, isLabeled, type LabeledDataset, openDataset } from '../data/index.js';
import { createRobustSelection } from '../evaluation/index.js';
import type { Siamese } from '../methods/index.js';
import { RunFolder } from '../runs/index.js';
import { type Config, type Observer, splitHeldOut, Trainer, viewSize } from '../training/index.js';
import { type ExperimentIo, InterruptedError } from './experiment.js';

/** CIFAR-10's folder, if it lies in (or is) the given one. */
export function hasCifar10(folder: string): boolean {
  return [folder, path.join(folder, 'cifar-10-batches-bin')].some((dir) =>
    ['data_batch_5.bin', 'test_batch.bin'].every((file) => existsSync(path.join(dir, file))),
  );
}

/** What a run's result depends on: where images lie, which device computes and what is watched make no other experiment. */
export function runSettings(config: Config): Record<string, unknown> {
  const data: Record<string, unknown> = { ...config.data };
  delete data.folder;
  const { device: _device, observe: _observe, ...training } = config.training;
  return { ...config, data, training };
}

/** @throws Error if the data set has no labels */
export async function openLabeled(config: Config, split: 'train' | 'test'): Promise<LabeledDataset> {
  const dataset = await openDataset(config.data, { split });
  if (!isLabeled(dataset)) throw new Error(`${dataset.name} has no labels to measure accuracy by`);
  return dataset;
}

/**
 * Trains, going on from the folder's last checkpoint.
 * @param cost of the experiment, for its progress
 * @throws InterruptedError with the state saved
 */
export async function train(
  config: Config,
  images: ImageDataset,
  io: ExperimentIo,
  cost: number,
  observers: readonly Observer[] = [],
): Promise<Siamese> {
  const { train: own, heldOut } = splitHeldOut(config, images);
  const { device } = config.training;
  const selection = heldOut ? [createRobustSelection({ config, heldOut, size: viewSize(config, images), device })] : [];
  const known = existsSync(path.join(io.folder, 'environment.json'));
  const folder = known
    ? RunFolder.open(io.folder, { mode: 'write' })
    : RunFolder.create(io.folder, { config, environment: { libtorch: torch.version } });
  try {
    const trainer = new Trainer(config, own, folder, {
      observers: [...selection, ...observers],
      shouldStop: io.shouldStop,
      onProgress: ({ step, totalSteps }) => io.onProgress((cost * step) / totalSteps),
    });
    if (known) trainer.resume();
    if ((await trainer.run()) === 'interrupted') throw new InterruptedError('asked to stop; the state is saved');
    folder.finish('done');
    return trainer.model;
  } catch (error) {
    folder.finish(error instanceof InterruptedError ? 'interrupted' : 'failed', (error as Error).message);
    throw error;
  }
}
