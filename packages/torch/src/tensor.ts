// The Tensor class: a handle with a face. Operators become methods in methods.ts; their types come from generated/types.ts.
import { markAsUntransferable } from 'node:worker_threads';
import type { DType, MemoryFormat, TypedArray } from './dtype.js';
import { isFloatingPoint, viewBuffer } from './dtype.js';
import { native } from './engine/load.js';
import type { Handle } from './engine/native.js';
import type { TensorMethods } from './generated/types.js';
import { free, track, type Watch } from './lifetime.js';

type Convert = (self: Tensor, options: Parameters<Tensor['to']>[0]) => Tensor;
let convert: Convert = () => {
  throw new Error('the operators are not attached: import from @twoview/torch');
};

/** @internal Lets methods.ts hand over the operator behind `to`, which cannot be imported here without a cycle. */
export function setConvert(operator: Convert): void {
  convert = operator;
}

/** Nested arrays of numbers, as deep as a tensor has dimensions. */
export type NestedNumbers = number | NestedNumbers[];

export interface Tensor extends TensorMethods {}

/**
 * A multi-dimensional array on the CPU or a CUDA device, with a gradient where one is wanted.
 *
 * Operators never change a tensor's shape, dtype or device; only those whose name ends in `_` change its elements.
 * Every member throws an Error once the tensor was freed.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are attached to the prototype from the same table that the type is generated from
export class Tensor {
  #handle: Handle;
  #shape: readonly number[] | undefined;
  #dtype: DType | undefined;
  /** @internal See lifetime.ts. */
  watch: Watch | null = null;

  /** @internal Tensors are made by `tensor()`, `zeros()` and their like, and by operators. */
  constructor(handle: Handle) {
    this.#handle = handle;
    track(this);
  }

  /** @internal The native handle, or 0 once freed. */
  get handle(): Handle {
    return this.#handle;
  }

  #live(): Handle {
    if (this.#handle === 0) {
      throw new Error(
        'this tensor was freed: by dispose(), or at the end of the scope() that it was made in; return it from the scope, or keep() it',
      );
    }
    return this.#handle;
  }

  /** @internal */
  static handleOf(value: Tensor): Handle {
    return value.#live();
  }

  /** @internal To be called after `aten::set_data`, which may change the dtype. */
  static forgetCached(value: Tensor): void {
    value.#shape = undefined;
    value.#dtype = undefined;
  }

  /** @internal Makes a tensor forget its handle, which the caller now frees. */
  static relinquish(tensor: Tensor): Handle {
    const handle = tensor.#handle;
    tensor.#handle = 0;
    return handle;
  }

  /** @internal Whether `value` is a Tensor of this thread; a structured clone of one is not. */
  static isTensor(value: unknown): value is Tensor {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  /** Sizes of the dimensions; `[]` for a scalar. */
  get shape(): readonly number[] {
    this.#shape ??= Object.freeze(native.shape(this.#live()));
    return this.#shape;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return native.numel(this.#live());
  }

  get dtype(): DType {
    this.#dtype ??= native.dtype(this.#live()) as DType;
    return this.#dtype;
  }

  /** `'cpu'`, `'cuda:0'`, ... */
  get device(): string {
    return native.device(this.#live());
  }

  /** Steps in elements between neighbours, by dimension. */
  get stride(): readonly number[] {
    return native.stride(this.#live());
  }

  /** Size of dimension `dim`; negative counts from the last. Throws a RangeError outside the tensor's dimensions. */
  size(dim: number): number {
    const size = this.shape[dim < 0 ? dim + this.ndim : dim];
    if (size === undefined)
      throw new RangeError(`dimension ${dim} is outside a tensor of shape [${this.shape.join(', ')}]`);
    return size;
  }

  /** Whether the elements lie in memory in row-major order (or, if asked, in channels-last order). */
  isContiguous(memoryFormat: 'contiguous' | 'channels_last' = 'contiguous'): boolean {
    return native.isContiguous(this.#live(), memoryFormat === 'channels_last');
  }

  get requiresGrad(): boolean {
    return native.requiresGrad(this.#live());
  }

  set requiresGrad(value: boolean) {
    native.setRequiresGrad(this.#live(), value);
  }

  /** Sets requiresGrad and returns this tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /** Whether the tensor is no result of a recorded operation. */
  get isLeaf(): boolean {
    return native.isLeaf(this.#live());
  }

  /** The accumulated gradient, of this tensor's shape, or null. Each read makes a new Tensor over the same elements. */
  get grad(): Tensor | null {
    const handle = native.gradOf(this.#live());
    return handle === null ? null : new Tensor(handle);
  }

  set grad(value: Tensor | null) {
    native.setGradOf(this.#live(), value === null ? null : value.#live());
  }

  /** Keeps the gradient of a tensor that is not a leaf. */
  retainGrad(): void {
    native.retainGrad(this.#live());
  }

  /**
   * Accumulates into the leaves' `grad` the derivative of this tensor.
   * @param gradient what to weigh its elements with; may be left out for a scalar
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean; createGraph?: boolean } = {}): void {
    const create = options.createGraph ?? false;
    native.backward([this.#live()], [gradient ? gradient.#live() : null], options.retainGraph ?? create, create, []);
  }

  /** The only element. Throws if there is not exactly one. An int64 beyond 2^53 comes as a bigint. */
  item(): number {
    const value = native.item(this.#live());
    return typeof value === 'boolean' ? Number(value) : (value as number);
  }

  /** A copy of the elements in row-major order; half-precision ones as raw 16-bit patterns. */
  data(): TypedArray {
    return viewBuffer(native.toBytes(this.#live()), this.dtype);
  }

  /** The elements as nested arrays of numbers (a number for a scalar). */
  tolist(): NestedNumbers {
    const dtype = this.dtype;
    const half = isFloatingPoint(dtype) && dtype !== 'float32' && dtype !== 'float64';
    if (half) return this.float().tolist();
    const flat = Array.from(this.data() as Float32Array, Number);
    const nest = (dim: number, offset: number): NestedNumbers => {
      if (dim === this.ndim) return flat[offset] as number;
      const inner = this.shape.slice(dim + 1).reduce((a, b) => a * b, 1);
      return Array.from({ length: this.shape[dim] as number }, (_, i) => nest(dim + 1, offset + i * inner));
    };
    return nest(0, 0);
  }

  /**
   * The elements without a copy: writes go both ways. The array pins the tensor's storage; it cannot be transferred to
   * a worker. CPU and contiguous only.
   */
  share(): TypedArray {
    if (this.numel === 0) return viewBuffer(new ArrayBuffer(0), this.dtype); // an external buffer of nothing is detached
    const { buffer, byteOffset } = native.share(this.#live());
    markAsUntransferable(buffer);
    return viewBuffer(buffer, this.dtype, byteOffset, this.numel);
  }

  /** Overwrites the elements with those of a typed array of as many bytes. CPU and contiguous only. */
  copyFrom(array: ArrayBufferView): this {
    native.copyBytes(this.#live(), array);
    return this;
  }

  /**
   * The tensor with another dtype, device or memory format; this very tensor's elements where nothing changes.
   * Throws if the device does not exist or the dtype cannot live there.
   */
  to(options: {
    dtype?: DType;
    device?: string;
    memoryFormat?: MemoryFormat;
    copy?: boolean;
    nonBlocking?: boolean;
  }): Tensor {
    return convert(this, options);
  }

  float(): Tensor {
    return convert(this, { dtype: 'float32' });
  }

  double(): Tensor {
    return convert(this, { dtype: 'float64' });
  }

  get isDisposed(): boolean {
    return this.#handle === 0;
  }

  /** Frees this handle now. The memory goes when no other tensor or graph needs it. A second call does nothing. */
  dispose(): void {
    if (this.#handle === 0) return;
    free(this);
    this.#handle = 0;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return this.#handle === 0
      ? 'Tensor(freed)'
      : `Tensor(${this.dtype} [${this.shape.join(', ')}]${this.device === 'cpu' ? '' : ` on ${this.device}`})`;
  }

  /** Tells console.log what a tensor is. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
