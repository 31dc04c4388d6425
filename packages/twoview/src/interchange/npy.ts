// NPY, NumPy's array format (version 1.0): embeddings on disk that everything can read.
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

const types = { float32: '<f4', float64: '<f8', int32: '<i4', uint8: '|u1' } as const;

function dtypeOf(array: Float32Array | Float64Array | Int32Array | Uint8Array): keyof typeof types {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  return array instanceof Int32Array ? 'int32' : 'uint8';
}

/** The header of an array of that type and shape, padded so that the data start at a multiple of 64 bytes. */
export function npyHeader(dtype: keyof typeof types, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${types[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padding = 64 - ((10 + dict.length + 1) % 64);
  const text = `${dict}${' '.repeat(padding % 64)}\n`;
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8]),
    Buffer.from(text, 'latin1'),
  ]);
}

/**
 * Writes an array in one step: a reader sees the old file or the new one.
 * @param shape its product must be the array's length
 */
export function writeNpy(
  path: string,
  array: Float32Array | Float64Array | Int32Array | Uint8Array,
  shape: readonly number[],
): void {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count !== array.length)
    throw new RangeError(`the shape [${shape.join(', ')}] has ${count} elements, the array ${array.length}`);
  const temporary = `${path}.${process.pid}.part`;
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, npyHeader(dtypeOf(array), shape));
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 26));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
