// DirectPred's image run in very small: it trains, evaluates as the authors do, and goes on after an interruption.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { imageExperiment } from 'twoview/reproduce/directpred';
import { resolveConfig } from 'twoview/training';
import { afterAll, beforeAll, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));
const out = mkdtempSync(path.join(os.tmpdir(), 'twoview-directpred-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const config = resolveConfig({
  method: 'directpred',
  dataset: 'embedded',
  overrides: [
    'data.limit=64',
    'data.testLimit=40',
    'training.batchSize=16',
    'training.epochs=1',
    'training.threads=1',
    'training.device=cpu',
    'evaluation.everyEpochs=100000',
    `encoder=${JSON.stringify({ name: 'convnet', channels: [4, 8] })}`,
  ],
});
const io = (name: string, shouldStop: () => boolean = () => false) => ({
  folder: path.join(out, name),
  onProgress: () => {},
  shouldStop,
});

test('trains and reports the best and the last epoch of the linear evaluation', async () => {
  const { best, last, variant } = await imageExperiment('DirectPred', config).run(io('whole'));
  expect(variant).toBe('DirectPred');
  expect(best).toBeGreaterThanOrEqual(last);
  expect(last).toBeGreaterThan(0);
  expect(best).toBeLessThanOrEqual(1);
});

test('goes on from its checkpoint after an interruption, to the same numbers', async () => {
  const whole = await imageExperiment('DirectPred', config).run(io('whole again'));
  let asked = 0;
  await expect(imageExperiment('DirectPred', config).run(io('halves', () => ++asked > 2))).rejects.toThrow(
    'asked to stop',
  );
  expect(await imageExperiment('DirectPred', config).run(io('halves'))).toEqual(whole);
});

test('is another experiment with another seed, and the same wherever the images lie', () => {
  const settings = (changes: Partial<typeof config.training>, folder?: string) =>
    imageExperiment('DirectPred', {
      ...config,
      data: { ...config.data, ...(folder === undefined ? {} : { folder }) } as typeof config.data,
      training: { ...config.training, ...changes },
    }).settings;
  expect(settings({ device: 'cuda' })).toEqual(settings({}));
  expect(settings({}, '/elsewhere')).toEqual(settings({}));
  expect(settings({ seed: 1 })).not.toEqual(settings({}));
});
