// The engine as a whole: versions, threads, memory, devices.
import { native } from './engine/load.js';
import type { CudaMemoryStatistics, MemoryStatistics } from './engine/native.js';

export type { CudaMemoryStatistics, MemoryStatistics } from './engine/native.js';

/** libtorch's version, such as `1.13.0`. */
export const version: string = native.version();

/** How libtorch was built, and with which libraries it computes. */
export function config(): string {
  return native.config();
}

/** Live tensors of this thread, and the CPU bytes of the process. */
export function memory(): MemoryStatistics {
  return native.memory();
}

/** Makes `memory().peakBytes` start again from the bytes in use now. */
export function resetPeakMemory(): void {
  native.resetPeakMemory();
}

/** Returns the freed blocks that the CPU allocator keeps for reuse to the system. */
export function emptyMemoryCache(): void {
  native.emptyMemoryCache();
}

/** Refuses (with an Error) CPU allocations beyond this many live bytes; 0 stands for the machine's own limit. */
export function setMemoryLimit(bytes: number): void {
  native.setMemoryLimit(bytes);
}

/** Threads that one operator called from this JavaScript thread may use. */
export function getNumThreads(): number {
  return native.numThreads();
}

export function setNumThreads(threads: number): void {
  native.setNumThreads(threads);
}

/** Chooses algorithms whose result does not depend on timing, where CUDA offers a choice. */
export function setDeterministic(wanted: boolean): void {
  native.setDeterministic(wanted);
}

/** CUDA devices that the library can use. */
export const cuda = {
  isAvailable(): boolean {
    return native.cudaDeviceCount() > 0;
  },
  deviceCount(): number {
    return native.cudaDeviceCount();
  },
  /** Waits until the device has done all that was asked of it. Throws if there is no such device. */
  synchronize(device = 0): void {
    native.cudaSynchronize(device);
  },
  /** Bytes on the device, or null where the build cannot tell. Throws if there is no such device. */
  memory(device = 0): CudaMemoryStatistics | null {
    return native.cudaMemory(device);
  },
};
