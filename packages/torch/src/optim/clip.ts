// Keeping gradients small.
import { foreachMul_, foreachNorm, noGrad, scope, stack, type Tensor } from '../index.js';

/**
 * Scales all gradients together so that their joint 2-norm is at most `maxNorm`. Parameters without gradient are skipped.
 * @returns the norm before; 0 if there is no gradient
 */
export function clipGradNorm(params: Iterable<Tensor>, maxNorm: number): number {
  if (!(maxNorm > 0)) throw new RangeError(`maxNorm is a number above 0, not ${maxNorm}`);
  return noGrad(() =>
    scope(() => {
      const grads = Array.from(params, (param) => param.grad).filter((grad) => grad !== null);
      if (grads.length === 0) return 0;
      const norm = stack(foreachNorm(grads)).norm(2).item();
      const factor = maxNorm / (norm + 1e-6);
      if (factor < 1) foreachMul_(grads, factor);
      return norm;
    }),
  );
}
