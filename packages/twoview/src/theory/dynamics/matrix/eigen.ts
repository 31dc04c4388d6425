// Eigenvalues of symmetric matrices, by the engine.
import * as torch from '@twoview/torch';
import { type Matrix, multiply, transpose } from './algebra.js';

export interface SymmetricEigen {
  /** Descending. */
  values: Float64Array;
  /** Eigenvectors as columns, in the order of the values. */
  vectors: Matrix;
}

/**
 * @param a symmetric; of another matrix its lower triangle alone counts
 * @throws RangeError when it is not square or not finite
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  checkFiniteSquare('symmetricEigen', a);
  const size = a.rows;
  return torch.noGrad(() =>
    torch.scope(() => {
      const [values, vectors] = torch.linalgEigh(torch.tensor(a.values, { shape: [size, size] }));
      return {
        values: values.flip([0]).data() as Float64Array,
        vectors: { rows: size, columns: size, values: vectors.flip([1]).contiguous().data() as Float64Array },
      };
    }),
  );
}

/** Eigenvalues of a symmetric matrix, descending. @throws RangeError when it is not square or not finite */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  checkFiniteSquare('symmetricEigenvalues', a);
  return torch.noGrad(() =>
    torch.scope(
      () =>
        torch
          .linalgEigvalsh(torch.tensor(a.values, { shape: [a.rows, a.rows] }))
          .flip([0])
          .data() as Float64Array,
    ),
  );
}

/** U diag(f(values)) U^T */
export function spectralMap({ vectors, values }: SymmetricEigen, f: (value: number) => number): Matrix {
  const size = vectors.rows;
  const mapped = values.map(f);
  const scaled = vectors.values.map((entry, i) => entry * mapped[i % size]!);
  return multiply({ ...vectors, values: scaled }, transpose(vectors));
}

function checkFiniteSquare(where: string, { rows, columns, values }: Matrix): void {
  if (rows !== columns) throw new RangeError(`${where}: a symmetric matrix is square, not ${rows} x ${columns}`);
  if (!values.every(Number.isFinite)) throw new RangeError(`${where}: an entry is not a finite number`);
}
