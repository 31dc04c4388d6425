// Guards that look at sizes, lengths and options alone: they cost no pass over the elements.
import { native } from '../engine/load.js';
import { Tensor } from '../tensor.js';
import { type Guard, isTensor, onCpu, refuse } from './guard.js';

/** Lengths are not checked natively: a short list is read behind its end. */
export function lengthOf(argument: number, name: string, length: number): Guard {
  return (args) => {
    const list = args[argument];
    if (Array.isArray(list) && list.length !== length)
      refuse(`'${name}' must be a list of ${length} numbers, not of ${list.length}`);
  };
}

/** Widths of two sides a padded dimension, and an input of that many dimensions and channels, with or without a batch: on others libtorch 2.6 aborts. */
export function padding(dimensions: 1 | 2): Guard {
  const widths = lengthOf(1, 'padding', 2 * dimensions);
  const [least, most] = [dimensions + 1, dimensions + 2];
  return (args, overload) => {
    widths(args, overload);
    const [input] = args;
    if (isTensor(input) && (input.ndim < least || input.ndim > most))
      refuse(`the input must have ${least} or ${most} dimensions, not ${input.ndim}`);
  };
}

export function between(argument: number, name: string, low: number, high: number): Guard {
  return (args) => {
    const value = args[argument];
    if ((typeof value === 'number' || typeof value === 'bigint') && !(value >= low && value <= high))
      refuse(`'${name}' must be from ${low} to ${high}, not ${value}`);
  };
}

/** So many views that the call does not come back. */
export const sections: Guard = (args, overload) => {
  const [self, count, ...rest] = args;
  const value =
    isTensor(count) && count.ndim === 0 && onCpu(count) ? Number(native.item(Tensor.handleOf(count))) : count;
  between(1, 'sections', 1, 65536)([self, value, ...rest], overload);
};

const mostViews = 2 ** 20;

/** The same for operators that make a view for each step along a dimension. */
export function countedViews(dimArgument: number, lengthArgument?: number): Guard {
  return (args) => {
    const [self, dim, length] = [
      args[0],
      Number(args[dimArgument] ?? 0),
      lengthArgument === undefined ? 1 : args[lengthArgument],
    ];
    if (!isTensor(self) || Array.isArray(length)) return;
    const size = self.shape[dim < 0 ? dim + self.ndim : dim] ?? 0;
    if (size / Math.max(1, Number(length)) > mostViews)
      refuse(`that would make more than ${mostViews} tensors of a dimension of ${size}`);
  };
}

/** The kernel takes a step of 0 for one of 1, and reads behind the input. */
export const noExpandedDimension: Guard = ([self, dim]) => {
  if (!isTensor(self) || !onCpu(self) || (typeof dim !== 'number' && typeof dim !== 'bigint')) return;
  const at = Number(dim) < 0 ? Number(dim) + self.ndim : Number(dim);
  if (self.stride[at] === 0 && (self.shape[at] as number) > 1)
    refuse(`dimension ${dim} is the result of an expand: call contiguous() first`);
};

/** The kernel reads a weight for every class without asking how many there are. */
export const weightPerClass: Guard = ([self, , , , weight]) => {
  if (!isTensor(self) || !isTensor(weight)) return;
  const classes = self.shape[self.ndim - 1] ?? 1;
  if (weight.numel !== classes) refuse(`'weight' has ${weight.numel} elements for ${classes} classes`);
};

/** The channels a group are a quotient that becomes zero, and is divided by. */
export const groupsWithin: Guard = (args) => {
  const [weight, groups] = [args[1], args[6]];
  if (!isTensor(weight) || groups === undefined || groups === null) return;
  const channels = weight.shape[0] ?? 0;
  if (!(Number(groups) >= 1 && Number(groups) <= Math.max(1, channels)))
    refuse(`'groups' must be from 1 to the weight's first size (${channels}), not ${String(groups)}`);
};

/** Loops over the kernel's whole extent, most of it padding, do not come back. */
export const sensibleKernel: Guard = (args) => {
  const kernel = args[1];
  for (const size of Array.isArray(kernel) ? kernel : [kernel])
    if (Number(size) > 2 ** 24) refuse(`'kernelSize' is ${String(size)}`);
};

/** Kernels find the source of an output pixel by the scale alone, and leave the image where it contradicts the sizes. */
export function agreeingScales(dims: number, sizes: number, scales: number): Guard {
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
export function notSparse(argument: number, name: string): Guard {
  return (args) => {
    if (args[argument] === true) refuse(`'${name}' is not supported: gradients are dense`);
  };
}

/** The derivative of distances between no points is written where nothing is. */
export const somePoints: Guard = ([self]) => {
  if (isTensor(self) && self.ndim > 0 && self.shape[0] === 0) refuse('there are no points to take distances between');
};

/** The kernels step through these as if each channel had a place of its own in memory. */
export const ownChannels: Guard = ([, ...vectors]) => {
  for (const vector of vectors.slice(0, 4))
    if (isTensor(vector) && vector.numel > 1 && vector.stride.includes(0))
      refuse('a weight, bias or running statistic is the result of an expand: call contiguous() first');
};

/** A pooling window that lies in the padding alone takes its maximum from an element that is not there. */
export function windowsWithin(dimensions: 1 | 2 | 3): Guard {
  return ([self, kernelSize, stride, padding, dilation]) => {
    if (!isTensor(self)) return;
    const at = (list: unknown, i: number, otherwise: number) => {
      const value = Array.isArray(list) ? (list.length > 1 ? list[i] : list[0]) : list;
      return value === undefined || value === null ? otherwise : Number(value);
    };
    for (let i = 0; i < dimensions; i++) {
      const size = self.shape[self.ndim - dimensions + i] ?? 0;
      const kernel = at(kernelSize, i, 1);
      const [step, pad, apart] = [at(stride, i, kernel), at(padding, i, 0), at(dilation, i, 1)];
      if (!(step > 0 && apart > 0)) return; // refused by libtorch
      for (let start = -pad; start < 0; start += step) {
        const first = Math.ceil(-start / apart);
        if (first >= kernel || start + first * apart >= size)
          refuse(`a window of ${kernel} elements, ${apart} apart, lies wholly in the padding of ${size} elements`);
      }
    }
  };
}
