// The linear evaluation protocol of DirectPred's code: logistic regression by Adam on standardised, frozen features.
import * as torch from '@twoview/torch';
import { Linear } from '@twoview/torch/nn';
import { Adam } from '@twoview/torch/optim';
import { accuracyOf } from '../metrics/index.js';
import {
  checkProbeData,
  fitScaling,
  identityScaling,
  labelTensor,
  type ProbeData,
  predict,
  scaledCopy,
} from './probe.js';
import { breathe, type OnProgress } from './progress.js';

export interface LinearProbeOptions extends ProbeData {
  /** Seeds the first weights and the order of the samples. */
  seed: number;
  /** 50 if left out. */
  epochs?: number;
  /** 128 if left out; the last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Adam's learning rate: 3e-4 if left out, constant. */
  lr?: number;
  /** Added to Adam's gradient for weights and biases alike: 1e-3 if left out. */
  weightDecay?: number;
  /** Whether features are standardised with the training set's mean and standard deviation; they are if left out. */
  standardize?: boolean;
  onProgress?: OnProgress;
}

export interface LinearProbeResult {
  /** Test accuracy in [0, 1] after the last epoch: the number to report. */
  accuracy: number;
  /** The best test accuracy of all epochs. Chosen on the test set; the papers that follow this protocol report it. */
  bestAccuracy: number;
  /** The epoch, from 1, that reached it first. */
  bestEpoch: number;
  /** Test accuracy after each epoch. */
  accuracies: number[];
  /** Training accuracy after the last epoch. */
  trainAccuracy: number;
  /** Mean cross entropy of each epoch's batches as they were trained on. */
  losses: number[];
  /** M predicted classes after the last epoch. */
  predictions: Int32Array;
}

/**
 * Trains a linear classifier on frozen features, without augmentation, in mini-batches.
 *
 * @throws RangeError when shapes, labels or options do not fit, or a feature is not finite
 */
export async function linearProbe(options: LinearProbeOptions): Promise<LinearProbeResult> {
  const { train, test, trainLabels, testLabels, seed, onProgress } = options;
  const { epochs = 50, batchSize = 128, lr = 3e-4, weightDecay = 1e-3, standardize = true } = options;
  const classes = checkProbeData('linearProbe', options);
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`linearProbe: ${name} must be a whole number from 1, not ${value}`);
    }
  }
  const [count, dimension] = [train.shape[0]!, train.shape[1]!];
  const device = train.device;
  const generator = new torch.Generator({ seed });
  const [x, xTest] = torch.scope(() => {
    const scaling = standardize ? fitScaling(train) : identityScaling(dimension, device);
    return [scaledCopy(train, scaling), scaledCopy(test, scaling)] as const;
  });
  const labels = labelTensor(trainLabels, device);
  const head = new Linear(dimension, classes, { generator }).to({ device });
  const optimizer = new Adam(head.namedParameters(), { lr, weightDecay });
  const logits = (chunk: torch.Tensor) => head.forward(chunk);

  const accuracies: number[] = [];
  const losses: number[] = [];
  let predictions: Int32Array = new Int32Array(0);
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = torch.scope(() => torch.randperm(count, { generator }).to({ device }));
      const sum = torch.zeros([], { dtype: 'float64', device });
      for (let start = 0; start < count; start += batchSize) {
        torch.scope(() => {
          const rows = order.narrow(0, start, Math.min(batchSize, count - start));
          const loss = logits(x.indexSelect(0, rows)).crossEntropyLoss(labels.indexSelect(0, rows));
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          sum.add_(loss.detach(), { alpha: rows.shape[0]! });
        });
        if ((start / batchSize) % 64 === 63) await breathe();
      }
      losses.push(sum.item() / count);
      order.dispose();
      sum.dispose();
      predictions = predict(xTest, logits);
      accuracies.push(accuracyOf(predictions, testLabels));
      onProgress?.({ stage: 'linear probe', done: epoch, total: epochs });
      await breathe();
    }
    const bestAccuracy = Math.max(...accuracies);
    return {
      accuracy: accuracies.at(-1)!,
      bestAccuracy,
      bestEpoch: accuracies.indexOf(bestAccuracy) + 1,
      accuracies,
      trainAccuracy: accuracyOf(predict(x, logits), trainLabels),
      losses,
      predictions,
    };
  } finally {
    for (const resource of [optimizer, head, labels, x, xTest]) resource.dispose();
  }
}
