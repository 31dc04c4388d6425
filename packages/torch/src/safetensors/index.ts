// @twoview/torch/safetensors: tensors by name in files that every framework reads, and that cannot run code.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { empty, scope, type Tensor } from '../index.js';
import { readFully, replaceFile, writeFully } from './files.js';
import { type Entry, type Header, headerLength, layOut, parseHeader } from './format.js';

export type { Entry } from './format.js';

/** What a file holds. */
export interface Loaded {
  /** On the CPU, in the order of their bytes. */
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/**
 * Writes tensors, atomically: `path` holds the old file or all of the new one. Layout in memory, device and grad are
 * not kept; a tensor that comes under two names is written twice.
 * @param metadata strings by name
 * @throws Error on a name or a metadata value that the format cannot hold; nothing is written then
 */
export function save(
  path: string,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const byName = tensors instanceof Map ? (tensors as ReadonlyMap<string, Tensor>) : new Map(Object.entries(tensors));
  const described = Array.from(byName, ([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { header, entries } = layOut(described, metadata);
  replaceFile(path, (file) => {
    writeFully(file, header);
    for (const { name } of entries) {
      const { buffer, byteOffset, byteLength } = (byName.get(name) as Tensor).data();
      writeFully(file, new Uint8Array(buffer, byteOffset, byteLength));
    }
  });
}

/** Opens, checks the header, and hands both on. Errors name the file. */
function withHeader<T>(path: string, use: (file: number, header: Header, dataStart: number) => T): T {
  const file = openSync(path, 'r');
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error('it is not a regular file');
    const prefix = new Uint8Array(8);
    if (status.size >= 8) readFully(file, prefix, 0);
    const bytes = new Uint8Array(headerLength(prefix, status.size));
    readFully(file, bytes, 8);
    const dataStart = 8 + bytes.length;
    return use(file, parseHeader(bytes, status.size - dataStart), dataStart);
  } catch (error) {
    throw new Error(`${path} is not a safetensors file that can be read: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    closeSync(file);
  }
}

/** Names, dtypes, shapes and metadata, without reading a tensor. Throws what `load` throws. */
export function inspect(path: string): { entries: Entry[]; metadata: Record<string, string> } {
  return withHeader(path, (_, header) => header);
}

/**
 * Reads all tensors, each straight into its own memory.
 * @throws Error with one sentence if the file is cut off, malformed, hostile, or holds a dtype that libtorch 1.13 lacks
 */
export function load(path: string): Loaded {
  return withHeader(path, (file, { entries, metadata }, dataStart) =>
    scope(() => {
      const tensors = new Map<string, Tensor>();
      for (const entry of entries) tensors.set(entry.name, readTensor(file, entry, dataStart));
      return { tensors, metadata };
    }),
  );
}

function readTensor(file: number, { name, dtype, shape, begin, end }: Entry, dataStart: number): Tensor {
  const tensor = empty(shape, { dtype });
  if (end === begin) return tensor;
  const { buffer, byteOffset, byteLength } = tensor.share();
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  readFully(file, bytes, dataStart + begin);
  if (dtype === 'bool' && bytes.some((byte) => byte > 1))
    throw new Error(`its tensor ${JSON.stringify(name)} has booleans that are neither 0 nor 1`);
  return tensor;
}
