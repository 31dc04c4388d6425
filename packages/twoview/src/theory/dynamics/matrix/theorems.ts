// Theorems 1 to 3 of Tian, Chen, Ganguli 2021 as numbers: the balance of the weights, the rate of collapse without
// stop-gradient, the rate of alignment.
import { combine, gram, largestEntry, type Matrix, multiply, scale, scaledIdentity, transpose } from './algebra.js';
import { symmetricEigenvalues } from './eigen.js';
import { isotropicVariance, type Moment, type ResolvedMatrixParameters } from './parameters.js';
import { correlationOf, type MatrixState } from './state.js';

/**
 * W W^T - Wp^T Wp / alpha_p, which decays as exp(-2 eta t) whatever target and data are (theorem 1).
 * Of a trained predictor that is not kept symmetric.
 */
export const balance = ({ w, wp }: Pick<MatrixState, 'w' | 'wp'>, alphaP: number): Matrix =>
  combine(1, gram(w), -1 / alphaP, gram(transpose(wp)));

/** Largest entry of | balance(t) - exp(-2 eta t) balance(0) |. */
export function balanceError(
  start: Pick<MatrixState, 'w' | 'wp'>,
  now: Pick<MatrixState, 'w' | 'wp'>,
  { alphaP, eta, time }: { alphaP: number; eta: number; time: number },
): number {
  return largestEntry(combine(1, balance(now, alphaP), -Math.exp(-2 * eta * time), balance(start, alphaP)));
}

/** Rows of H beyond which its eigenvalues take minutes. */
const largestProblem = 4096;

/** Wp^T Wp + I and (Wp - I)^T (Wp - I), [outputs, outputs] each. */
function pullAndPush({ outputs }: ResolvedMatrixParameters, wp: Matrix): { pull: Matrix; push: Matrix } {
  if (wp.rows !== outputs || wp.columns !== outputs)
    throw new RangeError(`theorem 2: wp must be ${outputs} x ${outputs}, not ${wp.rows} x ${wp.columns}`);
  const identity = scaledIdentity(outputs);
  const difference = combine(1, wp, -1, identity);
  return { pull: combine(1, gram(transpose(wp)), 1, identity), push: gram(transpose(difference)) };
}

/**
 * H = X' (x) (Wp^T Wp + I) + X (x) (Wp - I)^T (Wp - I) + eta I, [outputs inputs, outputs inputs]: without stop-gradient
 * d vec(W)/dt = -H vec(W), vec being column by column (theorem 2).
 * @throws RangeError when H would have more than 4096 rows, or Wp another size
 */
export function collapseMatrix(parameters: ResolvedMatrixParameters, wp: Matrix): Matrix {
  const { x, xPrime, inputs, outputs, etaS } = parameters;
  const { pull, push } = pullAndPush(parameters, wp);
  const rows = inputs * outputs;
  if (rows > largestProblem)
    throw new RangeError(`theorem 2: H has ${rows} rows, at most ${largestProblem} are computed`);
  const full = (moment: Moment): Matrix => (typeof moment === 'number' ? scaledIdentity(inputs, moment) : moment);
  const h = combine(1, kronecker(full(xPrime), pull), 1, kronecker(full(x), push));
  return combine(1, h, etaS, scaledIdentity(rows));
}

/**
 * The smallest eigenvalue of H: without stop-gradient ||W|| falls at this rate at least (theorem 2). With moments that are
 * multiples of the identity H need not be made.
 * @throws RangeError as `collapseMatrix`, or when an entry is not finite
 */
export function collapseRate(parameters: ResolvedMatrixParameters, wp: Matrix): number {
  const { x, xPrime, etaS } = parameters;
  if (typeof x !== 'number' || typeof xPrime !== 'number')
    return smallest(symmetricEigenvalues(collapseMatrix(parameters, wp)));
  const { pull, push } = pullAndPush(parameters, wp);
  return smallest(symmetricEigenvalues(combine(xPrime, pull, x, push))) + etaS;
}

/** K of theorem 3, for X = I and X' = sigma^2 I: the commutator L = [F, Wp] obeys dL/dt = -L K - K L under eq. 7. */
export function alignmentMatrix(parameters: ResolvedMatrixParameters, { w, wp }: MatrixState, tau = 1): Matrix {
  const a = 1 + isotropicVariance(parameters, 'K');
  const { alphaP, etaP, etaS } = parameters;
  if (etaP !== etaS) throw new RangeError(`K needs one weight decay: etaP is ${etaP}, etaS ${etaS}`);
  const f = correlationOf(w, 1);
  const predictor = combine(a, multiply(wp, wp), -tau, wp);
  const k = combine((a * alphaP) / 2, f, 1, predictor);
  return combine(1, k, 1.5 * etaS, scaledIdentity(wp.rows));
}

/** lambda_min(K): where it stays above 0, ||L|| falls at twice this rate at least. */
export const alignmentRate = (parameters: ResolvedMatrixParameters, state: MatrixState, tau = 1): number =>
  smallest(symmetricEigenvalues(alignmentMatrix(parameters, state, tau)));

/** -L K - K L */
export const commutatorSlope = (l: Matrix, k: Matrix): Matrix =>
  scale(-1, combine(1, multiply(l, k), 1, multiply(k, l)));

const smallest = (descending: Float64Array): number => descending[descending.length - 1]!;

/** A (x) B, [rows of both multiplied, columns of both multiplied]. */
export function kronecker(a: Matrix, b: Matrix): Matrix {
  const [rows, columns] = [a.rows * b.rows, a.columns * b.columns];
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const left = a.values[Math.floor(i / b.rows) * a.columns + Math.floor(j / b.columns)]!;
      values[i * columns + j] = left * b.values[(i % b.rows) * b.columns + (j % b.columns)]!;
    }
  return { rows, columns, values };
}
