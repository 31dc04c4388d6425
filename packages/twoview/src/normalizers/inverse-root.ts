// From a covariance S to a matrix W with W^T S W = I, differentiably: three ways.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Solver } from './config.js';

export interface InverseRootOptions {
  /** `eigh` if left out. */
  solver?: Solver;
  /** Steps of `newtonSchulz`; 15 if left out, enough for a condition number of 1000. */
  iterations?: number;
}

/** Eigenvalues below this share of the largest are taken for rounding, and raised to it. */
const RELATIVE_FLOOR = 1e-10;
/** What the eigenvalues of a zero matrix are raised to: their powers below stay finite. */
const SMALLEST = 1e-40;

/**
 * W with W^T S W = I. `eigh` and `newtonSchulz` give the symmetric one, S^(-1/2); `cholesky` the upper triangular L^(-T)
 * of S = L L^T. The first derivative is right; the second is right for `newtonSchulz` alone.
 *
 * @param s [.., g, g], symmetric and positive semi-definite; the decompositions need float64. A singular matrix gives large but
 *   finite numbers, one with NaN or infinity gives NaN.
 * @returns [.., g, g], in float64 but for `newtonSchulz`, which keeps the dtype
 */
export function inverseRoot(s: Tensor, options: InverseRootOptions = {}): Tensor {
  if (!s.detach().isfinite().all().item()) return s.mul(Number.NaN);
  const { solver = 'eigh', iterations = 15 } = options;
  if (solver === 'newtonSchulz') return newtonSchulzRoot(s, iterations);
  // W(S) = W(S / c) / sqrt(c) for every constant c; eigenvalues around 1 keep their powers below in range.
  const wide = s.double();
  const scale = meanEigenvalue(wide).detach();
  const scaled = wide.div(scale);
  const root = solver === 'cholesky' ? choleskyRoot(scaled) : symmetricRoot(scaled);
  return root.mul(scale.rsqrt());
}

/** The mean of each matrix's eigenvalues, [.., 1, 1], and far enough above 0 for its powers in float32. */
function meanEigenvalue(s: Tensor): Tensor {
  return s.diagonal({ dim1: -2, dim2: -1 }).mean([-1], true).unsqueeze(-1).clampMin(1e-24);
}

// Neither decomposition is differentiated. With V, l, L as constants, and A of value A0 as the only thing that carries
// gradient, the expressions below have the value of the root and its right derivative.

/**
 * S^(-1/2) = V [diag(l^(-1/2)) + F o (A - A0)] V^T, A = V^T S V, F the divided differences of l^(-1/2) (Daleckii and Krein).
 * Autograd of the decomposition would divide by differences of eigenvalues, which may be 0.
 */
function symmetricRoot(s: Tensor): Tensor {
  const { vectors, roots, differences } = torch.noGrad(() => decompose(s.detach()));
  const rotated = vectors.mT().matmul(s).matmul(vectors);
  const inner = rotated.sub(rotated.detach()).mul(differences).add(roots.diagEmbed());
  return vectors.matmul(inner).matmul(vectors.mT());
}

function decompose(s: Tensor): { vectors: Tensor; roots: Tensor; differences: Tensor } {
  const [values, vectors] = torch.linalgEigh(s);
  const floor = values
    .narrow(-1, values.size(-1) - 1, 1)
    .mul(RELATIVE_FLOOR)
    .clampMin(SMALLEST);
  const roots = values.maximum(floor).rsqrt();
  const [ri, rj] = [roots.unsqueeze(-1), roots.unsqueeze(-2)];
  // (r_i - r_j) / (l_i - l_j) without the differences, which cancel.
  const differences = ri.mul(rj).square().div(ri.add(rj)).neg();
  const free = values.ge(floor);
  if (free.all().item()) return { vectors, roots, differences };
  return { vectors, roots, differences: withFloor(differences, values, floor, free) };
}

/** A raised eigenvalue does not move its root: of two of them nothing is left, of a mixed pair what the other moves. */
function withFloor(differences: Tensor, values: Tensor, floor: Tensor, free: Tensor): Tensor {
  const gaps = (l: Tensor): Tensor => l.unsqueeze(-1).sub(l.unsqueeze(-2));
  const mixed = differences.mul(gaps(values.maximum(floor)).div(gaps(values)));
  const [fi, fj] = [free.unsqueeze(-1), free.unsqueeze(-2)];
  const neither = torch.zerosLike(differences);
  return torch.where(fi.logicalAnd(fj), differences, torch.where(fi.logicalXor(fj), mixed, neither));
}

/**
 * L^(-T) of S = L L^T, as W0 [I - P o (A - A0)], A = W0^T S W0, P upper triangular of ones with 1/2 on the diagonal: cheaper
 * than autograd of the factorisation. A matrix that is singular to rounding gets the floor added to its diagonal.
 */
function choleskyRoot(s: Tensor): Tensor {
  const identity = torch.eye(s.size(-1), { dtype: s.dtype, device: s.device });
  const { root, half } = torch.noGrad(() => ({
    root: torch.linalgSolveTriangular(factorize(s.detach(), identity), identity.expandAs(s), { upper: false }).mT(),
    half: torch.onesLike(identity).triu().sub(identity, { alpha: 0.5 }),
  }));
  const rotated = root.mT().matmul(s).matmul(root);
  return root.matmul(identity.sub(rotated.sub(rotated.detach()).mul(half)));
}

function factorize(s: Tensor, identity: Tensor): Tensor {
  const [factor, info] = torch.linalgCholeskyEx(s);
  const pivots = factor.diagonal({ dim1: -2, dim2: -1 }).square().amin([-1]);
  const largest = s.diagonal({ dim1: -2, dim2: -1 }).amax([-1]);
  const singular = info.ne(0).logicalOr(pivots.ge(largest.mul(RELATIVE_FLOOR)).logicalNot());
  if (!singular.any().item()) return factor;
  const lift = torch
    .where(singular, largest.mul(RELATIVE_FLOOR).clampMin(SMALLEST), torch.zerosLike(largest))
    .unsqueeze(-1)
    .unsqueeze(-1);
  const [lifted] = torch.linalgCholeskyEx(s.add(identity.mul(lift)));
  return lifted;
}

/** The coupled iteration (Higham 2008, section 6.7): Y to S^(1/2), Z to S^(-1/2), with T = (3 I - Z Y) / 2. */
function newtonSchulzRoot(s: Tensor, iterations: number): Tensor {
  const size = s.size(-1);
  const identity = torch.eye(size, { dtype: s.dtype, device: s.device }).expandAs(s);
  // Eigenvalues in (0, 1], where the iteration converges. Part of the graph: after finitely many steps it matters.
  const trace = meanEigenvalue(s).mul(size);
  let y = s.div(trace);
  let z = identity;
  for (let i = 0; i < iterations; i++) {
    const t = identity.mul(1.5).sub(z.matmul(y), { alpha: 0.5 });
    y = y.matmul(t);
    z = t.matmul(z);
  }
  return z.mul(trace.rsqrt());
}
