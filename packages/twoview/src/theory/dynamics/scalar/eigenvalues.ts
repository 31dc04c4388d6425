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
  // Of entries of size one: products of three neither overflow nor vanish.
  const size = Math.max(...matrix.flat().map(Math.abs)) || 1;
  const entry = (i: number, j: number): number => ((matrix[i] as readonly number[])[j] as number) / size;
  const roots =
    n === 1
      ? [{ re: entry(0, 0), im: 0 }]
      : n === 2
        ? ofTwo(entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1))
        : ofThree(entry);
  return roots.map(({ re, im }) => ({ re: re * size, im: im * size })).sort((a, b) => b.re - a.re || b.im - a.im);
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

/** Below this, beside entries of size one, the cube of a root vanishes and bisection stops where it likes. */
const underflow = 1e-100;

/** A real root of the characteristic polynomial, and what is left of the cubic. */
function ofThree(m: (i: number, j: number) => number): Complex[] {
  const minor = (i: number, j: number): number => m(i, i) * m(j, j) - m(i, j) * m(j, i);
  const trace = m(0, 0) + m(1, 1) + m(2, 2);
  const sum = minor(0, 1) + minor(0, 2) + minor(1, 2);
  const determinant =
    m(0, 0) * minor(1, 2) -
    m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0)) +
    m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0));
  const found = realRoot((x) => ((x - trace) * x + sum) * x - determinant, 1 + cauchyBound(trace, sum, determinant));
  const root = Math.abs(found) < underflow ? 0 : found;
  return [{ re: root, im: 0 }, ...ofTwo(...companion(root, trace, sum, determinant))];
}

/**
 * Rows of a matrix whose eigenvalues are the other roots of x^3 - trace x^2 + sum x - determinant: those of x^2 + b x + c. Dividing by the largest
 * root starts from the last coefficient, by another from the first; the other way digits are lost.
 */
function companion(root: number, trace: number, sum: number, determinant: number): [number, number, number, number] {
  const size = Math.abs(root);
  const isLargest =
    size > 0 && Math.abs(trace) <= 3 * size && Math.abs(sum) <= 3 * size ** 2 && Math.abs(determinant) <= size ** 3;
  if (isLargest) {
    const c = determinant / root;
    return [(sum - c) / root, -c, 1, 0];
  }
  const b = root - trace;
  return [-b, -(sum + root * b), 1, 0];
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
