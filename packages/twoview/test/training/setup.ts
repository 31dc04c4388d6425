// Runs small enough for tests: a few dozen images, a network of a few hundred weights, one thread.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateEmbedded, type ImageDataset } from 'twoview/data';
import { type MetricsRow, RunFolder } from 'twoview/runs';
import { type Config, resolveConfig, Trainer, type TrainOptions } from 'twoview/training';
import { afterAll } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-training-'));
  made.push(folder);
  return folder;
}

/** What makes a run small; also for the command line. */
export const small = [
  'data.limit=48',
  'data.testLimit=40',
  'encoder={"name":"convnet","channels":[4,8]}',
  'method.projector={"hidden":[10],"size":6}',
  'training.batchSize=8',
  'training.epochs=3',
  'training.logEvery=1',
  'training.threads=1',
  'training.device=cpu',
  'evaluation.k=5',
];

export const smallConfig = (...overrides: string[]): Config => resolveConfig({ overrides: [...small, ...overrides] });

let images: Promise<ImageDataset> | undefined;

/** The 48 images of the small configuration. */
export function smallImages(): Promise<ImageDataset> {
  images ??= generateEmbedded({ split: 'train', limit: 48 });
  return images;
}

export const createFolder = (dir: string, config: Config): RunFolder =>
  RunFolder.create(dir, { config, environment: {} });

/** A trainer in a new folder. */
export async function newTrainer(
  config: Config,
  options: TrainOptions = {},
): Promise<{ trainer: Trainer; folder: RunFolder }> {
  const folder = createFolder(path.join(temporaryFolder(), 'run'), config);
  return { trainer: new Trainer(config, await smallImages(), folder, options), folder };
}

/** A trainer that goes on with a run. */
export async function resumedTrainer(dir: string, config: Config, options: TrainOptions = {}) {
  const folder = RunFolder.open(dir, { mode: 'write' });
  const trainer = new Trainer(config, await smallImages(), folder, options);
  return { trainer, folder, from: trainer.resume() };
}

/** Rows without what depends on the clock. */
export function timeless(rows: readonly MetricsRow[]): MetricsRow[] {
  return rows.map(({ time: _, viewsPerSecond: __, ...row }) => row as MetricsRow);
}
