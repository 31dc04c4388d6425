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

/** Throws a RangeError unless `value` is positive and finite. */
export function checkPositive(where: string, name: string, value: number): void {
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new RangeError(`${where}: ${name} must be a positive number, not ${value}`);
  }
}

/** Throws a RangeError unless `value` is finite and at least `least`. */
export function checkAtLeast(where: string, name: string, value: number, least: number): void {
  if (!(value >= least) || !Number.isFinite(value)) {
    throw new RangeError(`${where}: ${name} must be a number of at least ${least}, not ${value}`);
  }
}

/** Throws a RangeError if the batch holds one image alone; `reason` says what it lacks then. */
export function checkSeveral(where: string, x: Tensor, reason: string): void {
  if (x.shape[0]! < 2) throw new RangeError(`${where}: a batch of one image has ${reason}; give at least two`);
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

/**
 * ||x||_q^m of every row, [B, D] to [B]. A zero row has gradient zero, where that of a root is infinite.
 *
 * @param order q, at least 1
 * @param power m, positive
 */
export function normPower(x: Tensor, order: number, power: number): Tensor {
  const norm = x.linalgVectorNorm(order, [-1]);
  const zero = norm.eq(0);
  return norm.maskedFill(zero, 1).pow(power).maskedFill(zero, 0);
}
