// A linear classifier at its optimum: multinomial logistic regression on all features at once, by L-BFGS.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { forEachChunk } from '../metrics/matrix.js';
import { lbfgs } from './lbfgs.js';
import {
  applyScaling,
  checkProbeData,
  fitScaling,
  identityScaling,
  labelTensor,
  type ProbeData,
  type ProbeScore,
  ROWS,
  type Scaling,
  score,
} from './probe.js';
import { breathe, type OnProgress } from './progress.js';

export interface LogisticProbeOptions extends ProbeData {
  /** lambda: half of it times the sum of squared weights is added to the mean cross entropy; 1e-3 if left out. */
  l2?: number;
  /** Whether features are standardised with the training set's mean and standard deviation; they are if left out. */
  standardize?: boolean;
  /** 300 if left out. */
  maxIterations?: number;
  /** Stops once no component of the gradient is larger: 1e-6 if left out. */
  tolerance?: number;
  onProgress?: OnProgress;
}

export interface LogisticProbeResult extends ProbeScore {
  /** Mean cross entropy plus penalty at the end. */
  loss: number;
  iterations: number;
  /** Whether the optimum was reached within `maxIterations`. */
  converged: boolean;
  /** [C, D] weights for standardised features, row-major. */
  weight: Float64Array;
  /** [C] */
  bias: Float64Array;
}

/**
 * Fits softmax(W x + b) by minimising, in float64 and without any randomness,
 *
 *     mean cross entropy + l2 / 2 ||W||^2
 *
 * with the bias free. It is the objective that `linearProbe` follows with Adam, but for the bias's decay, at its optimum.
 * scikit-learn's LogisticRegression with C = 1 / (l2 N) has the same.
 *
 * @throws RangeError when shapes or labels do not fit, a feature is not finite, or l2 is negative
 */
export async function logisticProbe(options: LogisticProbeOptions): Promise<LogisticProbeResult> {
  const { train, trainLabels, l2 = 1e-3, standardize = true, onProgress } = options;
  const { maxIterations = 300, tolerance } = options;
  const classes = checkProbeData('logisticProbe', options);
  if (!(l2 >= 0)) throw new RangeError(`logisticProbe: l2 must be a number of at least 0, not ${l2}`);
  const dimension = train.shape[1]!;
  const scaling = standardize ? fitScaling(train) : identityScaling(dimension, train.device);
  const labels = labelTensor(trainLabels, train.device);
  try {
    const fit = await lbfgs(
      (parameters) => loss({ train, labels, scaling, classes, l2 }, parameters),
      new Float64Array(classes * (dimension + 1)),
      {
        maxIterations,
        tolerance,
        onIteration: (done) => {
          onProgress?.({ stage: 'logistic probe', done, total: maxIterations });
          return breathe();
        },
      },
    );
    const weight = fit.x.slice(0, classes * dimension);
    const bias = fit.x.slice(classes * dimension);
    const scored = torch.scope(() => {
      const w = torch.tensor(weight, { shape: [classes, dimension], device: train.device });
      const b = torch.tensor(bias, { device: train.device });
      return score(options, (chunk) => torch.linear(applyScaling(chunk, scaling), w, b));
    });
    return { ...scored, loss: fit.value, iterations: fit.iterations, converged: fit.converged, weight, bias };
  } finally {
    for (const tensor of [labels, scaling.mean, scaling.scale]) tensor.dispose();
  }
}

interface Problem {
  train: Tensor;
  labels: Tensor;
  scaling: Scaling;
  classes: number;
  l2: number;
}

/** Value and gradient at parameters [C * D + C]: the weights [C, D], then the biases [C]. */
function loss(
  { train, labels, scaling, classes, l2 }: Problem,
  parameters: Float64Array,
): { value: number; gradient: Float64Array } {
  return torch.noGrad(() =>
    torch.scope(() => {
      const [count, dimension] = [train.shape[0]!, train.shape[1]!];
      const device = train.device;
      const weight = torch.tensor(parameters.subarray(0, classes * dimension), { shape: [classes, dimension], device });
      const bias = torch.tensor(parameters.subarray(classes * dimension), { device });
      const gradWeight = torch.zeros([classes, dimension], { dtype: 'float64', device });
      const gradBias = torch.zeros([classes], { dtype: 'float64', device });
      const total = torch.zeros([], { dtype: 'float64', device });
      forEachChunk(train, ROWS, (chunk, start) => {
        const x = applyScaling(chunk, scaling);
        const target = labels.narrow(0, start, chunk.shape[0]!).unsqueeze(1);
        const logProbability = torch.linear(x, weight, bias).logSoftmax(1);
        total.sub_(logProbability.gather(1, target).sum());
        // d / d logits = softmax - one-hot.
        const error = logProbability.exp();
        error.scatterAdd_(1, target, torch.full(target.shape, -1, { dtype: 'float64', device }));
        gradWeight.add_(error.t().mm(x));
        gradBias.add_(error.sum([0]));
      });
      const value = total.item() / count + (l2 / 2) * weight.square().sum().item();
      const gradient = torch.cat([gradWeight.div(count).add(weight, { alpha: l2 }).flatten(), gradBias.div(count)], 0);
      return { value, gradient: gradient.data() as Float64Array };
    }),
  );
}
