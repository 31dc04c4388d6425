// The slots of the linear model with whole matrices: sizes, moments of the data, predictor, target, rates.
import {
  checkNumber,
  type Resolved,
  resolvePredictor,
  resolveTarget,
  type Predictor as ScalarPredictor,
  type Target,
} from '../scalar/parameters.js';
import { type Matrix, symmetricPart } from './algebra.js';
import { symmetricEigenvalues } from './eigen.js';

/** The modes' predictors; a trained one may be kept symmetric. */
export type MatrixPredictor =
  | Exclude<ScalarPredictor, { name: 'linear' }>
  | {
      name: 'linear';
      /** Follows the symmetric part of its gradient alone (assumption 3 of the paper, eq. 7). Not, if left out. */
      symmetric?: boolean;
    };

/** A moment of the data: a matrix [inputs, inputs], or a number for so many times the identity. */
export type Moment = number | Matrix;

/** The linear model of W [outputs, inputs], Wp [outputs, outputs] and Wa [outputs, inputs]. */
export interface MatrixParameters {
  /** n1, the length of a view. */
  inputs: number;
  /** n2, the length of a representation. */
  outputs: number;
  /** X = E[x x^T] of images whose augmentations are averaged out; the identity if left out. */
  x?: Moment;
  /** X', the mean covariance of the views of one image: sigma^2 as a number. 0 if left out. */
  xPrime?: Moment;
  /** alpha_p, the predictor's learning rate over the encoder's; 1 if left out. */
  alphaP?: number;
  /** Weight decay of both in eqs. 2 and 3; 0 if left out. */
  eta?: number;
  /** Weight decay of the predictor alone, in place of eta. */
  etaP?: number;
  /** Weight decay of the encoder alone, in place of eta. */
  etaS?: number;
  /** `linear`, not kept symmetric, if left out. */
  predictor?: MatrixPredictor;
  /** `stopGradient` with tau = 1 if left out. */
  target?: Target;
}

export type ResolvedPredictor =
  | Exclude<Resolved['predictor'], { name: 'linear' }>
  | { name: 'linear'; symmetric: boolean };

export type ResolvedTarget = Resolved['target'];

/** Parameters with every default filled in, and checked. */
export interface ResolvedMatrixParameters {
  inputs: number;
  outputs: number;
  x: Moment;
  xPrime: Moment;
  /** X + X'. */
  views: Moment;
  alphaP: number;
  etaP: number;
  etaS: number;
  predictor: ResolvedPredictor;
  target: ResolvedTarget;
}

/** Beyond this a step takes longer than one waits for. */
const largestSize = 4096;

/**
 * Fills defaults in.
 * @throws RangeError that names the parameter which is out of range
 */
export function resolveMatrixParameters(given: MatrixParameters): ResolvedMatrixParameters {
  const { inputs, outputs, x = 1, xPrime = 0, alphaP = 1, eta = 0 } = given;
  for (const [name, size] of Object.entries({ inputs, outputs }))
    if (!(Number.isInteger(size) && size >= 1 && size <= largestSize))
      throw new RangeError(`${name} must be a whole number from 1 to ${largestSize}, not ${size}`);
  checkNumber('eta', eta, { least: 0 });
  const moments = { x: checkMoment('x', x, inputs), xPrime: checkMoment('xPrime', xPrime, inputs) };
  return {
    inputs,
    outputs,
    ...moments,
    views: addMoments(moments.x, moments.xPrime, inputs),
    alphaP: checkNumber('alphaP', alphaP, { above: 0 }),
    etaP: checkNumber('etaP', given.etaP ?? eta, { least: 0 }),
    etaS: checkNumber('etaS', given.etaS ?? eta, { least: 0 }),
    predictor: resolveMatrixPredictor(given.predictor ?? { name: 'linear' }),
    target: resolveTarget(given.target ?? { name: 'stopGradient' }),
  };
}

/** Rounding leaves a little below 0 of a matrix that is positive semidefinite. */
const slack = 1e-10;

function checkMoment(name: string, moment: Moment, inputs: number): Moment {
  if (typeof moment === 'number') return checkNumber(name, moment, { least: 0 });
  if (moment.rows !== inputs || moment.columns !== inputs)
    throw new RangeError(`${name} must be ${inputs} x ${inputs}, not ${moment.rows} x ${moment.columns}`);
  const symmetric = symmetricPart(moment);
  const eigenvalues = symmetricEigenvalues(symmetric);
  const scale = Math.abs(eigenvalues[0]!) + Number.MIN_VALUE;
  const isSymmetric = symmetric.values.every((value, i) => Math.abs(value - moment.values[i]!) <= slack * scale);
  if (!isSymmetric || eigenvalues[inputs - 1]! < -slack * scale)
    throw new RangeError(`${name} must be symmetric and positive semidefinite: it is a moment of data`);
  return symmetric;
}

function addMoments(a: Moment, b: Moment, size: number): Moment {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const entry = (moment: Moment, i: number): number => {
    if (typeof moment !== 'number') return moment.values[i]!;
    return i % (size + 1) === 0 ? moment : 0;
  };
  const values = Float64Array.from({ length: size * size }, (_, i) => entry(a, i) + entry(b, i));
  return { rows: size, columns: size, values };
}

function resolveMatrixPredictor(predictor: MatrixPredictor): ResolvedPredictor {
  const resolved = resolvePredictor(predictor);
  if (resolved.name !== 'linear') return resolved;
  return { name: 'linear', symmetric: predictor.name === 'linear' && (predictor.symmetric ?? false) };
}

/** The number sigma^2 of X = I, X' = sigma^2 I. @throws RangeError for other data */
export function isotropicVariance({ x, xPrime }: ResolvedMatrixParameters, where: string): number {
  if (x !== 1 || typeof xPrime !== 'number')
    throw new RangeError(`${where} is known for X = I and X' = sigma^2 I alone: give x and xPrime as numbers, x as 1`);
  return xPrime;
}
