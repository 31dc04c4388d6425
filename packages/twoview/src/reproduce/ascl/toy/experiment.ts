// A run of the toy as an experiment that claims share.
import * as torch from '@twoview/torch';
import type { Experiment } from '../../experiment.js';
import { measureToy, type ToyMeasures } from './measure.js';
import { standard, type ToySettings, type ToyVariant } from './settings.js';
import { trainToy } from './train.js';

/** Raised when the toy's code changes in a way that changes its numbers: older results are then computed again. */
const version = 1;

/** Milliseconds of a pass through the network with its gradient, roughly, of 128 images. */
const perPass = 3;

/** @param name of the variant, as in tables */
export function toyExperiment(name: string, variant: ToyVariant, seed: number): Experiment<ToyMeasures> {
  const settings: ToySettings = { ...standard, ...variant, seed };
  const { trainImages, testImages, batchSize, epochs, warmupEpochs, trainSteps, testSteps, adversarial } = settings;
  const attacked = adversarial ? trainSteps * (epochs - warmupEpochs) + epochs : 0;
  const cost = (perPass / batchSize) * (trainImages * (epochs + attacked) + testImages * testSteps);
  return {
    name: `toy, ${name}, seed ${seed}`,
    settings: { version, ...settings },
    cost,
    async run(io) {
      torch.setNumThreads(1);
      const onProgress = (share: number): void => io.onProgress(share * cost);
      const trained = await trainToy(settings, { ...io, onProgress });
      try {
        return measureToy(trained, settings);
      } finally {
        trained.network.dispose();
      }
    },
  };
}
