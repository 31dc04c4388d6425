// Guards that look at the elements, where a single one can end the process. On the CPU only: on a GPU that would wait
// for it, and its kernels check for themselves.
import { isFloatingPoint } from '../dtype.js';
import { native } from '../engine/load.js';
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

type Width = 32 | 64;

/** Bits in which integers of these kinds are divided, or null where no quotient can overflow. */
function widthOf(operands: readonly unknown[]): Width | null {
  const tensors = operands.filter(isTensor);
  // Numbers and 0-d tensors give way to others of their kind, whatever is lost of them; but not to bool.
  const leading = tensors.filter((t) => t.ndim > 0 && t.dtype !== 'bool');
  const dtypes = (leading.length > 0 ? leading : tensors).map((t) => t.dtype);
  if (dtypes.includes('int64')) return 64;
  if (dtypes.includes('int32')) return 32;
  return leading.length === 0 && operands.some((o) => !isTensor(o)) ? 64 : null;
}

const bitsOf: Record<string, number> = { int64: 64, int32: 32, int16: 16, int8: 8 };

/** Whether `wanted` is among an operand's values as they are after conversion to `width` bits. */
function contains(operand: unknown, wanted: bigint, width: Width): boolean {
  if (!isTensor(operand)) {
    const value = typeof operand === 'bigint' ? operand : BigInt(Math.trunc(Number(operand)) || 0);
    return BigInt.asIntN(width, value) === wanted;
  }
  if (operand.numel === 0) return false;
  if (operand.ndim === 0) return BigInt.asIntN(width, BigInt(native.item(Tensor.handleOf(operand)))) === wanted;
  const bits = bitsOf[operand.dtype] ?? 0; // an unsigned one holds neither
  if (BigInt.asIntN(bits, wanted) !== wanted) return false;
  const equal = [
    ['eq', 'Scalar', wanted],
    ['any', ''],
  ] as const;
  return measure(equal, Tensor.handleOf(operand)) === 1;
}

/** The width in which integers would be divided on the CPU, or null where there is nothing to fear. */
function dividedIn(operands: readonly unknown[]): Width | null {
  for (const operand of operands) {
    if (isTensor(operand)) {
      if (!onCpu(operand) || isFloatingPoint(operand.dtype)) return null;
    } else if (typeof operand === 'number' && !Number.isInteger(operand)) return null;
  }
  return widthOf(operands);
}

const lowest = (width: Width) => -(2n ** BigInt(width - 1));

/** The processor faults on dividing the most negative integer by -1: its negative does not exist. */
export const dividesIntegers: Guard = ([self, other]) => {
  const width = dividedIn([self, other]);
  if (width && contains(other, -1n, width) && contains(self, lowest(width), width))
    refuse(`${lowest(width)} / -1 does not fit in int${width}`);
};

export const roundingDivision: Guard = (args, overload) => {
  if (overload.endsWith('_mode') && typeof args[2] === 'string') dividesIntegers(args, overload);
};

/** Euclid's algorithm comes to divide the most negative integer by -1. */
export const noLowest: Guard = ([self, other]) => {
  const width = dividedIn([self, other]);
  if (width && [self, other].some((operand) => contains(operand, lowest(width), width)))
    refuse(`${lowest(width)} has no absolute value in int${width}`);
};
