// Trains the toy: an attack in training mode, a pass of the images and one of the adversarial images, one loss, one step of SGD.
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { multiStep, SGD, scheduleAt } from '@twoview/torch/optim';
import { trainingAttack } from '../../../attacks/index.js';
import { keptShares, predictionDivergence, selectiveContrastive, selectPairs } from '../../../objectives/index.js';
import { type ExperimentIo, InterruptedError } from '../../experiment.js';
import { mean } from '../../statistics.js';
import { type ToyBatch, ToyImages } from './data.js';
import { ToyNetwork } from './network.js';
import type { Contrast, ToySettings } from './settings.js';

/** Shares of pairs that a selection keeps. */
export interface Kept {
  positives: number;
  negatives: number;
}

/** What training leaves behind. */
export interface TrainedToy {
  network: ToyNetwork;
  test: ToyBatch;
  /** Mean of the last three epochs; null without a contrastive term. */
  kept: Kept | null;
}

/** A stream of random numbers of its own for each purpose, so that methods are compared on the same data. */
export function toyGenerator(
  seed: number,
  purpose: 'task' | 'train' | 'test' | 'weights' | 'batches' | 'attacks' | 'evaluation',
) {
  const streams = { task: 0, train: 1, test: 2, weights: 3, batches: 4, attacks: 5, evaluation: 6 };
  return new torch.Generator({ seed: 1000 * (seed + 1) + streams[purpose] });
}

/** Epochs at the end over which shares of pairs are averaged; steps between turns of the event loop. */
const lastEpochs = 3;
const turn = 5;

/** Contrastive term and divergence of predictions, and the pairs that were kept. */
function contrastTerms(
  network: ToyNetwork,
  h: readonly Tensor[],
  logits: readonly Tensor[],
  labels: Tensor,
  contrast: Contrast,
) {
  const latents = network.projector.forward(torch.cat([...h]));
  const both = torch.cat([labels, labels]);
  const pairs = selectPairs(
    contrast.selection,
    both,
    torch
      .cat([...logits])
      .detach()
      .argmax(1),
  );
  const term = selectiveContrastive(latents, pairs, contrast).mul(contrast.contrastive);
  const divergence = predictionDivergence(logits[0]!, logits[1]!).mul(contrast.divergence);
  return { loss: term.add(divergence), kept: keptShares(pairs, both) };
}

/** The loss of a batch; `adversarial` is null in natural training. */
function lossOf(
  network: ToyNetwork,
  { images, labels }: ToyBatch,
  adversarial: Tensor | null,
  contrast: Contrast | null,
) {
  const benign = network.encoder.forward(images);
  const logits = network.classifier.forward(benign);
  if (!adversarial) return { loss: logits.crossEntropyLoss(labels), kept: null };
  const attacked = network.encoder.forward(adversarial);
  const attackedLogits = network.classifier.forward(attacked);
  const robust = attackedLogits.crossEntropyLoss(labels);
  if (!contrast) return { loss: robust, kept: null };
  const terms = contrastTerms(network, [benign, attacked], [logits, attackedLogits], labels, contrast);
  return { loss: robust.add(terms.loss), kept: terms.kept };
}

/** @throws InterruptedError when asked to stop */
export async function trainToy(
  settings: ToySettings,
  io: Pick<ExperimentIo, 'onProgress' | 'shouldStop'>,
): Promise<TrainedToy> {
  const { seed, task, batchSize, epochs, warmupEpochs, learningRate, weightDecay, contrast, adversarial } = settings;
  const data = new ToyImages(toyGenerator(task, 'task'));
  const train = data.draw(settings.trainImages, toyGenerator(task, 'train'));
  const test = data.draw(settings.testImages, toyGenerator(task, 'test'));
  data.dispose();
  const network = new ToyNetwork(settings, toyGenerator(seed, 'weights'));
  const optimizer = new SGD(network.namedParameters(), { lr: learningRate, momentum: 0.9, weightDecay });
  const order = toyGenerator(seed, 'batches');
  const attack = {
    generator: toyGenerator(seed, 'attacks'),
    ball: { norm: 'linf', eps: settings.eps },
    steps: settings.trainSteps,
    stepSize: settings.stepSize,
  } as const;
  const perEpoch = Math.floor(settings.trainImages / batchSize); // an incomplete batch at the end is left out
  const steps = epochs * perEpoch;
  const schedule = multiStep(learningRate, [Math.round(0.75 * steps)]);
  const kept: Kept[] = [];
  const attacked = ({ images, labels }: ToyBatch, epoch: number): Tensor =>
    epoch < warmupEpochs ? images : trainingAttack(network, images, labels, attack);
  const step = (rows: Tensor, epoch: number): void => {
    const batch = { images: train.images.indexSelect(0, rows), labels: train.labels.indexSelect(0, rows) };
    const result = lossOf(network, batch, adversarial ? attacked(batch, epoch) : null, contrast);
    optimizer.zeroGrad();
    result.loss.backward();
    optimizer.step();
    if (result.kept && epoch >= epochs - lastEpochs) kept.push(result.kept);
  };
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rows = torch.randperm(settings.trainImages, { generator: order });
      for (let i = 0; i < perEpoch; i++) {
        const done = epoch * perEpoch + i;
        if (done % turn === 0) {
          io.onProgress(done / steps);
          await setImmediate(); // signals and finalizers are heard between turns of the event loop
          if (io.shouldStop()) throw new InterruptedError('asked to stop');
        }
        optimizer.groups[0]!.lr = scheduleAt(schedule, done);
        torch.scope(() => step(rows.narrow(0, i * batchSize, batchSize), epoch));
      }
      rows.dispose();
    }
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
  const share = (of: keyof Kept): number => mean(kept.map((one) => one[of]));
  return { network, test, kept: contrast && { positives: share('positives'), negatives: share('negatives') } };
}
