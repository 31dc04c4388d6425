// A run of the toy as an experiment.
import * as torch from '@twoview/torch';
import type { Experiment } from '../../experiment.js';
import { ToyData } from './data.js';
import { measureToy, type ToyMeasures } from './measure.js';
import { createToyModel } from './network.js';
import { type ToyVariant, training } from './settings.js';
import { trainToy } from './train.js';

/** Raised when the toy's code changes in a way that changes its numbers: older results are then computed again. */
const version = 1;

/** Milliseconds a step takes on one core, roughly, and the measurements at the end. */
const perStep = 4;
const perRun = 300;

/** @param seed draws weights; class means, rotation and batches come from a stream of 1000 + seed */
export function toyExperiment({ title, ...variant }: ToyVariant, seed: number): Experiment<ToyMeasures> {
  const { steps = training.steps } = variant;
  const cost = perRun + perStep * steps;
  return {
    name: `toy, ${title}, seed ${seed}`,
    settings: { version, ...training, ...variant, seed },
    cost,
    async run(io) {
      torch.setNumThreads(1);
      const model = createToyModel({ title, ...variant }, new torch.Generator({ seed }));
      const data = new ToyData(new torch.Generator({ seed: 1000 + seed }));
      try {
        const onProgress = (share: number): void => io.onProgress(share * cost);
        const loss = await trainToy(model, data, steps, { ...io, onProgress });
        return { ...measureToy(model, data), loss };
      } finally {
        data.dispose();
        model.dispose();
      }
    },
  };
}
