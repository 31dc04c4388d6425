// The configuration of a data set, and opening one by it.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DataError, dataSchema, openDataset } from '../../src/data/index.js';
import { temporaryFolder } from './folders.js';

describe('dataSchema', () => {
  it('fills in defaults: nothing is downloaded, nothing is limited', () => {
    expect(dataSchema.parse({ name: 'cifar10' })).toEqual({
      name: 'cifar10',
      folder: 'data',
      download: false,
      baseUrl: null,
      allowPartial: false,
      limit: null,
      testLimit: null,
    });
    expect(dataSchema.parse({ name: 'stl10' })).toMatchObject({ trainSplit: 'train+unlabeled', fold: null });
    expect(dataSchema.parse({ name: 'folder', folder: 'photos' })).toMatchObject({
      layout: 'auto',
      onBadImage: 'skip',
      size: 64,
    });
  });

  it('refuses what it does not know', () => {
    for (const config of [
      { name: 'imagenet' },
      { name: 'embedded', folder: 'x' },
      { name: 'folder' },
      { name: 'cifar10', limit: 0 },
      { name: 'stl10', fold: 10 },
      { name: 'folder', folder: 'x', size: 64, storageSize: 32 },
    ]) {
      expect(dataSchema.safeParse(config).success, JSON.stringify(config)).toBe(false);
    }
  });

  it('describes every field, for help texts and the JSON schema', () => {
    const schema = z.toJSONSchema(dataSchema, { io: 'input' });
    const options = schema.oneOf ?? schema.anyOf ?? [];
    expect(options).toHaveLength(5);
    for (const option of options as { properties: Record<string, { description?: string }> }[]) {
      for (const [field, { description }] of Object.entries(option.properties))
        expect(description, field).toMatch(/\S{3,}.*[.:]?/);
    }
  });
});

describe('openDataset', () => {
  it('opens the embedded set with its limits and seed', async () => {
    const config = { name: 'embedded', limit: 20, testLimit: 10, seed: 3 } as const;
    const [train, labeled, test] = await Promise.all(
      (['train', 'labeled', 'test'] as const).map((split) => openDataset(config, { split })),
    );
    expect([train!.length, labeled!.length, test!.length]).toEqual([20, 20, 10]);
    expect(labeled!.images).toEqual(train!.images);
    expect(test).toMatchObject({ name: 'embedded', split: 'test', height: 32, viewSize: 32 });
  });

  it('says what is missing, as bad input and not as a bug', async () => {
    const folder = temporaryFolder();
    for (const name of ['cifar10', 'cifar100', 'stl10', 'folder'] as const) {
      const opening = openDataset({ name, folder }, { split: 'train' });
      await expect(opening).rejects.toBeInstanceOf(DataError);
      await expect(opening).rejects.toThrow(folder);
    }
  });

  it('downloads only when told to, and says where to put the archive when it cannot', async () => {
    const folder = temporaryFolder();
    const signal = AbortSignal.timeout(20_000);
    const config = { name: 'cifar10', folder, baseUrl: 'http://127.0.0.1:1/' } as const;
    await expect(openDataset(config, { split: 'test', signal })).rejects.toThrow('allow downloads (download: true)');
    const stopped = AbortSignal.abort();
    await expect(openDataset({ ...config, download: true }, { split: 'test', signal: stopped })).rejects.toThrow(
      /abort/i,
    );
  });
});
