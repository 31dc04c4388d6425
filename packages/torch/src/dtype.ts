// Element types: their names, sizes, and the typed arrays that hold them in JavaScript.

export const dtypes = [
  'float32',
  'float64',
  'bfloat16',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
] as const;

/** A tensor's element type, by PyTorch's name. */
export type DType = (typeof dtypes)[number];

/** How a tensor's dimensions lie in memory. */
export type MemoryFormat = 'contiguous' | 'channels_last' | 'channels_last_3d' | 'preserve';

/** A number that an operator takes beside tensors. Whole numbers count as integers, as PyTorch's `2` does. */
export type Scalar = number | boolean | bigint;

export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array;

type TypedArrayConstructor = {
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
};

// JavaScript has no half-precision array on Node 20: those two come as raw 16-bit patterns.
const arrays: Record<DType, TypedArrayConstructor> = {
  float32: Float32Array,
  float64: Float64Array,
  bfloat16: Uint16Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** A typed array over `buffer`, of the class that holds elements of `dtype`. */
export function viewBuffer(buffer: ArrayBuffer, dtype: DType, byteOffset = 0, length?: number): TypedArray {
  return new arrays[dtype](buffer, byteOffset, length);
}

/** Bytes of one element. */
export function elementSize(dtype: DType): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** Whether `dtype` has a fraction and can carry a gradient. */
export function isFloatingPoint(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'bfloat16' || dtype === 'float16';
}

/** The dtype that a typed array holds by itself. Throws for arrays that libtorch has no type for. */
export function dtypeOfArray(array: ArrayBufferView): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof BigInt64Array) return 'int64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  throw new TypeError(
    `a tensor cannot be made from ${array.constructor.name}: use Float32Array, Float64Array, BigInt64Array, Int32Array, Int16Array, Int8Array or Uint8Array`,
  );
}
