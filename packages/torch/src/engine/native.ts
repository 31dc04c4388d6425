// The shape of the native addon. Handles are numbers; src/tensor.ts gives them a face.

/** A tensor's or generator's number in this thread's table. Meaningless in any other thread. */
export type Handle = number;

/** One argument of an operator, as the library's own schema states it. */
export interface ArgumentSchema {
  name: string;
  kind: string;
  optional: boolean;
  /** N of `int[N]`, where one number stands for N equal ones; else 0. */
  listSize: number;
  keywordOnly: boolean;
  /** Whether the operator writes into this argument. */
  written: boolean;
  /** The default's text, absent where there is none. */
  default?: string;
}

export interface OperatorSchema {
  name: string;
  overload: string;
  arguments: ArgumentSchema[];
  returns: string[];
  /** The index of the argument that an in-place operator returns, or -1. */
  returnsArgument: number;
}

export interface MemoryStatistics {
  /** Live handles in this thread. */
  handles: number;
  /** Bytes in live CPU tensors, of the whole process. */
  bytes: number;
  /** The most bytes there ever were, since the last reset. */
  peakBytes: number;
  /** Freed bytes that the allocator keeps for reuse. */
  cachedBytes: number;
}

export interface CudaMemoryStatistics {
  bytes: number;
  peakBytes: number;
  reservedBytes: number;
}

export interface NativeTorch {
  schemas(prefix: string): OperatorSchema[];
  findOperator(name: string, overload: string): (OperatorSchema & { id: number }) | null;
  call(id: number, ...args: unknown[]): unknown;

  release(handle: Handle): boolean;
  releaseMany(handles: Float64Array, count: number): void;
  alias(handle: Handle): Handle;
  shape(handle: Handle): number[];
  stride(handle: Handle): number[];
  dtype(handle: Handle): string;
  device(handle: Handle): string;
  numel(handle: Handle): number;
  nbytes(handle: Handle): number;
  isContiguous(handle: Handle, channelsLast?: boolean): boolean;
  fromBytes(data: ArrayBufferView, dtype: string, shape: readonly number[]): Handle;
  toBytes(handle: Handle): ArrayBuffer;
  copyBytes(handle: Handle, data: ArrayBufferView): void;
  share(handle: Handle): { buffer: ArrayBuffer; byteOffset: number };
  item(handle: Handle): number | bigint | boolean;

  backward(outputs: Handle[], gradOutputs: (Handle | null)[], retain: boolean, create: boolean, inputs: Handle[]): void;
  grad(
    outputs: Handle[],
    inputs: Handle[],
    gradOutputs: (Handle | null)[],
    retain: boolean,
    create: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  gradMode(): boolean;
  setGradMode(enabled: boolean): void;
  requiresGrad(handle: Handle): boolean;
  setRequiresGrad(handle: Handle, value: boolean): void;
  isLeaf(handle: Handle): boolean;
  gradOf(handle: Handle): Handle | null;
  setGradOf(handle: Handle, gradient: Handle | null): void;
  retainGrad(handle: Handle): void;

  createGenerator(device: string, seed: number): Handle;
  defaultGenerator(device: string): Handle;
  releaseGenerator(handle: Handle): boolean;
  seedGenerator(handle: Handle, seed: number): void;
  generatorState(handle: Handle): Handle;
  setGeneratorState(handle: Handle, state: Handle): void;

  version(): string;
  config(): string;
  numThreads(): number;
  setNumThreads(threads: number): void;
  setDeterministic(wanted: boolean): void;
  memory(): MemoryStatistics;
  resetPeakMemory(): void;
  emptyMemoryCache(): void;
  setMemoryLimit(bytes: number): void;
  adjustExternal(delta: number): void;
  loadLibrary(path: string): void;

  cudaDeviceCount(): number;
  cudaSynchronize(device: number): void;
  cudaMemory(device: number): CudaMemoryStatistics | null;
}
