// Guards that look at the elements, where a single one can end the process. On the CPU only: on a GPU that would wait
// for it, and its kernels check for themselves.
import { Tensor } from '../tensor.js';
import { type Guard, isInteger, isTensor, measure, onCpu, refuse } from './guard.js';

/** A NaN or an infinity turns into an index outside the image where coordinates are clipped or reflected. */
export const finiteGrid: Guard = ([, grid, , paddingMode]) => {
  if (Number(paddingMode) === 0 || !isTensor(grid) || !onCpu(grid) || grid.numel === 0) return;
  if (
    measure(
      [
        ['isfinite', ''],
        ['all', ''],
      ],
      grid.handle,
    ) !== 1
  )
    refuse("'grid' has elements that are NaN or infinite, which only padding mode 0 (zeros) allows");
};

/** LAPACK's iterations for eigenvalues and singular values need not end on an infinity. */
export const finiteMatrix: Guard = ([self]) => {
  if (!isTensor(self) || !onCpu(self) || self.numel === 0 || isInteger(self)) return;
  if (
    measure(
      [
        ['isfinite', ''],
        ['all', ''],
      ],
      Tensor.handleOf(self),
    ) !== 1
  )
    refuse('the matrix has elements that are NaN or infinite');
};

/** Norms that come from singular values: of matrices, for these orders. */
export const finiteIfSpectral: Guard = (args, overload) => {
  const [self, order, dim] = args;
  if (order !== 'nuc' && Math.abs(Number(order)) !== 2) return;
  const dims = Array.isArray(dim)
    ? dim.length
    : typeof dim === 'number' || typeof dim === 'bigint'
      ? 1
      : isTensor(self)
        ? self.ndim
        : 0;
  if (dims > 1) finiteMatrix(args, overload);
};

/** The kernel follows the sorter's indices wherever they lead. */
export const sorterInside: Guard = (args) => {
  const [sequence, , , , , sorter] = args;
  if (!isTensor(sequence) || !isTensor(sorter) || sorter.numel === 0 || !onCpu(sorter)) return;
  const size = sequence.shape[sequence.ndim - 1] ?? 1;
  const handle = Tensor.handleOf(sorter);
  if (measure([['min', '']], handle) < 0 || measure([['max', '']], handle) >= size)
    refuse(`'sorter' must hold indices from 0 to ${size - 1}`);
};

/** The greatest value plus one is how many bins there are, and for the greatest integer overflows. */
export const countable: Guard = ([self]) => {
  if (!isTensor(self) || !onCpu(self) || self.numel === 0 || !isInteger(self)) return;
  if (measure([['max', '']], Tensor.handleOf(self)) > 2 ** 40) refuse('a value is too large to count up to');
};

const lowest: Record<string, bigint> = { int64: -(2n ** 63n), int32: -(2n ** 31n) };

/** The processor faults on dividing the most negative integer by -1: its negative does not exist. */
export const dividesIntegers: Guard = ([self, other]) => {
  if (isTensor(self) ? !onCpu(self) || !isInteger(self) : typeof self === 'number' && !Number.isInteger(self)) return;
  const minusOne = isTensor(other)
    ? isInteger(other) &&
      other.numel > 0 &&
      measure(
        [
          ['eq', 'Scalar', -1],
          ['any', ''],
        ],
        other.handle,
      ) === 1
    : Number(other) === -1;
  if (!minusOne) return;
  const dtypes = [self, other].filter(isTensor).map((t) => t.dtype);
  const wide = dtypes.includes('int64') ? 'int64' : 'int32';
  const bound = lowest[wide] as bigint;
  const reached = isTensor(self)
    ? self.numel > 0 &&
      measure(
        [
          ['eq', 'Scalar', bound],
          ['any', ''],
        ],
        self.handle,
      ) === 1
    : BigInt(Math.trunc(Number(self))) === bound;
  if (reached) refuse(`${bound} / -1 does not fit in ${wide}`);
};

export const roundingDivision: Guard = (args, overload) => {
  if (overload.endsWith('_mode') && typeof args[2] === 'string') dividesIntegers(args, overload);
};
