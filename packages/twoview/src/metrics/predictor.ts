// How far a linear predictor has aligned with the correlation matrix of its inputs, which the theory of DirectPred
// (Tian et al. 2021, theorem 3) says it does, and how far it is from symmetric.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

/** What `predictorAlignment` finds. */
export interface PredictorAlignment {
  /** cos(u_j, Wp u_j) of the leading eigenvectors u_j of F, largest eigenvalue first; 1 where u_j is Wp's too. */
  cosines: number[];
  /** Their mean. */
  mean: number;
  /** s_j, the eigenvalues of F that belong to them. */
  eigenvalues: number[];
  /** p_j = u_j^T Wp u_j: the predictor's eigenvalues, where aligned. On the invariant parabola s_j is proportional to p_j^2. */
  predictorValues: number[];
  /** ||Wp - Wp^T|| / ||Wp||, Frobenius: 0 when symmetric, about sqrt(2) for a random matrix. */
  asymmetry: number;
}

/**
 * Compares a linear predictor with the correlation matrix of its inputs.
 *
 * @param predictor Wp [D, D], the weight of a linear layer (`y = x Wp^T`)
 * @param correlation F = E[z z^T] [D, D], symmetric
 * @param options `top` is how many leading eigenvectors are compared: 8 if left out
 * @throws RangeError when one is not square, or their sizes differ
 */
export function predictorAlignment(
  predictor: Tensor,
  correlation: Tensor,
  options: { top?: number } = {},
): PredictorAlignment {
  for (const [name, matrix] of Object.entries({ predictor, correlation })) {
    if (matrix.ndim !== 2 || matrix.shape[0] !== matrix.shape[1] || matrix.shape[0] !== predictor.shape[0]) {
      throw new RangeError(
        `predictorAlignment: ${name} is [${matrix.shape.join(', ')}]; predictor and correlation are matrices [D, D] of one size`,
      );
    }
  }
  return torch.scope(() => {
    const wp = predictor.detach().to({ dtype: 'float64', device: 'cpu' });
    const [values, vectors] = torch.linalgEigh(correlation.detach().to({ dtype: 'float64', device: 'cpu' }));
    const dimension = wp.shape[0]!;
    const top = Math.min(options.top ?? 8, dimension);
    const u = vectors.narrow(1, dimension - top, top).flip([1]);
    const moved = wp.mm(u);
    const projection = u.mul(moved).sum([0]);
    const cosines = projection.div(moved.linalgVectorNorm(2, [0]).clampMin(1e-300));
    const size = wp.norm().item();
    return {
      cosines: cosines.tolist() as number[],
      mean: cosines.mean().item(),
      eigenvalues: values.flip([0]).narrow(0, 0, top).tolist() as number[],
      predictorValues: projection.tolist() as number[],
      asymmetry: size === 0 ? 0 : wp.sub(wp.t()).norm().item() / size,
    };
  });
}
