// Small dense matrices as plain loops over float64. At 16x16 a call of the engine costs about as much as the product, and an
// integrator's state would have to be carried there and back at every stage; eigenvalues alone are the engine's.

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` numbers. */
  readonly values: Float64Array;
}

/**
 * @throws RangeError when sizes are not positive whole numbers or do not fit the values
 */
export function matrix(rows: number, columns: number, values: ArrayLike<number>): Matrix {
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0))
    throw new RangeError(`matrix: sizes must be positive whole numbers, not ${rows} x ${columns}`);
  if (values.length !== rows * columns)
    throw new RangeError(`matrix: ${rows} x ${columns} has ${rows * columns} entries, not ${values.length}`);
  return { rows, columns, values: values instanceof Float64Array ? values : Float64Array.from(values) };
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/** `scale` times the identity. */
export function scaledIdentity(size: number, scale = 1): Matrix {
  return diagonal(new Float64Array(size).fill(scale));
}

export function diagonal(entries: ArrayLike<number>): Matrix {
  const size = entries.length;
  const result = zeros(size, size);
  for (let i = 0; i < size; i++) result.values[i * size + i] = entries[i]!;
  return result;
}

function checkSame(where: string, a: Matrix, b: Matrix): void {
  if (a.rows !== b.rows || a.columns !== b.columns)
    throw new RangeError(`${where}: ${a.rows} x ${a.columns} and ${b.rows} x ${b.columns} differ in size`);
}

/**
 * A B
 * @throws RangeError when the inner sizes differ
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows)
    throw new RangeError(`multiply: ${a.rows} x ${a.columns} times ${b.rows} x ${b.columns} is not defined`);
  const result = zeros(a.rows, b.columns);
  const [x, y, out, inner, columns] = [a.values, b.values, result.values, a.columns, b.columns];
  for (let i = 0; i < a.rows; i++) {
    const row = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = x[i * inner + k]!;
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[row + j]! += factor * y[from + j]!;
    }
  }
  return result;
}

export function transpose({ rows, columns, values }: Matrix): Matrix {
  const result = zeros(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.values[j * rows + i] = values[i * columns + j]!;
  return result;
}

/** p A + q B */
export function combine(p: number, a: Matrix, q: number, b: Matrix): Matrix {
  checkSame('combine', a, b);
  const values = new Float64Array(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = p * a.values[i]! + q * b.values[i]!;
  return { rows: a.rows, columns: a.columns, values };
}

export const add = (a: Matrix, b: Matrix): Matrix => combine(1, a, 1, b);
export const subtract = (a: Matrix, b: Matrix): Matrix => combine(1, a, -1, b);

export function scale(factor: number, a: Matrix): Matrix {
  return { rows: a.rows, columns: a.columns, values: a.values.map((value) => factor * value) };
}

/** (A + A^T) / 2 */
export const symmetricPart = (a: Matrix): Matrix => combine(0.5, a, 0.5, transpose(a));

/** A A^T */
export const gram = (a: Matrix): Matrix => multiply(a, transpose(a));

/** A B - B A */
export const commutator = (a: Matrix, b: Matrix): Matrix => subtract(multiply(a, b), multiply(b, a));

/** A B + B A */
export const anticommutator = (a: Matrix, b: Matrix): Matrix => add(multiply(a, b), multiply(b, a));

/** The inner product of two matrices' entries. */
export function inner(a: Matrix, b: Matrix): number {
  checkSame('inner', a, b);
  let sum = 0;
  for (let i = 0; i < a.values.length; i++) sum += a.values[i]! * b.values[i]!;
  return sum;
}

/** Frobenius norm. */
export const norm = (a: Matrix): number => Math.sqrt(inner(a, a));

/** Largest absolute entry; NaN if one is. */
export const largestEntry = (a: Matrix): number => a.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
