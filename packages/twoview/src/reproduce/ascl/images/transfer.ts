// A transfer attack: images that PGD made on one network, shown to another.
import { transferAccuracy } from '../../../attacks/index.js';
import { type Experiment, InterruptedError } from '../../experiment.js';
import { openLabeled } from '../../image-run.js';
import { type ImageRun, imageExperiment, testPixels } from './run.js';
import { trainedClassifier } from './trained.js';

export interface TransferMeasures {
  /** Accuracy of the target on images that were made on the source, and on those made on itself. */
  transfer: number;
  whiteBox: number;
}

const version = 1;
const steps = 20;

/** PGD-20 on `source`, tried on `target`. */
export function transferExperiment(source: ImageRun, target: ImageRun): Experiment<TransferMeasures> {
  const [from, to] = [imageExperiment(source), imageExperiment(target)];
  return {
    name: `transfer, ${from.name} to ${to.name}`.replaceAll('images, ', ''),
    settings: { version, from: from.settings, to: to.settings },
    cost: 20_000,
    async run(io) {
      const { images, labels } = testPixels(target.config, await openLabeled(target.config, 'test'));
      const model = await trainedClassifier(target, io);
      const { eps, stepSize } = target.evaluation;
      const attack = { ball: { norm: 'linf', eps }, steps, stepSize } as const;
      const options = { attack, seed: target.config.training.seed, shouldStop: io.shouldStop };
      const result = await transferAccuracy(await trainedClassifier(source, io), model, images, labels, options);
      const own = result && (await transferAccuracy(model, model, images, labels, options));
      if (!own) throw new InterruptedError('asked to stop');
      return { transfer: result.transferAccuracy, whiteBox: own.transferAccuracy };
    },
  };
}
