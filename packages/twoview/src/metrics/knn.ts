// Weighted k-nearest-neighbour classification by cosine similarity: accuracy without training anything.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { l2Normalize } from '../objectives/index.js';
import { accuracyOf, checkLabels, countClasses } from './labels.js';
import { checkEmbeddings } from './matrix.js';

export interface KnnOptions {
  /** [N, D] embeddings whose labels are known. */
  train: Tensor;
  /** N class indices from 0. */
  trainLabels: ArrayLike<number>;
  /** [M, D] embeddings to classify, on the same device. */
  test: Tensor;
  /** M class indices; with them the accuracy is computed. */
  testLabels?: ArrayLike<number>;
  /** Neighbours that vote: 200 if left out, never more than N. */
  k?: number;
  /** tau: a neighbour's vote counts exp(cos / tau). 0.1 if left out; Wu et al. (2018) use 0.07. */
  temperature?: number;
  /** Number of classes; the largest training label + 1 if left out. */
  classes?: number;
  /** Rows of either set that are compared at a time: 4096 if left out. Memory grows with its square. */
  chunk?: number;
  /** Also gives the neighbours themselves. */
  neighbors?: boolean;
  /** Called after each chunk of test rows. */
  onProgress?: (done: number, total: number) => void;
}

export interface KnnResult {
  /** M predicted classes. */
  predictions: Int32Array;
  /** Share of right predictions in [0, 1]; present with `testLabels`. */
  accuracy?: number;
  /** The k and temperature that were used: report them with the accuracy. */
  k: number;
  temperature: number;
  /** [M, k] rows of `train`, nearest first, and their cosines; present when asked for. */
  neighbors?: { indices: Int32Array; similarities: Float32Array };
}

/**
 * Classifies each test embedding by its k nearest training embeddings in cosine similarity, each voting for its label
 * with weight exp(cos / tau) (Wu et al. 2018, section 3.4). Exact: every pair is compared.
 *
 * @throws RangeError when shapes, labels or options do not fit, or an embedding is not finite
 */
export function knnClassify(options: KnnOptions): KnnResult {
  const { train, test, trainLabels, testLabels } = options;
  const temperature = options.temperature ?? 0.1;
  const chunk = options.chunk ?? 4096;
  check(options, temperature, chunk);
  const [count, total] = [train.shape[0]!, test.shape[0]!];
  const k = Math.min(options.k ?? 200, count);
  const classes = options.classes ?? countClasses(trainLabels);
  checkLabels('knnClassify', 'trainLabels', trainLabels, count, classes);
  // A test label outside the training classes is a miss, not a mistake: only its lower bound is checked.
  if (testLabels) checkLabels('knnClassify', 'testLabels', testLabels, total);

  const predictions = new Int32Array(total);
  const found = options.neighbors
    ? { indices: new Int32Array(total * k), similarities: new Float32Array(total * k) }
    : undefined;
  torch.noGrad(() =>
    torch.scope(() => {
      const labels = torch.tensor(BigInt64Array.from(trainLabels, BigInt), { device: train.device });
      for (let start = 0; start < total; start += chunk) {
        torch.scope(() => {
          const rows = Math.min(chunk, total - start);
          const [cosines, indices] = nearest(test.narrow(0, start, rows), train, k, chunk);
          // Taking the nearest one's cosine off changes no share of the votes and keeps exp within range.
          const weights = cosines
            .sub(cosines.narrow(1, 0, 1))
            .div(temperature)
            .exp();
          const votes = torch.zeros([rows, classes], { dtype: weights.dtype, device: weights.device });
          votes.scatterAdd_(1, labels.indexSelect(0, indices.flatten()).reshape([rows, k]), weights);
          predictions.set(votes.argmax(1).to({ dtype: 'int32' }).data() as Int32Array, start);
          found?.indices.set(indices.to({ dtype: 'int32' }).data() as Int32Array, start * k);
          found?.similarities.set(cosines.float().data() as Float32Array, start * k);
        });
        options.onProgress?.(Math.min(start + chunk, total), total);
      }
    }),
  );
  return {
    predictions,
    ...(testLabels && { accuracy: accuracyOf(predictions, testLabels) }),
    k,
    temperature,
    ...(found && { neighbors: found }),
  };
}

/** The k largest cosines of each query row with the rows of `train`, and where: [b, k] both, in descending order. */
function nearest(queries: Tensor, train: Tensor, k: number, chunk: number): [Tensor, Tensor] {
  const q = l2Normalize(queries);
  let best: [Tensor, Tensor] | undefined;
  for (let start = 0; start < train.shape[0]!; start += chunk) {
    const rows = Math.min(chunk, train.shape[0]! - start);
    const previous = best;
    best = torch.scope(() => {
      const cosines = q.mm(l2Normalize(train.narrow(0, start, rows)).t());
      const [values, local] = cosines.topk(Math.min(k, rows), { dim: 1 });
      const indices = local.add(start);
      if (!previous) return [values, indices];
      const candidates = torch.cat([previous[0], values], 1);
      const [merged, order] = candidates.topk(Math.min(k, candidates.shape[1]!), { dim: 1 });
      return [merged, torch.cat([previous[1], indices], 1).gather(1, order)];
    });
    previous?.forEach((tensor) => {
      tensor.dispose();
    });
  }
  return best!;
}

function check({ train, test, k }: KnnOptions, temperature: number, chunk: number): void {
  checkEmbeddings('knnClassify', train);
  checkEmbeddings('knnClassify', test);
  if (train.shape[1] !== test.shape[1]) {
    throw new RangeError(
      `knnClassify: train has ${train.shape[1]} dimensions and test ${test.shape[1]}; use one encoder for both`,
    );
  }
  if (!(temperature > 0)) throw new RangeError(`knnClassify: the temperature must be positive, not ${temperature}`);
  for (const [name, value] of Object.entries({ k: k ?? 1, chunk })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`knnClassify: ${name} must be a whole number from 1, not ${value}`);
    }
  }
  for (const [name, set] of Object.entries({ train, test })) {
    const finite = torch.scope(() => set.isfinite().all().item()) !== 0;
    if (!finite)
      throw new RangeError(`knnClassify: the ${name} embeddings hold NaN or infinity; the encoder has diverged`);
  }
}
