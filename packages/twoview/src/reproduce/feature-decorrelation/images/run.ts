// An image run as an experiment: trained by the toolkit's own loop, in a run folder that can be resumed, then measured.
import * as torch from '@twoview/torch';
import type { LabeledDataset } from '../../../data/index.js';
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
import { type Config, DivergenceError, viewSize } from '../../../training/index.js';
import type { Experiment } from '../../experiment.js';
import { openLabeled, runSettings, train } from '../../image-run.js';
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
  return {
    name: `images, ${name}, seed ${config.training.seed}`,
    settings: { version, linear, ...runSettings(config) },
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
