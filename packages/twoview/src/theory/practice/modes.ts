// The leading modes of a network in training: predictor and moments in the eigenbasis of F.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Moments } from './moments.js';

/** One number for each of the leading eigenvectors u_j of F, largest eigenvalue first. */
export interface Modes {
  /** s_j, the eigenvalues of F. */
  s: number[];
  /** p_j = u_j^T Wp u_j. */
  p: number[];
  /** u_j^T E[f f^T] u_j; over s_j it is the theory's a = 1 + sigma^2. */
  total: number[];
  /** u_j^T E[w t f^T] u_j: tau s_j for squared distance. */
  drive: number[];
  /** u_j^T E[v f f^T] u_j: a s_j for squared distance. */
  drag: number[];
  /** u_j^T E[v' t t^T] u_j, where gradient flows into the target. */
  pull?: number[];
  /** cos(u_j, Wp u_j): 1 where u_j is an eigenvector of the predictor too. */
  alignment: number[];
}

/** Quadratic forms u_j^T M u_j of the columns of u `[d, k]`. */
function projected(matrix: Tensor, u: Tensor): Tensor {
  return u.mul(matrix.matmul(u)).sum([0]);
}

/**
 * @param predictor Wp `[d, d]`; null where there is none, which is the identity
 * @param top how many modes
 */
export function modesOf(moments: Moments, predictor: Tensor | null, top: number): Modes {
  return torch.noGrad(() =>
    torch.scope(() => {
      const dimension = moments.cross.size(0);
      const count = Math.min(top, dimension);
      const wp = predictor
        ? predictor.detach().to({ device: 'cpu', dtype: 'float64' })
        : torch.eye(dimension, { dtype: 'float64' });
      const [values, vectors] = torch.linalgEigh(moments.cross);
      const u = vectors.narrow(1, dimension - count, count).flip([1]);
      const image = wp.matmul(u);
      const p = u.mul(image).sum([0]);
      const list = (tensor: Tensor): number[] => tensor.tolist() as number[];
      return {
        s: list(values.narrow(0, dimension - count, count).flip([0])),
        p: list(p),
        total: list(projected(moments.total, u)),
        drive: list(projected(moments.drive, u)),
        drag: list(projected(moments.drag, u)),
        ...(moments.pull ? { pull: list(projected(moments.pull, u)) } : {}),
        alignment: list(p.div(image.linalgVectorNorm(2, [0]).clampMin(1e-300))),
      };
    }),
  );
}

/** Mean of cos(u_j, Wp u_j) over modes, weighted by s_j; NaN where no s_j is above 0. */
export function meanAlignment({ s, alignment }: Pick<Modes, 's' | 'alignment'>): number {
  const weights = s.map((value) => Math.max(value, 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return alignment.reduce((sum, value, j) => sum + value * weights[j]!, 0) / total;
}
