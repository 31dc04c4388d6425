// The spectrum of embeddings, and the published ways to call one number of it a rank. It falls before accuracy does.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkEmbeddings, gram, meanRow, secondMoment } from './matrix.js';

/** The correlation matrix E[z z^T] of embeddings [N, D], uncentred: [D, D] in float64 on the CPU. */
export function correlationMatrix(z: Tensor): Tensor {
  checkEmbeddings('correlationMatrix', z);
  return secondMoment(z);
}

/**
 * Eigenvalues of E[z z^T], uncentred, in descending order; computed in float64 by a symmetric solver.
 *
 * Those below D * 2.2e-16 of the largest are rounding and given as zero. All NaN when an embedding is not finite.
 *
 * @param z [N, D]
 * @returns D values
 */
export function correlationEigenvalues(z: Tensor): Float64Array {
  checkEmbeddings('correlationEigenvalues', z);
  return eigenvalues(z);
}

/** As `correlationEigenvalues`, of the covariance E[(z - E z)(z - E z)^T]: squares of centred Z's singular values, over N. */
export function covarianceEigenvalues(z: Tensor): Float64Array {
  checkEmbeddings('covarianceEigenvalues', z);
  return torch.scope(() => eigenvalues(z, meanRow(z)));
}

function eigenvalues(z: Tensor, center?: Tensor): Float64Array {
  return torch.scope(() => {
    const [count, dimension] = [z.shape[0]!, z.shape[1]!];
    const matrix = count < dimension ? gram(z, center) : secondMoment(z, center);
    const result = new Float64Array(dimension);
    if (matrix.isfinite().all().item() === 0) return result.fill(Number.NaN);
    const ascending = torch.linalgEigvalsh(matrix).data() as Float64Array;
    const largest = ascending[ascending.length - 1]!;
    const floor = largest * dimension * Number.EPSILON;
    ascending.reverse().forEach((value, i) => {
      result[i] = value > floor ? value : 0;
    });
    return result;
  });
}

/** exp of the entropy of weights scaled to sum one; 0 when all are zero, NaN when one is. */
export function entropyRank(weights: Float64Array): number {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return 0;
  const entropy = weights.reduce((h, weight) => (weight === 0 ? h : h - (weight / sum) * Math.log(weight / sum)), 0);
  return Math.exp(entropy);
}

/**
 * exp of the entropy of the eigenvalues of E[z z^T], uncentred: how many directions the embeddings use, a shared mean
 * among them. 1 at complete collapse, D for an isotropic spread; 0 if all embeddings are zero.
 *
 * Roy & Vetterli (2007) define it with singular values; here eigenvalues, as in the DirectPred experiments.
 *
 * @param z [N, D], or the eigenvalues themselves
 */
export function effectiveRank(z: Tensor | Float64Array): number {
  return entropyRank(z instanceof Float64Array ? z : correlationEigenvalues(z));
}

/**
 * RankMe: exp of the entropy of the singular values of the centred matrix Z [N, D].
 *
 * Garrido et al. (2023, eq. 1) do not centre, and add 1e-7 to each share.
 *
 * @param z [N, D], or `covarianceEigenvalues` of it
 */
export function rankMe(z: Tensor | Float64Array): number {
  return entropyRank((z instanceof Float64Array ? z : covarianceEigenvalues(z)).map(Math.sqrt));
}

/**
 * (sum l)^2 / sum l^2 over the eigenvalues l of the covariance. From 1 (one direction) to D; less moved by many small
 * eigenvalues than the entropies are. 0 if the embeddings do not vary.
 *
 * @param z [N, D], or `covarianceEigenvalues` of it
 */
export function participationRatio(z: Tensor | Float64Array): number {
  const values = z instanceof Float64Array ? z : covarianceEigenvalues(z);
  const sum = values.reduce((a, b) => a + b, 0);
  return sum === 0 ? 0 : sum ** 2 / values.reduce((a, b) => a + b * b, 0);
}

/**
 * How many principal components carry that share of the variance: the smallest k whose k largest eigenvalues make up `share` of their
 * sum. 0 if the embeddings do not vary, NaN if one is not finite.
 *
 * @param z [N, D], or `covarianceEigenvalues` of it
 * @param share in (0, 1], such as 0.99
 * @throws RangeError when it is not
 */
export function dimensionsFor(z: Tensor | Float64Array, share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`dimensionsFor: the share must be in (0, 1], not ${share}`);
  const values = z instanceof Float64Array ? z : covarianceEigenvalues(z);
  const wanted = values.reduce((a, b) => a + b, 0) * share * (1 - 1e-12);
  if (Number.isNaN(wanted)) return Number.NaN;
  let sum = 0;
  let count = 0;
  while (sum < wanted) sum += values[count++]!;
  return count;
}

/** What `spectrum` finds. */
export interface Spectrum {
  /** Of E[z z^T], descending, D of them. */
  eigenvalues: Float64Array;
  effectiveRank: number;
  rankMe: number;
  participationRatio: number;
  /** The largest eigenvalue's share of the sum; 1 at complete collapse, NaN if all embeddings are zero. */
  topShare: number;
}

/** All measures of the spectrum of embeddings [N, D] at the cost of two eigen-decompositions. */
export function spectrum(z: Tensor): Spectrum {
  const eigenvalues = correlationEigenvalues(z);
  const centred = covarianceEigenvalues(z);
  return {
    eigenvalues,
    effectiveRank: effectiveRank(eigenvalues),
    rankMe: rankMe(centred),
    participationRatio: participationRatio(centred),
    topShare: eigenvalues[0]! / eigenvalues.reduce((a, b) => a + b, 0),
  };
}
