// Heads on a frozen representation: ridge regression for y = <w*, z>, nearest neighbours for its sign.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { knnClassify } from '../../metrics/index.js';

export interface ReadoutOptions {
  /** f `[N, m]` and y `[N]`, float64. */
  train: Tensor;
  trainTargets: Tensor;
  test: Tensor;
  testTargets: Tensor;
  /** lambda of the ridge regression, on features scaled to a root mean square of 1; no intercept. */
  ridge: number;
  /** k of the nearest neighbours, each with one vote. */
  neighbors: number;
}

export interface Readout {
  r2: number;
  accuracy: number;
  knn: number;
}

/** At this temperature all neighbours have one vote, and the nearer side decides a tie. */
const evenVotes = 1e3;

/** @throws RangeError when shapes do not fit or the penalty is not positive */
export function readout(options: ReadoutOptions): Readout {
  const { train, trainTargets, test, testTargets, ridge } = options;
  check(options);
  return torch.noGrad(() =>
    torch.scope(() => {
      const predicted = ridgePredictions(train, trainTargets, test, ridge);
      const residual = testTargets.sub(predicted).square().sum().item();
      const total = testTargets.sub(testTargets.mean()).square().sum().item();
      const asked = indicesOf(testTargets);
      const right = predicted.indexSelect(0, asked).mul(testTargets.indexSelect(0, asked)).gt(0);
      return { r2: 1 - residual / total, accuracy: right.double().mean().item(), knn: neighbors(options) };
    }),
  );
}

/** Predictions `[M]`: (F^T F + lambda I)^-1 F^T y on both sides scaled by the training features' root mean square. */
export function ridgePredictions(train: Tensor, targets: Tensor, test: Tensor, ridge: number): Tensor {
  const scale = 1 / Math.max(train.square().mean().sqrt().item(), 1e-300);
  const f = train.mul(scale);
  const gram = f
    .t()
    .matmul(f)
    .add(torch.eye(f.shape[1]!, { dtype: f.dtype }), { alpha: ridge });
  const weights = f.t().matmul(targets.unsqueeze(1)).choleskySolve(gram.linalgCholesky());
  return test.mul(scale).matmul(weights).squeeze(1);
}

/** Accuracy of the sign among samples that have one. */
function neighbors({ train, trainTargets, test, testTargets, neighbors: k }: ReadoutOptions): number {
  const side = (features: Tensor, targets: Tensor) => {
    const used = indicesOf(targets);
    const signs = targets.indexSelect(0, used).gt(0).to({ dtype: 'int32' }).data() as Int32Array;
    return { features: features.indexSelect(0, used), signs };
  };
  const [known, asked] = [side(train, trainTargets), side(test, testTargets)];
  const { accuracy } = knnClassify({
    train: known.features,
    trainLabels: known.signs,
    test: asked.features,
    testLabels: asked.signs,
    k,
    temperature: evenVotes,
    classes: 2,
  });
  return accuracy!;
}

/** Where y is not 0. */
const indicesOf = (targets: Tensor): Tensor => targets.ne(0).nonzero().squeeze(1);

function check({ train, trainTargets, test, testTargets, ridge }: ReadoutOptions): void {
  const fits = (f: Tensor, y: Tensor): boolean => f.ndim === 2 && y.ndim === 1 && f.shape[0] === y.shape[0];
  if (!fits(train, trainTargets) || !fits(test, testTargets) || train.shape[1] !== test.shape[1])
    throw new RangeError(
      `readout: features [${train.shape}] and [${test.shape}] do not fit targets [${trainTargets.shape}] and [${testTargets.shape}]`,
    );
  if (!(ridge > 0)) throw new RangeError(`readout: ridge must be positive, not ${ridge}`);
}
