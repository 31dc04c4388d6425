// Every operator of this theory is sum_{r,s} M_rs K(x_r) K(x_s)^T over the views of a population: a symmetric matrix M, the
// core, tells them apart. Cores here are [N A, N A] in float64, for N points with A views each, a point's views one after the other.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/**
 * What the N points and A views are. `population`: all there is, each equally likely, so that sums are exact. `sample`: independent draws of
 * points and of their views, and sums are unbiased estimates of what the whole population would give (U-statistics).
 */
export type Sampling = 'population' | 'sample';

const ones = (size: number): Tensor => torch.ones([size, size], { dtype: 'float64' });
const identity = (size: number): Tensor => torch.eye(size, { dtype: 'float64' });

function check(points: number, views: number, sampling: Sampling, needs: { points: number; views: number }): void {
  const least = sampling === 'sample' ? needs : { points: 1, views: 1 };
  if (Number.isInteger(points) && points >= least.points && Number.isInteger(views) && views >= least.views) return;
  throw new RangeError(
    `${points} points of ${views} views are too few: ${least.points} and ${least.views} or more are needed${sampling === 'sample' ? ' for an unbiased estimate' : ''}`,
  );
}

/** The core of a matrix over points [N, N], where each point stands for the average of its views. */
export function averageViews(core: Tensor, views: number): Tensor {
  return torch.kron(core, ones(views).div(views * views));
}

/** Of E_x[K̄ K̄^T], the second moment of the averaged connection. */
export function secondMomentCore(points: number, views: number): Tensor {
  check(points, views, 'population', { points: 1, views: 1 });
  return averageViews(identity(points).div(points), views);
}

/**
 * Of V_x[K̄], the covariance operator: the covariance over data points of the averaged connection.
 *
 * As a sample's, pairs of one view with itself are left out and the mean is taken from other points: K̄ K̄^T of few views would hold
 * Va / A too much.
 */
export function betweenCore(points: number, views: number, sampling: Sampling = 'population'): Tensor {
  check(points, views, sampling, { points: 2, views: 2 });
  if (sampling === 'population') {
    return averageViews(
      identity(points)
        .div(points)
        .sub(ones(points).div(points * points)),
      views,
    );
  }
  const sameImage = torch.kron(
    identity(points),
    ones(views)
      .sub(identity(views))
      .div(points * views * (views - 1)),
  );
  const apart = ones(points)
    .sub(identity(points))
    .div(points * (points - 1));
  return sameImage.sub(averageViews(apart, views));
}

/** Of Va = E_x V_{x'|x}[K(x')], the covariance over the views of a point, averaged over points. */
export function withinCore(points: number, views: number, sampling: Sampling = 'population'): Tensor {
  check(points, views, sampling, { points: 1, views: 2 });
  const centred = identity(views).sub(ones(views).div(views));
  const freedom = sampling === 'sample' ? views - 1 : views;
  return torch.kron(identity(points), centred.div(points * freedom));
}

/**
 * Of sum_{r,s} E_rs (K_r - K_s)(K_r - K_s)^T: the Laplacian of weighted pairs.
 *
 * @param edges [R, R]; an order of the pair makes no difference
 */
export function pairsCore(edges: Tensor): Tensor {
  if (edges.ndim !== 2 || edges.shape[0] !== edges.shape[1] || edges.isfinite().all().item() === 0) {
    throw new RangeError(
      `weights of pairs are a finite square matrix, not [${edges.shape.join(', ')}] or one that is not finite`,
    );
  }
  const both = edges.add(edges.t());
  return both.sum([1]).diag().sub(both);
}

/**
 * Of E_{x,x'} xi(x,x') (K̄(x) - K̄(x'))(K̄(x) - K̄(x'))^T, points being equally likely; xi = 1 gives twice the covariance
 * operator.
 *
 * @param xi [N, N], symmetric; PSD operators come of weights that are not negative
 * @throws RangeError unless it is
 */
export function weightedCore(xi: Tensor, views: number): Tensor {
  const points = xi.shape[0] ?? 0;
  check(points, views, 'population', { points: 1, views: 1 });
  const core = pairsCore(xi.div(points * points));
  if (xi.sub(xi.t()).abs().max().item() > 1e-12 * xi.abs().max().item()) {
    throw new RangeError("weights xi(x, x') of pairs of points must be symmetric");
  }
  return averageViews(core, views);
}
