// Trains the toy: the toolkit's own step and optimiser, on two views a batch.
import { setImmediate } from 'node:timers/promises';
import * as torch from '@twoview/torch';
import type { Siamese } from '../../../methods/index.js';
import { createOptimizer } from '../../../training/index.js';
import { type ExperimentIo, InterruptedError } from '../../experiment.js';
import type { ToyData } from './data.js';
import { training } from './settings.js';

/** Coupled weight decay on all parameters, a constant rate. */
const sgd = {
  name: 'sgd',
  nesterov: false,
  exclude: 'none',
  schedule: { name: 'constant', warmupEpochs: 0 },
} as const;

/** Steps between turns of the event loop. */
const turn = 10;

/**
 * @returns the loss of the last step, NaN if there is none
 * @throws InterruptedError when asked to stop
 */
export async function trainToy(
  model: Siamese,
  data: ToyData,
  steps: number,
  io: Pick<ExperimentIo, 'onProgress' | 'shouldStop'>,
): Promise<number> {
  const { batchSize, ...optimization } = training;
  const optimizer = createOptimizer(
    { ...sgd, ...optimization },
    model.config.predictorTraining,
    model.parameterGroups(),
  );
  let loss = Number.NaN;
  try {
    for (let step = 0; step < steps; step++) {
      if (step % turn === 0) {
        io.onProgress(step / steps);
        await setImmediate(); // signals and finalizers are heard between turns of the event loop
        if (io.shouldStop()) throw new InterruptedError('asked to stop');
      }
      loss = torch.scope(() => {
        const contents = data.contents(batchSize);
        optimizer.zeroGrad();
        const result = model.step([data.view(contents), data.view(contents)]);
        result.loss.backward();
        optimizer.step();
        model.afterStep(step, steps);
        return result.loss.item();
      });
    }
  } finally {
    optimizer.dispose();
  }
  return loss;
}
