// What objectives do to embeddings before they compare them: check, widen half precision, l2-normalise.
import type { Tensor } from '@twoview/torch';

/** Throws a RangeError unless `x` is a matrix [B, D] with at least one element. */
export function checkMatrix(where: string, name: string, x: Tensor): void {
  if (x.ndim !== 2 || x.shape[0] === 0 || x.shape[1] === 0) {
    throw new RangeError(
      `${where}: ${name} must be a matrix [B, D] of embeddings, not of shape [${x.shape.join(', ')}]`,
    );
  }
}

/** Throws a RangeError unless both are matrices [B, D] of one shape. */
export function checkPair(where: string, names: readonly [string, string], a: Tensor, b: Tensor): void {
  checkMatrix(where, names[0], a);
  checkMatrix(where, names[1], b);
  if (a.shape[0] !== b.shape[0] || a.shape[1] !== b.shape[1]) {
    throw new RangeError(
      `${where}: ${names[0]} is [${a.shape.join(', ')}] and ${names[1]} is [${b.shape.join(', ')}]; row i of one belongs to row i of the other`,
    );
  }
}

/** Throws a RangeError unless `temperature` is positive and finite. */
export function checkTemperature(where: string, temperature: number): void {
  if (!(temperature > 0) || !Number.isFinite(temperature)) {
    throw new RangeError(`${where}: the temperature must be a positive number, not ${temperature}`);
  }
}

/** bfloat16 and float16 as float32: norms, exponentials and means lose too much in eight bits. Others unchanged. */
export function atLeastFloat32(x: Tensor): Tensor {
  return x.dtype === 'float32' || x.dtype === 'float64' ? x : x.float();
}

/**
 * Rows scaled to length one: x / max(||x||, eps).
 *
 * @param x [B, D]; half precision is computed in float32
 * @param eps keeps a zero row at zero
 * @returns [B, D]
 */
export function l2Normalize(x: Tensor, eps = 1e-12): Tensor {
  const wide = atLeastFloat32(x);
  return wide.div(wide.linalgVectorNorm(2, [-1], true).clampMin(eps));
}
