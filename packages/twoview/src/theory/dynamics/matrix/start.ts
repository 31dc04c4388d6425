// Starts drawn at random: small encoders, predictors, moments of data.
import type { Generator } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { gram, type Matrix, scale } from './algebra.js';

/** Independent normal entries of one standard deviation. */
export function normalMatrix(rows: number, columns: number, deviation: number, generator: Generator): Matrix {
  const values = torch.scope(
    () => torch.randn([rows, columns], { generator, dtype: 'float64' }).mul(deviation).data() as Float64Array,
  );
  return { rows, columns, values };
}

/** Independent entries, uniform between -bound and bound: a linear layer of `columns` inputs has 1 / sqrt(columns). */
export function uniformMatrix(rows: number, columns: number, bound: number, generator: Generator): Matrix {
  const values = torch.scope(
    () =>
      torch
        .rand([rows, columns], { generator, dtype: 'float64' })
        .mul(2 * bound)
        .sub(bound)
        .data() as Float64Array,
  );
  return { rows, columns, values };
}

/** G G^T of a square G with independent normal entries: symmetric and positive semidefinite. */
export const positiveMatrix = (size: number, deviation: number, generator: Generator): Matrix =>
  gram(normalMatrix(size, size, deviation, generator));

/** An orthogonal matrix, uniformly distributed. */
export function orthogonalMatrix(size: number, generator: Generator): Matrix {
  const values = torch.scope(() => {
    const [q, r] = torch.linalgQr(torch.randn([size, size], { generator, dtype: 'float64' }));
    return q.mul(r.diag(0).sign()).contiguous().data() as Float64Array;
  });
  return { rows: size, columns: size, values };
}

/** A random moment of data, E[x x^T] with n samples' worth of spread: G G^T / size. */
export const randomMoment = (size: number, generator: Generator): Matrix =>
  scale(1 / size, positiveMatrix(size, 1, generator));
