// Eigenvalues of small real matrices: enough for the Jacobian of one mode, without a library.

export interface Complex {
  re: number;
  im: number;
}

/**
 * Eigenvalues of a real matrix of size 1, 2 or 3, by descending real part.
 * @throws RangeError for other shapes, or numbers that are not finite
 */
export function eigenvalues(matrix: readonly (readonly number[])[]): Complex[] {
  const n = matrix.length;
  if (n < 1 || n > 3 || matrix.some((row) => row.length !== n || !row.every(Number.isFinite)))
    throw new RangeError('eigenvalues takes a square matrix of size 1, 2 or 3 of finite numbers');
  const entry = (i: number, j: number): number => (matrix[i] as readonly number[])[j] as number;
  const roots =
    n === 1
      ? [{ re: entry(0, 0), im: 0 }]
      : n === 2
        ? ofTwo(entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1))
        : ofThree(entry);
  return roots.sort((a, b) => b.re - a.re || b.im - a.im);
}

/** Of [[a, b], [c, d]]: the difference of the diagonal keeps digits that trace and determinant would lose. */
function ofTwo(a: number, b: number, c: number, d: number): Complex[] {
  const mean = (a + d) / 2;
  const half = (a - d) / 2;
  const square = half * half + b * c;
  if (square < 0) {
    const im = Math.sqrt(-square);
    return [
      { re: mean, im },
      { re: mean, im: -im },
    ];
  }
  // The larger one first; the other from the determinant, unless both are small.
  const large = mean + (mean < 0 ? -1 : 1) * Math.sqrt(square);
  const small = large === 0 ? 0 : (a * d - b * c) / large;
  return [
    { re: large, im: 0 },
    { re: small, im: 0 },
  ];
}

/** A real root of the characteristic polynomial, and what is left of the cubic. */
function ofThree(m: (i: number, j: number) => number): Complex[] {
  const minor = (i: number, j: number): number => m(i, i) * m(j, j) - m(i, j) * m(j, i);
  const trace = m(0, 0) + m(1, 1) + m(2, 2);
  const sum = minor(0, 1) + minor(0, 2) + minor(1, 2);
  const determinant =
    m(0, 0) * minor(1, 2) -
    m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0)) +
    m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0));
  const root = realRoot((x) => ((x - trace) * x + sum) * x - determinant, 1 + cauchyBound(trace, sum, determinant));
  // x^2 + b x + c is left.
  const b = root - trace;
  const c = sum + root * b;
  return [{ re: root, im: 0 }, ...ofTwo(-b, -c, 1, 0)];
}

const cauchyBound = (...coefficients: number[]): number => Math.max(...coefficients.map(Math.abs));

/** By bisection to the last bit: a cubic changes its sign between the bounds. */
function realRoot(f: (x: number) => number, bound: number): number {
  let [low, high] = [-bound, bound];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return f(high) < -f(low) ? high : low;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
}
