// A transfer attack: images that PGD made on one network, shown to another.
import * as torch from '@twoview/torch';
import { attackSet, type LabeledPixels, outputsOf } from '../../../evaluation/index.js';
import type { ImageClassifier } from '../../../methods/index.js';
import { type Experiment, type ExperimentIo, InterruptedError } from '../../experiment.js';
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

/** Accuracy of `target` on PGD-20 images of `source`. */
async function accuracyUnder(
  source: ImageClassifier,
  target: ImageClassifier,
  pixels: LabeledPixels,
  { evaluation: { eps, stepSize }, config }: ImageRun,
  { shouldStop }: ExperimentIo,
): Promise<number> {
  const attack = { ball: { norm: 'linf', eps }, steps, stepSize } as const;
  const attacked = await attackSet(source, pixels, { attack, seed: config.training.seed, shouldStop });
  if (!attacked) throw new InterruptedError('asked to stop');
  return torch.scope(() => {
    const accuracy = outputsOf(target, attacked).logits.argmax(1).eq(pixels.labels).float().mean().item();
    attacked.dispose();
    return accuracy;
  });
}

/** PGD-20 on `source`, tried on `target`. */
export function transferExperiment(source: ImageRun, target: ImageRun): Experiment<TransferMeasures> {
  const [from, to] = [imageExperiment(source), imageExperiment(target)];
  return {
    name: `transfer, ${from.name} to ${to.name}`.replaceAll('images, ', ''),
    settings: { version, from: from.settings, to: to.settings },
    cost: 20_000,
    async run(io) {
      const pixels = testPixels(target.config, await openLabeled(target.config, 'test'));
      const attacked = await trainedClassifier(target, io);
      const other = await trainedClassifier(source, io);
      return {
        transfer: await accuracyUnder(other, attacked, pixels, target, io),
        whiteBox: await accuracyUnder(attacked, attacked, pixels, target, io),
      };
    },
  };
}
