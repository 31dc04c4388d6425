// An image run as an experiment: trained by the toolkit's own loop, in a run folder that can be resumed, then measured.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import { type ImageDataset, isLabeled, type LabeledDataset, openDataset } from '../../../data/index.js';
import { extractFeatures, featureTensor, inEvalMode, runTransform } from '../../../evaluation/index.js';
import type { Siamese } from '../../../methods/index.js';
import {
  correlationCoefficients,
  covarianceEigenvalues,
  knnClassify,
  normalizedStd,
  offDiagonalCorrelation,
  participationRatio,
} from '../../../metrics/index.js';
import { batchStandardize, groupWhiten } from '../../../normalizers/index.js';
import { RunFolder } from '../../../runs/index.js';
import { type Config, DivergenceError, Trainer, viewSize } from '../../../training/index.js';
import { type Experiment, type ExperimentIo, InterruptedError } from '../../experiment.js';
import { linearEvaluation } from './linear-evaluation.js';

/** The numbers of one image run; all NaN where training diverged. */
export interface ImageMeasures {
  dataset: string;
  trainImages: number;
  testImages: number;
  diverged: string | null;
  /** kNN accuracy of the features h: k = 200, temperature 0.1. */
  knn: number;
  /** Linear accuracy of h by the published protocol; NaN where it was not asked for. */
  linear: number;
  /** Of the projector's outputs of test images, standardised by their own statistics, groups in their order. */
  std: number;
  normalizedStd: number;
  correlation: number;
  participationRatio: number;
  spectrum: number[];
}

/** Raised when the measurements change in a way that changes their numbers. */
const version = 1;

/** @param linear whether to train the published linear classifier too */
export function imageExperiment(
  name: string,
  config: Config,
  { cost, linear }: { cost: number; linear: boolean },
): Experiment<ImageMeasures> {
  // Where images lie and which device computes makes no other experiment.
  const data: Record<string, unknown> = { ...config.data };
  delete data.folder;
  const { device: _, ...training } = config.training;
  return {
    name: `images, ${name}, seed ${config.training.seed}`,
    settings: { version, linear, ...config, data, training },
    cost,
    async run(io) {
      const images = await openLabeled(config, 'train');
      const test = await openLabeled(config, 'test');
      const base = { dataset: test.name, trainImages: images.length, testImages: test.length };
      try {
        const model = await train(config, images, io, cost);
        const measures = await measure(model, config, { images, test });
        const accuracy = linear
          ? await linearEvaluation(model.encoder, images, test, {
              seed: config.training.seed,
              device: config.training.device,
              shouldStop: io.shouldStop,
            })
          : Number.NaN;
        return { ...base, diverged: null, ...measures, linear: accuracy };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { ...base, diverged: error.message, ...nothing };
      }
    },
  };
}

const nothing = {
  knn: Number.NaN,
  linear: Number.NaN,
  std: Number.NaN,
  normalizedStd: Number.NaN,
  correlation: Number.NaN,
  participationRatio: Number.NaN,
  spectrum: [],
};

export async function openLabeled(config: Config, split: 'train' | 'test'): Promise<LabeledDataset> {
  const dataset = await openDataset(config.data, { split });
  if (!isLabeled(dataset)) throw new Error(`${dataset.name} has no labels to measure accuracy by`);
  return dataset;
}

/** Trains, going on from the folder's last checkpoint. @throws InterruptedError with the state saved */
export async function train(config: Config, images: ImageDataset, io: ExperimentIo, cost: number): Promise<Siamese> {
  const known = existsSync(path.join(io.folder, 'environment.json'));
  const folder = known
    ? RunFolder.open(io.folder, { mode: 'write' })
    : RunFolder.create(io.folder, { config, environment: { libtorch: torch.version } });
  try {
    const trainer = new Trainer(config, images, folder, {
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

/** Accuracy of h, and spread and correlation of the standardised projections of the test images. */
async function measure(
  model: Siamese,
  config: Config,
  { images, test }: { images: LabeledDataset; test: LabeledDataset },
): Promise<Omit<ImageMeasures, 'dataset' | 'trainImages' | 'testImages' | 'diverged' | 'linear'>> {
  const { device } = config.training;
  const options = { transform: runTransform(config, viewSize(config, test)), device };
  const known = await extractFeatures(model.encoder, images, options);
  const asked = await extractFeatures(model.encoder, test, options);
  return torch.noGrad(() =>
    torch.scope(() => {
      const { accuracy } = knnClassify({
        train: featureTensor(known),
        trainLabels: images.labels,
        test: featureTensor(asked),
        testLabels: test.labels,
      });
      const projected = inEvalMode([model.online], () => model.online.projector.forward(featureTensor(asked, device)));
      const z = standardize(projected.to({ device: 'cpu', dtype: 'float64' }), config);
      const eigenvalues = covarianceEigenvalues(z);
      return {
        knn: accuracy ?? Number.NaN,
        std: z.std([0], false).mean().item(),
        normalizedStd: normalizedStd(z),
        correlation: offDiagonalCorrelation(correlationCoefficients(z)).mean,
        participationRatio: participationRatio(eigenvalues),
        spectrum: Array.from(eigenvalues),
      };
    }),
  );
}

/** As the run's normalizer does in training, but with the groups in their order. */
function standardize(projected: torch.Tensor, config: Config): torch.Tensor {
  const { normalizer } = config.method;
  if (normalizer.name === 'bn') return batchStandardize(projected, normalizer);
  if (normalizer.name === 'dbn' || normalizer.name === 'shuffledDbn')
    return groupWhiten(projected, { ...normalizer, groups: normalizer.groups ?? 1 });
  return projected;
}
