// What a bench asks of a run besides its own results: the best checkpoint and the untrained encoder, by the same protocol.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { z } from 'zod';
import { openDataset } from '../../data/index.js';
import { extractModelFeatures, loadModel, measureModel, runTransform, trainedSize } from '../../evaluation/index.js';
import type { Siamese } from '../../methods/index.js';
import { RunFolder, writeFileAtomic } from '../../runs/index.js';
import { type Config, createModel, parseConfig } from '../../training/index.js';

const measuresSchema = z.record(z.string(), z.number());

const resultsSchema = z.object({ verdict: z.object({ verdict: z.string() }), results: measuresSchema });

/** A run's `bench.json`. */
const extrasSchema = z.object({
  /** The last step, by which a file that belongs to an earlier training is known. */
  step: z.number(),
  /** The checkpoint that live kNN found best; null where nothing was classified. */
  best: z.object({ step: z.number(), results: measuresSchema }).nullable(),
  untrained: measuresSchema,
});

export type Extras = z.infer<typeof extrasSchema>;
export type Results = z.infer<typeof resultsSchema>;

function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A run's verdict and the measures of its last step; undefined before it has been evaluated. */
export const readResults = (dir: string): Results | undefined =>
  readJson(path.join(dir, 'results.json'), resultsSchema);

/** A run's `bench.json`, unless it is missing or the run was trained anew since. */
export function readExtras(dir: string): Extras | undefined {
  const extras = readJson(path.join(dir, 'bench.json'), extrasSchema);
  return extras && RunFolder.open(dir).checkpoints.find('last')?.step === extras.step ? extras : undefined;
}

/** Opens the images when they are first needed, and measures models as the end of a run does. */
function measurer(config: Config): (model: Siamese) => Promise<Record<string, number>> {
  const { device, seed } = config.training;
  const { k, temperature } = config.evaluation;
  const options = { transform: runTransform(config, trainedSize(config)), device };
  const open = async () => ({
    train: await openDataset(config.data, { split: config.data.name === 'stl10' ? 'labeled' : 'train' }),
    test: await openDataset(config.data, { split: 'test' }),
  });
  let images: ReturnType<typeof open> | undefined;
  return async (model) => {
    images ??= open();
    const { train, test } = await images;
    return measureModel(
      { dataset: train, features: await extractModelFeatures(model, train, options) },
      { dataset: test, features: await extractModelFeatures(model, test, options) },
      { k, temperature, probe: { kind: 'logistic' }, seed },
    );
  };
}

/**
 * Measures the best checkpoint and the untrained encoder of a finished run, into its `bench.json`.
 * @param untrained the latter's measures, where they are known already
 * @throws Error if the run was not trained to its end
 */
export async function measureRun(dir: string, untrained?: Record<string, number>): Promise<void> {
  const folder = RunFolder.open(dir);
  const config = parseConfig(folder.config(), path.join(dir, 'config.yaml'));
  const last = folder.checkpoints.find('last');
  const results = readResults(dir)?.results;
  if (!last || !results)
    throw new Error(`the run ${dir} has no results.json that can be read: delete the run and train it again`);
  if (config.training.threads !== null) torch.setNumThreads(config.training.threads);
  const measure = measurer(config);
  const bestStep = folder.checkpoints.find('best')?.step;
  const measureBest = async (): Promise<Record<string, number>> => {
    if (bestStep === last.step) return results;
    using model = loadModel(dir, { checkpoint: 'best', device: config.training.device }).model;
    return await measure(model);
  };
  const measureUntrained = async (): Promise<Record<string, number>> => {
    using model = createModel(config).to({ device: config.training.device });
    return await measure(model);
  };
  const extras: Extras = {
    step: last.step,
    best: bestStep === undefined ? null : { step: bestStep, results: await measureBest() },
    untrained: untrained ?? (await measureUntrained()),
  };
  writeFileAtomic(path.join(dir, 'bench.json'), `${JSON.stringify(extras, null, 2)}\n`);
}
