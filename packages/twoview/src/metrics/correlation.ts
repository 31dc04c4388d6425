// Correlation coefficients between dimensions: what dimensional collapse is made of, whatever each one's variance is.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { checkEmbeddings, columnMoments, secondMoment } from './matrix.js';

/** Correlation coefficients of the dimensions of embeddings. */
export interface CorrelationCoefficients {
  /** [D, D] row by row, ones on the diagonal; rows and columns of constant dimensions are zero. */
  matrix: Float64Array;
  /** D. */
  dimension: number;
  /** Dimensions that do not vary, for which no coefficient is defined. */
  constant: number;
}

/** What `offDiagonalCorrelation` finds. */
export interface OffDiagonalCorrelation {
  /** Mean of |corr_ij| over i != j among dimensions that vary; NaN if fewer than two do. */
  mean: number;
  /** Dimensions that do not vary and were left out. */
  constant: number;
}

/** A dimension whose std is below this share of its root mean square varies by the rounding of float32 alone. */
const rounding = 1e-6;

/** Columns with mean 0 and std 1; those that do not vary become 0. */
function standardize(z: Tensor): { standard: Tensor; constant: number } {
  const { mean, std } = columnMoments(z);
  const size = mean.square().add(std.square()).sqrt();
  const varies = std.gt(size.mul(rounding));
  const scale = torch.where(varies, std.reciprocal(), torch.zerosLike(std));
  const standard = z.detach().double().sub(mean).mul(scale);
  return { standard, constant: z.shape[1]! - varies.sum().item() };
}

/** The matrix of correlation coefficients of the dimensions, by the population's moments. @param z [N, D] */
export function correlationCoefficients(z: Tensor): CorrelationCoefficients {
  checkEmbeddings('correlationCoefficients', z);
  return torch.scope(() => {
    const { standard, constant } = standardize(z);
    return { matrix: secondMoment(standard).data() as Float64Array, dimension: z.shape[1]!, constant };
  });
}

/**
 * Correlation strength (Hua et al. 2021, section 4.3): the mean absolute correlation coefficient of two different
 * dimensions. 1 when all carry the same number up to sign, 0 when none tells of another.
 *
 * Embeddings that fill k directions evenly, rotated at random in many dimensions, have Gamma(k/2) / (sqrt(pi) Gamma((k+1)/2)):
 * 1, 0.64, 0.5, 0.42 for k = 1 to 4. Independent ones have about sqrt(2 / (pi N)) from chance alone.
 *
 * @param z [N, D], or their correlation coefficients
 */
export function offDiagonalCorrelation(z: Tensor | CorrelationCoefficients): OffDiagonalCorrelation {
  const { matrix, dimension, constant } = torch.Tensor.isTensor(z) ? correlationCoefficients(z) : z;
  const varying = dimension - constant;
  if (varying < 2) return { mean: Number.NaN, constant };
  let sum = 0;
  for (let i = 0; i < dimension; i++) for (let j = 0; j < i; j++) sum += Math.abs(matrix[i * dimension + j]!);
  return { mean: (2 * sum) / (varying * (varying - 1)), constant };
}

/**
 * Eigenvalues of the matrix of correlation coefficients, descending: the spectrum after each dimension's own scale is taken
 * away, in which copies show that large variances hide. Their sum is the number of dimensions that vary.
 *
 * @param z [N, D], or their correlation coefficients
 * @returns D values, the last ones zero where dimensions are constant; all NaN when an embedding is not finite
 */
export function correlationSpectrum(z: Tensor | CorrelationCoefficients): Float64Array {
  const { matrix, dimension } = torch.Tensor.isTensor(z) ? correlationCoefficients(z) : z;
  if (!matrix.every(Number.isFinite)) return new Float64Array(dimension).fill(Number.NaN);
  return torch.scope(() => {
    const ascending = torch.linalgEigvalsh(torch.tensor(matrix, { shape: [dimension, dimension] })).data();
    const floor = (ascending[dimension - 1] as number) * dimension * Number.EPSILON;
    return Float64Array.from(ascending as Float64Array, (value) => (value > floor ? value : 0)).reverse();
  });
}
