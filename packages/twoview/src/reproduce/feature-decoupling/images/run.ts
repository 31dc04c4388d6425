// An image run as an experiment: SimCLR by the toolkit's own loop, then what its features hold and how sparse they are.
import path from 'node:path';
import * as torch from '@twoview/torch';
import type { LabeledDataset } from '../../../data/index.js';
import { extractFeatures, featureTensor, inEvalMode, ridgeProbe, runTransform } from '../../../evaluation/index.js';
import type { Siamese } from '../../../methods/index.js';
import { knnClassify } from '../../../metrics/index.js';
import { readMetrics } from '../../../runs/index.js';
import { type Config, DivergenceError, viewSize } from '../../../training/index.js';
import type { Experiment } from '../../experiment.js';
import { openLabeled, runSettings, train } from '../../image-run.js';
import { colorDecodability, sparsity } from './measures.js';
import { imageCost } from './settings.js';

/** The numbers of one run; all NaN where training diverged. */
export interface ArmMeasures {
  dataset: string;
  trainImages: number;
  testImages: number;
  diverged: string | null;
  /** Mean contrastive loss of the last epoch's steps. */
  loss: number;
  /** Accuracy of h: ridge classification, and kNN with k = 200, temperature 0.1. */
  linear: number;
  knn: number;
  /** R^2 of the image's mean red, green and blue by ridge regression, averaged: on h, and on the projection z. */
  color: number;
  colorZ: number;
  /** Share of h above 0, by test image; and the kurtosis of a unit of h over test images, averaged (3 for a Gaussian). */
  active: number;
  kurtosis: number;
}

/** Raised when the measurements change in a way that changes their numbers. */
const version = 1;

export function armExperiment(name: string, config: Config): Experiment<ArmMeasures> {
  return {
    name: `images, ${name}, seed ${config.training.seed}`,
    settings: { version, ...runSettings(config) },
    cost: imageCost,
    async run(io) {
      const images = await openLabeled(config, 'train');
      const test = await openLabeled(config, 'test');
      const base = { dataset: test.name, trainImages: images.length, testImages: test.length };
      try {
        const model = await train(config, images, io, imageCost);
        const loss = lastEpochLoss(path.join(io.folder, 'metrics.jsonl'), config.training.epochs);
        return { ...base, diverged: null, loss, ...(await measure(model, config, images, test)) };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { ...base, diverged: error.message, ...nothing };
      }
    },
  };
}

const { NaN: none } = Number;
const nothing = { loss: none, linear: none, knn: none, color: none, colorZ: none, active: none, kurtosis: none };

function lastEpochLoss(file: string, epochs: number): number {
  const losses = readMetrics(file).rows.flatMap(({ epoch = 0, loss }) =>
    typeof loss === 'number' && epoch > epochs - 1 ? [loss] : [],
  );
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

async function measure(model: Siamese, config: Config, images: LabeledDataset, test: LabeledDataset) {
  const options = { transform: runTransform(config, viewSize(config, test)), device: config.training.device };
  const known = await extractFeatures(model.encoder, images, options);
  const asked = await extractFeatures(model.encoder, test, options);
  return torch.noGrad(() =>
    torch.scope(() => {
      const [h, hTest] = [featureTensor(known), featureTensor(asked)];
      const labelled = { train: h, trainLabels: images.labels, test: hTest, testLabels: test.labels };
      const colors = { trainImages: images, testImages: test };
      const project = (features: torch.Tensor) => {
        const { projector } = model.online;
        return inEvalMode([projector], () => projector.forward(features.to({ device: config.training.device }))).to({
          device: 'cpu',
        });
      };
      return {
        linear: ridgeProbe(labelled).accuracy,
        knn: knnClassify(labelled).accuracy ?? none,
        color: colorDecodability({ train: h, test: hTest, ...colors }),
        colorZ: colorDecodability({ train: project(h), test: project(hTest), ...colors }),
        ...sparsity(hTest),
      };
    }),
  );
}
