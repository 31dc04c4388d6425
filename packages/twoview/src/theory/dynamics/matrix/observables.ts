// What is read off a state: the modes of F = W X W^T and what the predictor does to them, alignment, symmetry.
import { combine, commutator, inner, type Matrix, multiply, norm, symmetricPart, transpose } from './algebra.js';
import { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from './eigen.js';
import type { Moment } from './parameters.js';
import { correlationOf, type MatrixState } from './state.js';

/** The predictor in the eigenbasis u_j of F, largest eigenvalue first; [outputs] each. */
export interface Modes {
  /** s_j, the eigenvalues of F. */
  s: Float64Array;
  /** p_j = u_j^T Wp u_j. */
  p: Float64Array;
  /** cos(u_j, Wp u_j): 1 where u_j is an eigenvector of Wp with a positive eigenvalue, NaN where Wp u_j = 0. */
  cosine: Float64Array;
}

/**
 * @param f symmetric [D, D]: F = W X W^T, or the correlation of what the predictor receives
 * @param wp [D, D]
 */
export function modesOf(f: Matrix, wp: Matrix): Modes {
  const { values, vectors }: SymmetricEigen = symmetricEigen(f);
  const moved = multiply(wp, vectors);
  const size = values.length;
  const [p, cosine] = [new Float64Array(size), new Float64Array(size)];
  for (let j = 0; j < size; j++) {
    let [along, square] = [0, 0];
    for (let i = 0; i < size; i++) {
      const entry = moved.values[i * size + j]!;
      along += vectors.values[i * size + j]! * entry;
      square += entry * entry;
    }
    p[j] = along;
    cosine[j] = along / Math.sqrt(square);
  }
  return { s: values, p, cosine };
}

/** `modesOf` a state, with F = W X W^T. */
export const modes = ({ w, wp }: MatrixState, x: Moment = 1): Modes => modesOf(correlationOf(w, x), wp);

/** Eigenvalues of F = W X W^T, descending. */
export const correlationEigenvalues = ({ w }: MatrixState, x: Moment = 1): Float64Array =>
  symmetricEigenvalues(correlationOf(w, x));

/** Eigenvalues of the symmetric part of Wp, descending: its own where it is symmetric. */
export const predictorEigenvalues = ({ wp }: MatrixState): Float64Array => symmetricEigenvalues(symmetricPart(wp));

/** ||Wp - Wp^T|| / ||Wp||: 0 where symmetric, sqrt(2) on average for a random matrix, NaN for 0. */
export const asymmetry = ({ wp }: MatrixState): number => norm(combine(1, wp, -1, transpose(wp))) / norm(wp);

/** ||[F, Wp]||, F = W X W^T: 0 where the eigenspaces of both are aligned. */
export const commutatorNorm = ({ w, wp }: MatrixState, x: Moment = 1): number =>
  norm(commutator(correlationOf(w, x), wp));

/** cos(vec Wa, vec W): how good the approximation Wa = tau W is (assumption 1, figure 7 of the paper). NaN where Wa = 0. */
export const targetCosine = ({ w, wa }: MatrixState): number => inner(wa, w) / (norm(wa) * norm(w));
