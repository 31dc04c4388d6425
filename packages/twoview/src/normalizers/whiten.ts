// Whitening of embeddings: all axes together, or group by group.
import type { Tensor } from '@twoview/torch';
import { atLeastFloat32, checkMatrix, checkSamples } from './embeddings.js';
import { checkGroups } from './groups.js';
import { type InverseRootOptions, inverseRoot } from './inverse-root.js';

export interface WhitenOptions extends InverseRootOptions {
  /** Added to every eigenvalue of the covariance; 0 if left out. */
  epsilon?: number;
}

/** How a covariance is formed and regularised, beside how its root is taken. */
export interface CovarianceOptions extends WhitenOptions {
  /** Shrinks S to (1 - epsilon) S + epsilon I in place of adding epsilon I. */
  shrink?: boolean;
  /** Divides by N - 1 rather than N. */
  unbiased?: boolean;
}

/**
 * Whitens [.., N, g] over N. The covariance squares the condition number of the embeddings, and training drives that
 * number up wherever collapse pays: so covariance and root are computed in float64, and applied in the input's width.
 * `newtonSchulz` is less exact than float32 in any case.
 */
export function whitenBatched(x: Tensor, options: CovarianceOptions = {}): Tensor {
  const centred = x.sub(x.mean([-2], true));
  const wide = options.solver === 'newtonSchulz' ? centred : centred.double();
  const covariance = wide
    .mT()
    .matmul(wide)
    .div(x.size(-2) - (options.unbiased ? 1 : 0));
  return centred.matmul(whiteningMatrix(covariance, options).to({ dtype: x.dtype }));
}

/** W of a covariance [.., g, g]; see `inverseRoot`. */
export function whiteningMatrix(covariance: Tensor, options: CovarianceOptions = {}): Tensor {
  const { epsilon = 0, shrink = false } = options;
  if (epsilon === 0) return inverseRoot(covariance, options);
  const diagonal = covariance.detach().diagonal({ dim1: -2, dim2: -1 });
  const identity = diagonal.mul(0).add(1).diagEmbed();
  const regular = covariance.mul(shrink ? 1 - epsilon : 1).add(identity, { alpha: epsilon });
  return inverseRoot(regular, options);
}

/**
 * Mean 0 and covariance I over the batch: u -> (u - mean) W, W^T S W = I, S = (u - mean)^T (u - mean) / N.
 *
 * @param x [N, g], N > g; half precision is computed in float32. With `groups`, [N, D] of groups of g axes.
 * @returns of the same shape
 * @throws RangeError when there are too few samples for so many axes
 */
export function whiten(x: Tensor, options: WhitenOptions & { groups?: number } = {}): Tensor {
  return groupWhiten(x, { ...options, groups: options.groups ?? 1 });
}

/** Whitening by the symmetric S^(-1/2), ZCA: the white embeddings nearest to the given ones. [N, g] to [N, g]. */
export function zcaWhiten(x: Tensor, options: Pick<WhitenOptions, 'epsilon'> = {}): Tensor {
  return whiten(x, { ...options, solver: 'eigh' });
}

/** Whitening by the inverse Cholesky factor: axis i is made of axes up to i alone. [N, g] to [N, g]. */
export function choleskyWhiten(x: Tensor, options: Pick<WhitenOptions, 'epsilon'> = {}): Tensor {
  return whiten(x, { ...options, solver: 'cholesky' });
}

/** ZCA by matrix products alone, coupled Newton-Schulz; approximate for large condition numbers. [N, g] to [N, g]. */
export function newtonSchulzWhiten(x: Tensor, options: Pick<WhitenOptions, 'epsilon' | 'iterations'> = {}): Tensor {
  return whiten(x, { ...options, solver: 'newtonSchulz' });
}

export interface GroupWhitenOptions extends WhitenOptions {
  /** Groups of D / groups axes each. */
  groups: number;
  /** int64 [D]: group k is made of axes permutation[k g], ..., permutation[(k + 1) g - 1]. Consecutive axes if left out. */
  permutation?: Tensor;
}

/**
 * Whitens groups of axes, each by itself (Hua et al. 2021, section 3.3; with a permutation 3.4). Axes stay at their
 * places: column d of the result is the whitened column d.
 *
 * @param x [N, D]; half precision is computed in float32
 * @returns [N, D]
 * @throws RangeError when the groups do not divide the axes, or have as many axes as there are samples
 */
export function groupWhiten(x: Tensor, options: GroupWhitenOptions): Tensor {
  const { groups, permutation } = options;
  checkMatrix('groupWhiten', x);
  const [samples, axes] = [x.size(0), x.size(1)];
  checkGroups('groupWhiten', groups, axes);
  checkSamples('groupWhiten', samples, axes / groups);
  if (permutation && (permutation.dtype !== 'int64' || permutation.shape.join() !== `${axes}`)) {
    throw new RangeError(
      `groupWhiten: permutation must be int64 [${axes}], not ${permutation.dtype} [${permutation.shape.join(', ')}]`,
    );
  }
  const wide = atLeastFloat32(x);
  const ordered = permutation ? takeColumns(wide, permutation) : wide;
  const blocks = ordered.reshape([samples, groups, axes / groups]).transpose(0, 1);
  const white = whitenBatched(blocks, options).transpose(0, 1).reshape([samples, axes]);
  return permutation ? takeColumns(white, permutation.argsort()) : white;
}

/** Columns in the order that `order` names. `gather`, since the derivative of `indexSelect` walks column by column. */
function takeColumns(x: Tensor, order: Tensor): Tensor {
  return x.gather(1, order.expand(x.shape));
}
