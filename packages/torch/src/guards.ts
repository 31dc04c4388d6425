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

/** A NaN or an infinity turns into an index outside the image where coordinates are clipped or reflected. */
const finiteGrid: Guard = ([, grid, , paddingMode]) => {
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

/** Norms that come from singular values: of matrices, for these orders. */
const finiteIfSpectral: Guard = (args, overload) => {
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

/** The kernel takes a step of 0 for one of 1, and reads behind the input. */
const noExpandedDimension: Guard = ([self, dim]) => {
  if (!isTensor(self) || !onCpu(self) || (typeof dim !== 'number' && typeof dim !== 'bigint')) return;
  const at = Number(dim) < 0 ? Number(dim) + self.ndim : Number(dim);
  if (self.stride[at] === 0 && (self.shape[at] as number) > 1)
    refuse(`dimension ${dim} is the result of an expand: call contiguous() first`);
};

/** The kernel reads a weight for every class without asking how many there are. */
const weightPerClass: Guard = ([self, , , , weight]) => {
  if (!isTensor(self) || !isTensor(weight)) return;
  const classes = self.shape[self.ndim - 1] ?? 1;
  if (weight.numel !== classes) refuse(`'weight' has ${weight.numel} elements for ${classes} classes`);
};

/** The kernel follows the sorter's indices wherever they lead. */
const sorterInside: Guard = (args) => {
  const [sequence, , , , , sorter] = args;
  if (!isTensor(sequence) || !isTensor(sorter) || sorter.numel === 0 || !onCpu(sorter)) return;
  const size = sequence.shape[sequence.ndim - 1] ?? 1;
  const handle = Tensor.handleOf(sorter);
  if (measure([['min', '']], handle) < 0 || measure([['max', '']], handle) >= size)
    refuse(`'sorter' must hold indices from 0 to ${size - 1}`);
};

/** The greatest value plus one is how many bins there are, and for the greatest integer overflows. */
const countable: Guard = ([self]) => {
  if (!isTensor(self) || !onCpu(self) || self.numel === 0 || !isInteger(self)) return;
  if (measure([['max', '']], Tensor.handleOf(self)) > 2 ** 40) refuse('a value is too large to count up to');
};

/** Kernels find the source of an output pixel by the scale alone, and leave the image where it contradicts the sizes. */
function agreeingScales(dims: number, sizes: number, scales: number): Guard {
  return (args, overload) => {
    const [self, wanted] = [args[0], args[sizes]];
    if (overload === 'vec') {
      for (const factor of (args[args.length - 1] as unknown[] | null | undefined) ?? [])
        if (!(typeof factor === 'number' && factor > 0 && factor < 2 ** 31))
          refuse(`a scale factor must be a positive number, not ${String(factor)}`);
      return;
    }
    if (!isTensor(self)) return;
    for (let i = 0; i < dims; i++) {
      const scale = args[scales + i];
      if (scale === undefined || scale === null) continue;
      const from = self.shape[self.ndim - dims + i] ?? 0;
      const to = Array.isArray(wanted) ? wanted[i] : wanted;
      if (Math.floor(from * Number(scale)) !== Number(to))
        refuse(`a scale of ${String(scale)} does not take ${from} pixels to ${String(to)}`);
    }
  };
}

/** Sparse tensors are outside what this package speaks of. */
function notSparse(argument: number, name: string): Guard {
  return (args) => {
    if (args[argument] === true) refuse(`'${name}' is not supported: gradients are dense`);
  };
}

/** Loops over the kernel's whole extent, most of it padding, do not come back. */
const sensibleKernel: Guard = (args) => {
  const kernel = args[1];
  for (const size of Array.isArray(kernel) ? kernel : [kernel])
    if (Number(size) > 2 ** 24) refuse(`'kernelSize' is ${String(size)}`);
};

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

const roundingDivision: Guard = (args, overload) => {
  if (overload.endsWith('_mode') && typeof args[2] === 'string') dividesIntegers(args, overload);
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
  'aten::combinations': between(1, 'r', 0, 64),
  // The most negative integer has no opposite, and the loop no end.
  'aten::matrix_power': between(1, 'n', -(2 ** 53), 2 ** 53),
  'aten::linalg_matrix_power': between(1, 'n', -(2 ** 53), 2 ** 53),
  'aten::grid_sampler': finiteGrid,
  'aten::grid_sampler_2d': finiteGrid,
  ...Object.fromEntries(
    `linalg_eigh linalg_eigvalsh linalg_svd linalg_svdvals svd linalg_pinv pinverse linalg_matrix_rank linalg_cond linalg_lstsq
    linalg_matrix_exp matrix_exp`
      .split(/\s+/)
      .map((name) => [`aten::${name}`, finiteMatrix]),
  ),
  'aten::linalg_norm': finiteIfSpectral,
  'aten::linalg_matrix_norm': finiteIfSpectral,
  'aten::multi_margin_loss': weightPerClass,
  'aten::searchsorted': sorterInside,
  'aten::bincount': countable,
  'aten::embedding': notSparse(4, 'sparse'),
  'aten::gather': notSparse(3, 'sparseGrad'),
  'aten::max_pool1d': sensibleKernel,
  'aten::max_pool2d': sensibleKernel,
  'aten::max_pool3d': sensibleKernel,
  'aten::avg_pool1d': sensibleKernel,
  'aten::avg_pool2d': sensibleKernel,
  'aten::avg_pool3d': sensibleKernel,
  'aten::upsample_nearest1d': agreeingScales(1, 1, 2),
  'aten::upsample_linear1d': agreeingScales(1, 1, 3),
  'aten::upsample_nearest2d': agreeingScales(2, 1, 2),
  'aten::upsample_bilinear2d': agreeingScales(2, 1, 3),
  'aten::upsample_bicubic2d': agreeingScales(2, 1, 3),
  'aten::_upsample_bilinear2d_aa': agreeingScales(2, 1, 3),
  'aten::_upsample_bicubic2d_aa': agreeingScales(2, 1, 3),
  'aten::median': noExpandedDimension,
  'aten::nanmedian': noExpandedDimension,
  'aten::div': roundingDivision,
  'aten::div_': roundingDivision,
  'aten::floor_divide': dividesIntegers,
  'aten::floor_divide_': dividesIntegers,
  'aten::remainder': dividesIntegers,
  'aten::remainder_': dividesIntegers,
  'aten::fmod': dividesIntegers,
  'aten::fmod_': dividesIntegers,
};
