// Trains the toy: two views, two passes, one loss, one step of SGD.
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { cosine, SGD, scheduleAt, warmup } from '@twoview/torch/optim';
import { cosine as cosineLoss, mse } from '../../../objectives/index.js';
import { type ExperimentIo, InterruptedError } from '../../experiment.js';
import { ToyData } from './data.js';
import { ToyNetwork } from './network.js';
import { createToyNormalizer } from './normalize.js';
import type { ToySettings } from './settings.js';

/** What training leaves behind. */
export interface TrainedToy {
  data: ToyData;
  network: ToyNetwork;
  /** Mean loss of the last 100 steps. */
  loss: number;
  /** The step, from 1, whose loss was not a finite number; null if all were. */
  divergedAt: number | null;
}

/** A stream of random numbers of its own for each purpose, so that settings are compared on the same data. */
export function toyGenerator(seed: number, purpose: 'task' | 'weights' | 'batches' | 'groups' | 'evaluation') {
  const streams = { task: 0, weights: 1, batches: 2, groups: 3, evaluation: 4 };
  return new torch.Generator({ seed: 1000 * (seed + 1) + streams[purpose] });
}

/** Steps at the end whose mean is the final loss, and steps between turns of the event loop. */
const lastSteps = 100;
const turn = 10;

/** @throws InterruptedError when asked to stop */
export async function trainToy(
  settings: ToySettings,
  io: Pick<ExperimentIo, 'onProgress' | 'shouldStop'>,
): Promise<TrainedToy> {
  const { seed, batchSize, steps, warmupSteps, learningRate: lr, weightDecay } = settings;
  const data = new ToyData(toyGenerator(settings.task, 'task'));
  const network = new ToyNetwork(settings, toyGenerator(seed, 'weights'));
  const batches = toyGenerator(seed, 'batches');
  const normalize = createToyNormalizer(settings.normalizer, settings.dimension, toyGenerator(seed, 'groups'));
  const objective = (a: Tensor, b: Tensor): Tensor =>
    settings.objective === 'squared' ? mse(a, b, { features: 'sum' }) : cosineLoss(a, b);
  const optimizer = new SGD(network.namedParameters(), { lr, momentum: 0.9, weightDecay });
  const schedule = warmup(warmupSteps, cosine(lr, Math.max(1, steps - warmupSteps)));
  const losses: number[] = [];
  let divergedAt: number | null = null;
  try {
    for (let step = 0; step < steps && divergedAt === null; step++) {
      if (step % turn === 0) {
        io.onProgress(step / steps);
        await setImmediate(); // signals and finalizers are heard between turns of the event loop
        if (io.shouldStop()) throw new InterruptedError('asked to stop');
      }
      optimizer.groups[0]!.lr = scheduleAt(schedule, step);
      const loss = torch.scope(() => {
        const contents = data.contents(batchSize, batches);
        const project = () => network.forward(data.view(contents, batches));
        const [first, second] = normalize([project(), project()]);
        const value = objective(first!, second!);
        const number = value.item();
        if (!Number.isFinite(number)) return number;
        optimizer.zeroGrad();
        value.backward();
        optimizer.step();
        return number;
      });
      losses.push(loss);
      if (!Number.isFinite(loss)) divergedAt = step + 1;
    }
    const last = losses.slice(-lastSteps);
    return { data, network, loss: last.reduce((a, b) => a + b, 0) / last.length, divergedAt };
  } catch (error) {
    data.dispose();
    network.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
}
