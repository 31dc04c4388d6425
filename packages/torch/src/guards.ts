// Checks that libtorch itself leaves out and whose lack would crash the process. Each throws before the call.
// Most were found by test/fuzz; the comment says what would happen without.
import { native } from './engine/load.js';
import type { Handle } from './engine/native.js';
import { Tensor } from './tensor.js';

/** Sees an operator's arguments in schema order (undefined where left out), and throws what is wrong with them. */
export type Guard = (args: readonly unknown[], overload: string) => void;

function refuse(reason: string): never {
  throw new RangeError(reason);
}

const ids = new Map<string, number>();

function idOf(name: string, overload: string): number {
  const key = `${name}.${overload}`;
  let id = ids.get(key);
  if (id === undefined) {
    id = native.findOperator(`aten::${name}`, overload)?.id;
    if (id === undefined) throw new Error(`libtorch ${native.version()} has no operator ${key}`);
    ids.set(key, id);
  }
  return id;
}

/** Calls an operator on handles and gives its only element; for checks of a tensor's values. */
function measure(
  steps: readonly (readonly [name: string, overload: string, ...rest: unknown[]])[],
  start: Handle,
): number {
  let current = start;
  try {
    for (const [name, overload, ...rest] of steps) {
      const next = native.call(idOf(name, overload), current, ...rest) as Handle;
      if (current !== start) native.release(current);
      current = next;
    }
    return Number(native.item(current));
  } finally {
    if (current !== start) native.release(current);
  }
}

const isTensor = Tensor.isTensor;
const onCpu = (tensor: Tensor) => tensor.device === 'cpu';
const isInteger = (tensor: Tensor) => !tensor.dtype.includes('float') && tensor.dtype !== 'bool';

/** Lengths are not checked natively: a short list is read behind its end. */
function lengthOf(argument: number, name: string, length: number): Guard {
  return (args) => {
    const list = args[argument];
    if (Array.isArray(list) && list.length !== length)
      refuse(`'${name}' must be a list of ${length} numbers, not of ${list.length}`);
  };
}

function between(argument: number, name: string, low: number, high: number): Guard {
  return (args) => {
    const value = args[argument];
    if ((typeof value === 'number' || typeof value === 'bigint') && !(value >= low && value <= high))
      refuse(`'${name}' must be from ${low} to ${high}, not ${value}`);
  };
}

const all =
  (...list: Guard[]): Guard =>
  (args, overload) => {
    for (const guard of list) guard(args, overload);
  };

/** A NaN or an infinity turns into an index outside the image where coordinates are clipped or reflected. */
const finiteGrid: Guard = ([, grid, , paddingMode]) => {
  if (paddingMode === 0 || !isTensor(grid) || !onCpu(grid) || grid.numel === 0) return;
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
const finiteMatrix: Guard = ([self]) => {
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

/** Norms that come from singular values. */
function finiteIfSpectral(argument: number): Guard {
  return (args, overload) => {
    const order = args[argument];
    if (order === 'nuc' || order === 2 || order === -2) finiteMatrix(args, overload);
  };
}

const lowest: Record<string, bigint> = { int64: -(2n ** 63n), int32: -(2n ** 31n) };

/** The processor faults on dividing the most negative integer by -1: its negative does not exist. */
const dividesIntegers: Guard = ([self, other]) => {
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

/** By operator name in the dispatcher. */
export const guards: Record<string, Guard> = {
  'aten::reflection_pad1d': lengthOf(1, 'padding', 2),
  'aten::replication_pad1d': lengthOf(1, 'padding', 2),
  'aten::reflection_pad2d': lengthOf(1, 'padding', 4),
  'aten::replication_pad2d': lengthOf(1, 'padding', 4),
  // The square of the factor overflows to zero, and is divided by.
  'aten::pixel_shuffle': between(1, 'upscaleFactor', 1, 32767),
  'aten::pixel_unshuffle': between(1, 'downscaleFactor', 1, 32767),
  // So many views that the call does not come back.
  'aten::tensor_split': between(1, 'sections', 1, 65536),
  'aten::chunk': between(1, 'chunks', 1, 65536),
  'aten::grid_sampler': finiteGrid,
  'aten::grid_sampler_2d': finiteGrid,
  ...Object.fromEntries(
    `linalg_eigh linalg_eigvalsh linalg_svd linalg_svdvals svd linalg_pinv pinverse linalg_matrix_rank linalg_cond linalg_lstsq
    linalg_matrix_exp matrix_exp`
      .split(/\s+/)
      .map((name) => [`aten::${name}`, finiteMatrix]),
  ),
  'aten::linalg_norm': finiteIfSpectral(1),
  'aten::linalg_matrix_norm': finiteIfSpectral(1),
  'aten::norm': finiteIfSpectral(1),
  'aten::div': dividesIntegers,
  'aten::div_': dividesIntegers,
  'aten::floor_divide': dividesIntegers,
  'aten::floor_divide_': dividesIntegers,
  'aten::remainder': dividesIntegers,
  'aten::remainder_': dividesIntegers,
  'aten::fmod': dividesIntegers,
  'aten::fmod_': dividesIntegers,
};
void all;
