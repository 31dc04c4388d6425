// Ridge classification: least squares on one-hot labels, solved in closed form. The quickest probe.
import * as torch from '@twoview/torch';
import { forEachChunk } from '../metrics/matrix.js';
import {
  applyScaling,
  checkProbeData,
  fitScaling,
  identityScaling,
  labelTensor,
  type ProbeData,
  type ProbeScore,
  ROWS,
  score,
} from './probe.js';

export interface RidgeProbeOptions extends ProbeData {
  /** Times the sum of squared weights is added to the sum of squared errors: 1 if left out. Positive. */
  alpha?: number;
  /** Whether features are divided by the training set's standard deviation; they are if left out. Always centred. */
  standardize?: boolean;
}

/**
 * Fits one-hot labels by W x + b, minimising the sum of squared errors plus alpha ||W||^2 with the bias free, and
 * predicts the largest. Float64, no randomness. scikit-learn's RidgeClassifier predicts the same.
 *
 * @throws RangeError when shapes or labels do not fit, a feature is not finite, or alpha is not positive
 */
export function ridgeProbe(options: RidgeProbeOptions): ProbeScore {
  const { train, trainLabels, alpha = 1, standardize = true } = options;
  const classes = checkProbeData('ridgeProbe', options);
  if (!(alpha > 0)) throw new RangeError(`ridgeProbe: alpha must be positive, not ${alpha}`);
  return torch.noGrad(() =>
    torch.scope(() => {
      const [count, dimension] = [train.shape[0]!, train.shape[1]!];
      const device = train.device;
      const fitted = fitScaling(train);
      const scaling = { ...(standardize ? fitted : identityScaling(dimension, device)), mean: fitted.mean };
      const labels = labelTensor(trainLabels, device);
      const double = { dtype: 'float64', device } as const;
      const gram = torch.zeros([dimension, dimension], double);
      const cross = torch.zeros([dimension, classes], double);
      const shares = torch.zeros([1, classes], double);
      forEachChunk(train, ROWS, (chunk, start) => {
        const x = applyScaling(chunk, scaling);
        const y = labels.narrow(0, start, chunk.shape[0]!).oneHot(classes).double();
        gram.add_(x.t().mm(x));
        cross.add_(x.t().mm(y));
        shares.add_(y.sum([0], true).div(count));
      });
      // Features are centred, so the bias is the classes' shares and drops out of the equations for W.
      gram.add_(torch.eye(dimension, double), { alpha });
      const weight = cross.choleskySolve(gram.linalgCholesky());
      return score(options, (chunk) => applyScaling(chunk, scaling).mm(weight).add(shares));
    }),
  );
}
