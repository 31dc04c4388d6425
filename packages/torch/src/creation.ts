// Tensors from JavaScript values, and those that start from nothing.
import { type DType, dtypeOfArray, type MemoryFormat } from './dtype.js';
import { native } from './engine/load.js';
import * as operators from './generated/operators.js';
import { keep, runScope } from './lifetime.js';
import type { Generator } from './random.js';
import { type NestedNumbers, Tensor } from './tensor.js';

export interface CreationOptions {
  dtype?: DType;
  device?: string;
  requiresGrad?: boolean;
  memoryFormat?: MemoryFormat;
}

export interface RandomOptions extends CreationOptions {
  /** Where the numbers come from; the default generator if left out. */
  generator?: Generator;
}

function finish(tensor: Tensor, options: CreationOptions): Tensor {
  if (options.requiresGrad) tensor.requiresGrad = true;
  return tensor;
}

type Shape = readonly number[];

/** A tensor of shape `shape` with undefined elements. */
export function empty(shape: Shape, options: CreationOptions = {}): Tensor {
  const { dtype, device, memoryFormat } = options;
  return finish(operators.empty(shape, { dtype, device, memoryFormat }), options);
}

export function zeros(shape: Shape, options: CreationOptions = {}): Tensor {
  return finish(operators.zeros(shape, { dtype: options.dtype, device: options.device }), options);
}

export function ones(shape: Shape, options: CreationOptions = {}): Tensor {
  return finish(operators.ones(shape, { dtype: options.dtype, device: options.device }), options);
}

/** A tensor filled with `value`; float32 unless asked otherwise (JavaScript's 1 does not tell an integer from 1.0). */
export function full(shape: Shape, value: number | boolean, options: CreationOptions = {}): Tensor {
  const dtype = options.dtype ?? (typeof value === 'boolean' ? 'bool' : 'float32');
  return finish(operators.full(shape, value, { dtype, device: options.device }), options);
}

/** Uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype, device, generator } = options;
  return finish(
    generator ? operators.rand(shape, { generator, dtype, device }) : operators.rand(shape, { dtype, device }),
    options,
  );
}

/** Standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype, device, generator } = options;
  return finish(
    generator ? operators.randn(shape, { generator, dtype, device }) : operators.randn(shape, { dtype, device }),
    options,
  );
}

/**
 * A copy of a typed array as a tensor.
 * @param shape its product must be the array's length; one dimension if left out
 * @param options `dtype` reads the array's bytes as another type of the same size (`bool` from bytes, halves from Uint16Array) or converts the numbers
 */
export function fromTypedArray(
  array: ArrayBufferView & { length: number },
  shape: Shape = [array.length],
  options: CreationOptions = {},
): Tensor {
  const raw = array instanceof Uint16Array ? halfType(options.dtype) : dtypeOfArray(array);
  return runScope(() => {
    const tensor = new Tensor(native.fromBytes(array, raw, shape));
    const { dtype, device } = options;
    const converted = (dtype && dtype !== raw) || (device && device !== 'cpu') ? tensor.to({ dtype, device }) : tensor;
    return finish(converted, options);
  }, Tensor);
}

function halfType(dtype: DType | undefined): DType {
  if (dtype === 'bfloat16' || dtype === 'float16' || dtype === 'int16') return dtype;
  throw new TypeError(
    "a Uint16Array holds raw 16-bit patterns: say which with { dtype: 'bfloat16' }, 'float16' or 'int16'",
  );
}

function shapeOf(data: NestedNumbers | boolean): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) {
    // An array that contains itself has no end.
    if (shape.push(level.length) > 64) throw new TypeError('the arrays are nested deeper than 64 dimensions');
  }
  return shape;
}

function flatten(data: unknown, shape: Shape, depth: number, into: Float64Array, offset: number): number {
  if (depth === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean')
      throw new TypeError(`a tensor holds numbers; found ${typeof data}`);
    into[offset] = Number(data);
    return offset + 1;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) {
    throw new TypeError(
      `the nested arrays are ragged: dimension ${depth} should have ${shape[depth]} elements everywhere`,
    );
  }
  let next = offset;
  for (const element of data) next = flatten(element, shape, depth + 1, into, next);
  return next;
}

/**
 * A tensor from a number, nested arrays of numbers, or a typed array.
 * @param options `dtype` is float32 for JavaScript numbers and the array's own for a typed array; `shape` reshapes a typed array
 */
export function tensor(
  data: NestedNumbers | boolean | (ArrayBufferView & { length: number }),
  options: CreationOptions & { shape?: Shape } = {},
): Tensor {
  if (ArrayBuffer.isView(data)) return fromTypedArray(data, options.shape, options);
  const shape = shapeOf(data);
  const flat = new Float64Array(shape.reduce((a, b) => a * b, 1));
  flatten(data, shape, 0, flat, 0);
  const dtype = options.dtype ?? (typeof data === 'boolean' ? 'bool' : 'float32');
  return fromTypedArray(flat, options.shape ?? shape, { ...options, dtype });
}

/** A leaf that training updates: a kept copy of `value` that requires grad. */
export function parameter(value: Tensor): Tensor {
  return keep(value.detach().clone().requiresGrad_());
}
