// All that the embeddings of one layer tell without labels.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type Features, featureTensor } from '../evaluation/index.js';
import {
  alphaReQ,
  correlationCoefficients,
  correlationEigenvalues,
  correlationSpectrum,
  covarianceEigenvalues,
  deadDimensions,
  dimensionsFor,
  effectiveRank,
  normalizedStd,
  offDiagonalCorrelation,
  participationRatio,
  rankMe,
  uniformity,
  varianceShare,
} from '../metrics/index.js';
import { thresholds } from './thresholds.js';

/** Measures of the embeddings [N, D] of one layer: plain data, fit for JSON. A measure that is not defined is NaN. */
export interface LayerMeasures {
  /** N. Ranks are bounded by it. */
  images: number;
  /** D. */
  dimension: number;
  /** sqrt(D) * mean std of normalised embeddings: 1 healthy, 0 collapsed. */
  normalizedStd: number;
  /** 1 - ||mean direction||^2: 0 collapsed, 1 without a common mean. */
  varianceShare: number;
  /** Mean std of the dimensions as they are. */
  rawStd: number;
  /** Root mean square length of an embedding. */
  norm: number;
  /** Uncentred, of eigenvalues: 1 to D. */
  effectiveRank: number;
  /** Centred, of singular values. */
  rankMe: number;
  /** Centred, of eigenvalues: how many directions carry the variance. */
  participationRatio: number;
  /** Exponent of the spectrum's decay, and the ranks that it was fitted to. */
  alphaReQ: { alpha: number; range: readonly [number, number]; r2: number };
  /** Mean absolute correlation of two dimensions. */
  offDiagonalCorrelation: number;
  /** log mean Gaussian potential of pairs (of at most the first 4,000): 0 collapsed, lower is more even. */
  uniformity: number;
  /** Shares of D: dimensions that hardly vary, and those that are always zero. */
  dead: { share: number; alwaysZero: number };
  /** Principal components that carry 99 % and 90 % of the variance. */
  dimensions99: number;
  dimensions90: number;
  /** Eigenvalues, descending, D of each. */
  spectra: { covariance: number[]; correlation: number[] };
  /** Correlation coefficients [k, k] of at most 48 dimensions spread evenly. */
  correlation: number[][];
}

const uniformityRows = 4000;
const shownDimensions = 48;

/** Every (D / k)-th row and column of a matrix [D, D]. */
function thin(matrix: Float64Array, dimension: number): number[][] {
  const size = Math.min(dimension, shownDimensions);
  const at = (i: number) => Math.floor((i * dimension) / size);
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => matrix[at(i) * dimension + at(j)]!),
  );
}

/** Mean over dimensions of the population's standard deviation. */
function columnStd(z: Tensor): number {
  return z
    .sub(z.mean([0]))
    .square()
    .mean([0])
    .sqrt()
    .mean()
    .item();
}

/**
 * Measures the embeddings of one layer: features h or embeddings z.
 *
 * The cost is that of three eigendecompositions of D (or of N for two of them, where there are fewer embeddings than dimensions).
 *
 * @param features [N, D], N >= 2
 * @throws RangeError when they are no such matrix
 */
export function measureLayer(features: Features | Tensor): LayerMeasures {
  return torch.noGrad(() =>
    torch.scope(() => {
      const z = featureTensor(features).detach();
      const [images = 0, dimension = 0] = z.shape;
      const covariance = covarianceEigenvalues(z);
      const coefficients = correlationCoefficients(z);
      const sum = covariance.reduce((a, b) => a + b, 0);
      const wide = z.double();
      return {
        images,
        dimension,
        normalizedStd: normalizedStd(z),
        varianceShare: varianceShare(z),
        rawStd: columnStd(wide),
        norm: Math.sqrt(wide.square().sum([1]).mean().item()),
        effectiveRank: effectiveRank(correlationEigenvalues(z)),
        rankMe: rankMe(covariance),
        participationRatio: participationRatio(covariance),
        alphaReQ: alphaReQ(covariance),
        offDiagonalCorrelation: offDiagonalCorrelation(coefficients).mean,
        uniformity: uniformity(z.narrow(0, 0, Math.min(images, uniformityRows))),
        dead: deadDimensions(z, { fraction: thresholds.deadFraction }),
        dimensions99: Number.isFinite(sum) ? dimensionsFor(covariance, 0.99) : Number.NaN,
        dimensions90: Number.isFinite(sum) ? dimensionsFor(covariance, 0.9) : Number.NaN,
        spectra: { covariance: Array.from(covariance), correlation: Array.from(correlationSpectrum(coefficients)) },
        correlation: thin(coefficients.matrix, dimension),
      };
    }),
  );
}
