// How fast the eigenvalues fall: the exponent of the power law that fits them.
import type { Tensor } from '@twoview/torch';
import { covarianceEigenvalues } from './spectrum.js';

/** What `alphaReQ` finds. */
export interface PowerLaw {
  /** The eigenvalue of rank i is about proportional to i^-alpha. Near 1 generalises best, by the paper; large is narrow. */
  alpha: number;
  /** First and last rank of the fit, counted from 1. */
  range: readonly [first: number, last: number];
  /** Share of the variance of log eigenvalues that the line explains. */
  r2: number;
}

/**
 * alpha-ReQ (Agrawal, Mondal, Ghosh, Richards 2022): the exponent of the covariance spectrum's decay, by least squares
 * through log eigenvalue over log rank.
 *
 * The line is fitted to ranks 3 to 100, or to the last eigenvalue above zero: the first two are left out because a few
 * strong directions are no part of the tail. Where there are fewer than five of them, it is fitted to all; where there are fewer than
 * two eigenvalues above zero, `alpha` is NaN.
 *
 * @param z [N, D] with more rows than the last rank that is fitted, or `covarianceEigenvalues` of it
 * @throws RangeError when the range is no pair of ascending ranks from 1
 */
export function alphaReQ(
  z: Tensor | Float64Array,
  options: { range?: readonly [first: number, last: number] } = {},
): PowerLaw {
  const values = z instanceof Float64Array ? z : covarianceEigenvalues(z);
  const [first, last] = options.range ?? [3, 100];
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 1 || last <= first) {
    throw new RangeError(`alphaReQ: the range must be two ascending ranks from 1, not ${first} to ${last}`);
  }
  const positive = values.findIndex((value) => !(value > 0));
  const end = Math.min(last, positive === -1 ? values.length : positive);
  const start = options.range || end - first + 1 >= 5 ? first : 1;
  if (end - start < 1) return { alpha: Number.NaN, range: [start, end], r2: Number.NaN };
  const points = Array.from({ length: end - start + 1 }, (_, i) => ({
    x: Math.log(start + i),
    y: Math.log(values[start + i - 1]!),
  }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x0, y0] = [mean(({ x }) => x), mean(({ y }) => y)];
  const covariance = mean(({ x, y }) => (x - x0) * (y - y0));
  const [varianceX, varianceY] = [mean(({ x }) => (x - x0) ** 2), mean(({ y }) => (y - y0) ** 2)];
  return {
    alpha: -covariance / varianceX,
    range: [start, end],
    r2: varianceY < 1e-24 ? 1 : covariance ** 2 / (varianceX * varianceY),
  };
}
