// From a configuration to images in memory: the one way in for the command and for training.
import { readCifar10, readCifar100 } from './cifar.js';
import type { ImageDataset } from './dataset.js';
import { downloadDataset } from './download/index.js';
import { generateEmbedded } from './embedded/index.js';
import { readImageFolder } from './folder/index.js';
import type { OnProgress } from './progress.js';
import { type DataConfigInput, dataSchema } from './schema.js';
import { readStl10, type Stl10Split } from './stl10.js';

/**
 * `train`: what the encoder is trained on. `labeled`: the labelled training images, for kNN and linear probes; the same as
 * `train` but for STL-10. `test`: held-out images.
 */
export type DataSplit = 'train' | 'labeled' | 'test';

/** Which split, and whom to tell. */
export interface OpenOptions {
  split: DataSplit;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

const GIB = 2 ** 30;

/**
 * Opens a split of a data set: finds (or, where `download` is true, downloads) its files, checks them and reads what the limit
 * asks for into memory.
 *
 * @param config as a user writes it; defaults are filled in.
 * @throws {DataError} when files are missing or wrong, with what to do; zod's error when the configuration is.
 */
export async function openDataset(config: DataConfigInput, options: OpenOptions): Promise<ImageDataset> {
  const data = dataSchema.parse(config);
  const { split, onProgress, signal } = options;
  const watch = { onProgress, signal };
  const part = split === 'test' ? 'test' : 'train';
  const limit = part === 'test' ? data.testLimit : data.limit;
  if (data.name === 'embedded') return generateEmbedded({ split: part, seed: data.seed, limit, ...watch });
  if (data.name === 'folder') {
    return readImageFolder({ ...data, split: part, limit, memoryLimit: data.memoryLimitGiB * GIB, ...watch });
  }
  const { folder, allowPartial, baseUrl } = data;
  if (data.download) await downloadDataset(data.name, { folder, ...(baseUrl !== null && { baseUrl }), ...watch });
  const common = { folder, allowPartial, limit, ...watch };
  switch (data.name) {
    case 'cifar10':
      return readCifar10({ ...common, split: part });
    case 'cifar100':
      return readCifar100({ ...common, split: part, labels: data.labels });
    case 'stl10': {
      const stlSplit: Stl10Split = split === 'train' ? data.trainSplit : part;
      return readStl10({ ...common, split: stlSplit, fold: split === 'labeled' ? data.fold : null });
    }
  }
}
