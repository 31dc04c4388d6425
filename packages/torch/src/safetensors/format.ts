// The safetensors format: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes without gaps.
// Nothing in a file is trusted: each name, shape and range is checked before a byte of a tensor is read.

import { elementSize } from '../dtype.js';
import type { DType } from '../index.js';
import { duplicateKey } from './json.js';

/** The format's own limit. */
export const maxHeaderBytes = 100_000_000;

/** A tensor as the header describes it; its bytes are `[begin, end)` of the part after the header. */
export interface Entry {
  name: string;
  dtype: DType;
  shape: readonly number[];
  begin: number;
  end: number;
}

export interface Header {
  /** In the order of their bytes. */
  entries: Entry[];
  metadata: Record<string, string>;
}

const toFormat: Record<DType, string> = {
  float64: 'F64',
  float32: 'F32',
  bfloat16: 'BF16',
  float16: 'F16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const fromFormat = new Map(Object.entries(toFormat).map(([dtype, name]) => [name, dtype as DType]));

/** The length of the header, from the file's first 8 bytes. Throws if it cannot be. */
export function headerLength(prefix: Uint8Array, fileBytes: number): number {
  if (fileBytes < 8) throw new Error(`it has ${fileBytes} bytes, too few for the length of a header`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    throw new Error(`its header would have ${length} bytes; the format allows ${maxHeaderBytes}`);
  if (Number(length) > fileBytes - 8)
    throw new Error(`it is cut off: its header has ${length} bytes and the file ${fileBytes}`);
  return Number(length);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('its header is not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('its header is not JSON');
  }
  if (!isObject(value) || !text.startsWith('{')) throw new Error('its header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new Error(`its header has the key ${quote(twice)} twice`);
  return value;
}

/** A name from a file as a message may show it. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isObject(value)) throw new Error('its __metadata__ is not an object');
  for (const [key, text] of Object.entries(value)) {
    checkName(key);
    if (typeof text !== 'string') throw new Error(`its metadata ${quote(key)} is not a string`);
  }
  return value as Record<string, string>;
}

/** Throws for the one name that would change objects rather than fill them. */
function checkName(name: string): void {
  if (name === '__proto__') throw new Error("it uses the name '__proto__', which is not allowed");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseEntry(name: string, value: unknown): Entry {
  const fail = (what: string): never => {
    throw new Error(`its tensor ${quote(name)} ${what}`);
  };
  checkName(name);
  if (!isObject(value)) return fail('is not described by an object');
  const { dtype: format, shape, data_offsets: offsets } = value;
  const dtype = fromFormat.get(String(format));
  if (typeof format !== 'string' || !dtype) {
    return fail(`has dtype ${quote(String(format))}; supported are ${[...fromFormat.keys()].join(', ')}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount))
    return fail('has a shape that is not a list of whole numbers from 0 on');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail('has offsets that are not two whole numbers from 0 on');
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.includes(0) ? 0 : (shape as number[]).reduce((a, b) => a * b, elementSize(dtype));
  if (!Number.isSafeInteger(bytes)) return fail('is too large');
  if (end - begin !== bytes)
    return fail(`needs ${bytes} bytes by its shape and dtype, but its offsets span ${end - begin}`);
  return { name, dtype, shape, begin, end };
}

/**
 * Reads and checks a header.
 * @param dataBytes how many bytes follow it in the file
 * @throws Error whose message continues a sentence about the file
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number): Header {
  const { __metadata__: metadata, ...tensors } = parseJson(bytes);
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position)
      throw new Error(
        `its tensor ${quote(name)} ${begin < position ? 'overlaps the one before' : 'leaves a gap before it'}`,
      );
    position = end;
  }
  if (position > dataBytes)
    throw new Error(`it is cut off: its tensors have ${position} bytes and the file holds ${dataBytes} of them`);
  if (position < dataBytes) throw new Error(`it has ${dataBytes - position} bytes that belong to no tensor`);
  return { entries, metadata: metadata === undefined ? {} : parseMetadata(metadata) };
}

/**
 * Lays out a file: the widest dtypes first, so that every tensor is aligned, then by name.
 * @returns the header with its length before it, padded to 8 bytes, and the entries in the order of their bytes
 * @throws Error on a name that the format cannot hold
 */
export function layOut(
  tensors: Iterable<{ name: string; dtype: DType; shape: readonly number[] }>,
  metadata: Readonly<Record<string, string>>,
): { header: Uint8Array; entries: Entry[] } {
  const order = [...tensors].sort((a, b) => elementSize(b.dtype) - elementSize(a.dtype) || (a.name < b.name ? -1 : 1));
  const fields: string[] = [];
  const field = (name: string, value: unknown) => {
    if (name === '__proto__' || Buffer.from(name).toString() !== name) {
      throw new Error(`a safetensors file cannot hold the name ${JSON.stringify(name)}`);
    }
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  };
  for (const [key, text] of Object.entries(metadata)) {
    if (key === '__proto__' || typeof text !== 'string')
      throw new TypeError(`metadata is strings by name; '${key}' is not one`);
  }
  if (Object.keys(metadata).length > 0) field('__metadata__', metadata);
  let position = 0;
  const entries = order.map(({ name, dtype, shape }): Entry => {
    if (name === '__metadata__') throw new Error("a safetensors file cannot hold a tensor named '__metadata__'");
    const begin = position;
    position += shape.reduce((a, b) => a * b, elementSize(dtype));
    field(name, { dtype: toFormat[dtype], shape, data_offsets: [begin, position] });
    return { name, dtype, shape, begin, end: position };
  });
  const json = Buffer.from(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maxHeaderBytes)
    throw new Error(`the names and shapes need a header of ${length} bytes; the format allows ${maxHeaderBytes}`);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return { header, entries };
}
