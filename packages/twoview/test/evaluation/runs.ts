// A trained run on disk, small enough to train within a test.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateEmbedded } from 'twoview/data';
import { RunFolder } from 'twoview/runs';
import { type Config, resolveConfig, Trainer } from 'twoview/training';
import { afterAll } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-evaluation-'));
  made.push(folder);
  return folder;
}

export const runConfig = (...overrides: string[]): Config =>
  resolveConfig({
    overrides: [
      'data.limit=32',
      'encoder={"name":"convnet","channels":[4,8]}',
      'method.projector={"hidden":[10],"size":6}',
      'training.batchSize=8',
      'training.epochs=2',
      'training.keepEvery=1',
      'training.threads=1',
      'training.device=cpu',
      ...overrides,
    ],
  });

/** Trains, and returns the run's folder and the model as it was at the end. */
export async function trainedRun(config = runConfig()) {
  const folder = RunFolder.create(path.join(temporaryFolder(), 'run'), { config, environment: {} });
  const trainer = new Trainer(config, await generateEmbedded({ split: 'train', limit: 32 }), folder);
  await trainer.run();
  folder.finish('done');
  return { dir: folder.dir, model: trainer.model, config };
}
