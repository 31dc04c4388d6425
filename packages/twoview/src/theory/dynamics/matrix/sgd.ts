// Stochastic gradient descent on minibatches, the discrete counterpart of the flow. The loss is quadratic in the views, so a
// batch enters through its moments alone: a step is an Euler step of the flow with the batch's moments in place of the data's.
import { setImmediate } from 'node:timers/promises';
import type { Generator } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkNumber } from '../scalar/parameters.js';
import type { Matrix } from './algebra.js';
import { derivative, matrixFlow } from './flow.js';
import { isotropicVariance, type MatrixParameters } from './parameters.js';
import type { MatrixStart, MatrixState } from './state.js';

export interface SgdOptions {
  /** Of the encoder: the time of the flow that a step takes. Positive. */
  learningRate: number;
  steps: number;
  /** Pairs of views a step. */
  batchSize: number;
  /** Draws images and views. */
  generator: Generator;
  /** Sees the weights after every step `step`, counted from 1; true ends the run there. Their memory is the run's own. */
  observe?: (step: number, state: MatrixState) => boolean | undefined;
}

/** Steps between turns of the event loop. */
const turn = 50;

/**
 * Trains the linear model on images x ~ N(0, I) and views x + N(0, sigma^2 I) by plain SGD: the loss is a quarter of the mean
 * squared distances of both directions (eq. 1, symmetrised), weight decay is coupled, and the target ema of rate beta keeps
 * 1 - learningRate * beta of its past, and takes the encoder as it was before the step.
 *
 * @returns the weights after the last step
 * @throws RangeError for parameters, a start or options out of range; Error when the weights run off to infinity
 */
export async function matrixSgd(
  given: MatrixParameters,
  start: MatrixStart,
  { learningRate, steps, batchSize, generator, observe }: SgdOptions,
): Promise<MatrixState> {
  const { parameters, layout } = matrixFlow(given);
  const deviation = Math.sqrt(isotropicVariance(parameters, 'matrixSgd'));
  checkNumber('learningRate', learningRate, { above: 0 });
  for (const [name, count] of Object.entries({ steps, batchSize }))
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`${name} must be a positive whole number, not ${count}`);
  const y = layout.write(start);
  for (let step = 1; step <= steps; step++) {
    if (step % turn === 1) await setImmediate(); // signals and finalizers are heard between turns of the event loop
    const moments = batchMoments(batchSize, parameters.inputs, deviation, generator);
    const slope = derivative({ ...parameters, ...moments }, layout.read(y));
    const parts = layout.parts(y);
    for (const name of ['w', 'wp', 'wa'] as const) {
      const values = parts[name]?.values;
      values?.forEach((value, i) => {
        values[i] = value + learningRate * slope[name].values[i]!;
      });
    }
    if (observe?.(step, layout.read(y))) break;
  }
  if (!y.every(Number.isFinite))
    throw new Error(`the weights ran off to infinity: take a smaller learning rate than ${learningRate}`);
  return layout.read(y);
}

/** Estimates of X, from pairs of views of one image, and of X + X', each [inputs, inputs]. */
export interface BatchMoments {
  x: Matrix;
  views: Matrix;
}

/** Draws a batch of pairs of views x + deviation * n of images x ~ N(0, I), and keeps its moments. */
export function batchMoments(batchSize: number, inputs: number, deviation: number, generator: Generator): BatchMoments {
  const products = torch.scope(() => {
    const draw = torch.randn([batchSize, 3, inputs], { generator, dtype: 'float64' });
    const pair = draw
      .narrow(1, 0, 1)
      .add(draw.narrow(1, 1, 2), { alpha: deviation })
      .reshape([batchSize, 2 * inputs]);
    return pair.t().mm(pair).data() as Float64Array;
  });
  const [x, views] = [new Float64Array(inputs * inputs), new Float64Array(inputs * inputs)];
  const at = (i: number, j: number): number => products[i * 2 * inputs + j]! / (2 * batchSize);
  for (let i = 0; i < inputs; i++)
    for (let j = 0; j < inputs; j++) {
      views[i * inputs + j] = at(i, j) + at(inputs + i, inputs + j);
      x[i * inputs + j] = at(i, inputs + j) + at(inputs + i, j);
    }
  const square = (values: Float64Array): Matrix => ({ rows: inputs, columns: inputs, values });
  return { x: square(x), views: square(views) };
}
