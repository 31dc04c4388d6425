// What the probes have in common: labelled features, standardised by the training set's statistics.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { accuracyOf, checkLabels, countClasses } from '../metrics/index.js';
import { checkEmbeddings, forEachChunk, meanRow } from '../metrics/matrix.js';

/** Rows that are worked on at a time. */
export const ROWS = 8192;

/** Labelled features of a training and a test set, on one device. */
export interface ProbeData {
  /** [N, D] */
  train: Tensor;
  /** N class indices from 0. */
  trainLabels: ArrayLike<number>;
  /** [M, D] */
  test: Tensor;
  /** M class indices from 0. */
  testLabels: ArrayLike<number>;
  /** Number of classes; the largest label + 1 if left out. */
  classes?: number;
}

/** What is taken off features and what they are divided by, [1, D] each, in float64 on their device. */
export interface Scaling {
  mean: Tensor;
  scale: Tensor;
}

/** Checks shapes and labels and returns the number of classes. Throws a RangeError that starts with `where`. */
export function checkProbeData(where: string, { train, trainLabels, test, testLabels, classes }: ProbeData): number {
  checkEmbeddings(where, train);
  checkEmbeddings(where, test);
  if (train.shape[1] !== test.shape[1]) {
    throw new RangeError(
      `${where}: train has ${train.shape[1]} dimensions and test ${test.shape[1]}; use one encoder for both`,
    );
  }
  const count = classes ?? Math.max(countClasses(trainLabels), countClasses(testLabels));
  checkLabels(where, 'trainLabels', trainLabels, train.shape[0]!, count);
  checkLabels(where, 'testLabels', testLabels, test.shape[0]!, count);
  for (const [name, set] of Object.entries({ train, test })) {
    const finite = torch.scope(() => set.isfinite().all().item()) !== 0;
    if (!finite) throw new RangeError(`${where}: the ${name} features hold NaN or infinity; the encoder has diverged`);
  }
  return count;
}

/** Class indices as an int64 tensor. */
export function labelTensor(labels: ArrayLike<number>, device: string): Tensor {
  return torch.tensor(BigInt64Array.from(labels, BigInt), { device });
}

/**
 * Mean and standard deviation (the population's) of each dimension. A dimension that does not vary beyond float32's
 * rounding is divided by 1: it would otherwise be noise blown up to unit size.
 *
 * @param x [N, D]
 */
export function fitScaling(x: Tensor): Scaling {
  return torch.scope(() => {
    const mean = meanRow(x);
    const sum = torch.zeros([1, x.shape[1]!], { dtype: 'float64', device: x.device });
    forEachChunk(x, ROWS, (chunk) => sum.add_(chunk.detach().double().sub(mean).square().sum([0], true)));
    const std = sum.div(x.shape[0]!).sqrt();
    const constant = std.le(mean.abs().mul(1e-6));
    return { mean, scale: std.maskedFill(constant, 1) };
  });
}

/** A scaling that changes nothing, for features of D dimensions. */
export function identityScaling(dimension: number, device: string): Scaling {
  return {
    mean: torch.zeros([1, dimension], { dtype: 'float64', device }),
    scale: torch.ones([1, dimension], { dtype: 'float64', device }),
  };
}

/** (x - mean) / scale, in float64. */
export function applyScaling(x: Tensor, { mean, scale }: Scaling): Tensor {
  return x.detach().double().sub(mean).div(scale);
}

/** A copy in float32 with the scaling applied, for protocols that read it many times. */
export function scaledCopy(x: Tensor, scaling: Scaling): Tensor {
  const copy = torch.empty(x.shape, { dtype: 'float32', device: x.device });
  forEachChunk(x, ROWS, (chunk, start) => {
    copy.narrow(0, start, chunk.shape[0]!).copy_(applyScaling(chunk, scaling));
  });
  return copy;
}

/**
 * The class with the largest logit of every row.
 *
 * @param logits of a chunk of rows [b, D]: [b, C]
 */
export function predict(x: Tensor, logits: (chunk: Tensor) => Tensor): Int32Array {
  const predictions = new Int32Array(x.shape[0]!);
  torch.noGrad(() =>
    forEachChunk(x, ROWS, (chunk, start) => {
      predictions.set(logits(chunk).argmax(1).to({ dtype: 'int32' }).data() as Int32Array, start);
    }),
  );
  return predictions;
}

/** Accuracies of a classifier on both sets, and its predictions for the test set. */
export interface ProbeScore {
  /** Share of right predictions on the test set, in [0, 1]. */
  accuracy: number;
  trainAccuracy: number;
  /** M predicted classes. */
  predictions: Int32Array;
}

/** Scores a classifier that gives the logits of a chunk of rows. */
export function score(data: ProbeData, logits: (chunk: Tensor) => Tensor): ProbeScore {
  const predictions = predict(data.test, logits);
  return {
    accuracy: accuracyOf(predictions, data.testLabels),
    trainAccuracy: accuracyOf(predict(data.train, logits), data.trainLabels),
    predictions,
  };
}
