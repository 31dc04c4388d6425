// An image run as an experiment: trained by the toolkit's own loop in a run folder that can be resumed and attacked again, then
// measured.
import type { LabeledDataset } from '../../../data/index.js';
import { type LabeledPixels, labeledPixels } from '../../../evaluation/index.js';
import type { ImageClassifier, Siamese } from '../../../methods/index.js';
import { RunFolder } from '../../../runs/index.js';
import { type Config, DivergenceError, resolveDevice, viewSize } from '../../../training/index.js';
import type { Experiment, ExperimentIo } from '../../experiment.js';
import { openLabeled, runSettings, train } from '../../image-run.js';
import { mean } from '../../statistics.js';
import type { Kept } from '../toy/index.js';
import { measureRobustness, type Robustness } from './measure.js';
import type { Evaluation } from './settings.js';

/** The numbers of one image run; null where training diverged. */
export interface ImageMeasures {
  dataset: string;
  trainImages: number;
  testImages: number;
  diverged: string | null;
  robustness: Robustness | null;
  /** Shares of pairs that the selection keeps, means of the last three epochs; NaN in natural training. */
  kept: Kept;
  /** Of training alone. */
  minutes: number;
}

/** Raised when the measurements change in a way that changes their numbers. */
const version = 1;

const lastEpochs = 3;

/** What the run wrote down of its last epochs, and how long it took. */
function courseOf(folder: string, epochs: number): { kept: Kept; minutes: number } {
  const { rows } = RunFolder.open(folder).metrics();
  const last = rows.filter(({ epoch }) => typeof epoch === 'number' && epoch > epochs - lastEpochs);
  const average = (name: string): number =>
    mean(last.map((row) => row[name]).filter((value): value is number => typeof value === 'number'));
  const seconds = rows.map(({ time }) => (typeof time === 'number' ? time : 0));
  return {
    kept: { positives: average('kept.positives'), negatives: average('kept.negatives') },
    minutes: Math.max(0, ...seconds) / 60,
  };
}

/** The classifier of a trained method. */
export function classifierOf({ classifier }: Siamese): ImageClassifier {
  if (!classifier) throw new Error('the method has no classifier to attack');
  return classifier;
}

/** Test images as the run's network takes them: all, or the first so many. */
export function testPixels(config: Config, test: LabeledDataset, count = test.length): LabeledPixels {
  const { device, channelsLast } = config.training;
  return labeledPixels(test, { count, size: viewSize(config, test), device: resolveDevice(device), channelsLast });
}

/** The run that an experiment trains: of its own name, so that others find its folder. */
export interface ImageRun {
  /** As in tables. */
  name: string;
  config: Config;
  evaluation: Evaluation;
  cost: number;
}

export function imageExperiment({ name, config, evaluation, cost }: ImageRun): Experiment<ImageMeasures> {
  const { seed, epochs } = config.training;
  return {
    name: `images, ${name}, seed ${seed}`,
    settings: { version, measured: evaluation, ...runSettings(config) },
    cost,
    async run(io: ExperimentIo) {
      const images = await openLabeled(config, 'train');
      const test = await openLabeled(config, 'test');
      const base = { dataset: test.name, trainImages: images.length, testImages: test.length };
      try {
        const model = await train(config, images, io, cost);
        const pixels = testPixels(config, test);
        const robustness = await measureRobustness(classifierOf(model), pixels, evaluation, seed, io);
        return { ...base, diverged: null, robustness, ...courseOf(io.folder, epochs) };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        return { ...base, diverged: error.message, robustness: null, ...courseOf(io.folder, epochs) };
      }
    },
  };
}
