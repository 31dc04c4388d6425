// From a covariance S to a matrix W with W^T S W = I, differentiably: three ways.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Solver } from './config.js';
import { tiny } from './embeddings.js';

export interface InverseRootOptions {
  /** `eigh` if left out. */
  solver?: Solver;
  /** Steps of `newtonSchulz`; 15 if left out, enough for a condition number of 1000. */
  iterations?: number;
}

/** Eigenvalues below this share of the largest are taken for rounding, and raised to it. */
export const RELATIVE_FLOOR = 1e-10;

/**
 * W with W^T S W = I. `eigh` and `newtonSchulz` give the symmetric one, S^(-1/2); `cholesky` the upper triangular L^(-T)
 * of S = L L^T. First derivatives are right, second derivatives are not (of `eigh`).
 *
 * @param s [G, g, g] (or [g, g]), symmetric and positive semi-definite, float32 or float64. A singular one gives large but
 *   finite numbers; one with NaN or infinity gives NaN.
 */
export function inverseRoot(s: Tensor, options: InverseRootOptions = {}): Tensor {
  if (!s.detach().isfinite().all().item()) return s.mul(Number.NaN);
  const { solver = 'eigh', iterations = 15 } = options;
  if (solver === 'newtonSchulz') return newtonSchulzRoot(s, iterations);
  // W(S) = W(S / c) / sqrt(c) for every constant c; eigenvalues around 1 keep the powers below within float32.
  const scale = meanEigenvalue(s).detach();
  const scaled = s.div(scale);
  const root = solver === 'cholesky' ? choleskyRoot(scaled) : symmetricRoot(scaled);
  return root.mul(scale.rsqrt());
}

/** The mean of each matrix's eigenvalues, [G, 1, 1], and above 0. */
function meanEigenvalue(s: Tensor): Tensor {
  return s.diagonal({ dim1: -2, dim2: -1 }).mean([-1], true).unsqueeze(-1).clampMin(tiny(s));
}

/**
 * S^(-1/2) = V diag(l^(-1/2)) V^T. Differentiating the decomposition itself would divide by differences of eigenvalues. With V and
 * l as constants, V [diag(l^(-1/2)) + F o (A - A0)] V^T of A = V^T S V (whose value is A0) has the same value and the right
 * derivative (Daleckii and Krein), where F holds the divided differences of l^(-1/2).
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
    .clampMin(tiny(s) * 1e8);
  const floored = values.maximum(floor);
  const roots = floored.rsqrt();
  const [ri, rj] = [roots.unsqueeze(-1), roots.unsqueeze(-2)];
  // (r_i - r_j) / (l_i - l_j) without the differences, which cancel: -(r_i r_j)^2 / (r_i + r_j).
  const smooth = ri.mul(rj).square().div(ri.add(rj)).neg();
  // A floored eigenvalue does not move its root: of a pair of them nothing is left, of a mixed pair the moving share.
  const share = floored
    .unsqueeze(-1)
    .sub(floored.unsqueeze(-2))
    .div(values.unsqueeze(-1).sub(values.unsqueeze(-2)));
  const free = values.ge(floor);
  const bothFree = free.unsqueeze(-1).logicalAnd(free.unsqueeze(-2));
  const oneFree = free.unsqueeze(-1).logicalXor(free.unsqueeze(-2));
  const zero = torch.zerosLike(smooth);
  return { vectors, roots, differences: torch.where(bothFree, smooth, torch.where(oneFree, smooth.mul(share), zero)) };
}

/** L^(-T). A matrix that is singular to rounding gets the relative floor on its diagonal. */
function choleskyRoot(s: Tensor): Tensor {
  const identity = torch.eye(s.size(-1), { dtype: s.dtype, device: s.device });
  let [factor, info] = torch.linalgCholeskyEx(s);
  const pivots = factor.detach().diagonal({ dim1: -2, dim2: -1 }).square();
  const floor = s.detach().diagonal({ dim1: -2, dim2: -1 }).amax([-1]).mul(RELATIVE_FLOOR);
  const singular = info.ne(0).logicalOr(pivots.amin([-1]).ge(floor).logicalNot());
  if (singular.any().item()) {
    // float32 loses the floor beside its own rounding.
    const raised = s.dtype === 'float64' ? floor : floor.mul(1e4);
    const lift = torch.where(singular, raised, torch.zerosLike(raised)).unsqueeze(-1).unsqueeze(-1);
    [factor] = torch.linalgCholeskyEx(s.add(identity.mul(lift)));
  }
  return torch.linalgSolveTriangular(factor, identity.expandAs(s), { upper: false }).mT();
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
