/**
 * The four kinds of protobuf field that TensorBoard's `Event` needs. Written by hand: the format is frozen and these are 30
 * lines, while a protobuf library would bring its own copy of TensorFlow's schema files to keep.
 */

/** Bytes of an encoded message, or of a part of one. */
export type Encoded = Uint8Array;

/** Joins fields into one message. */
export function message(...fields: Encoded[]): Encoded {
  return Buffer.concat(fields);
}

/** A whole number, 0 to 2^53 (wire type 0). */
export function integer(field: number, value: number): Encoded {
  return message(varint(field * 8), varint(value));
}

/** A 64-bit float (wire type 1). */
export function double(field: number, value: number): Encoded {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(varint(field * 8 + 1), bytes);
}

/** Text, bytes or a message inside a message (wire type 2). */
export function bytes(field: number, value: string | Encoded): Encoded {
  const content = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return message(varint(field * 8 + 2), varint(content.length), content);
}

/** A 32-bit float (wire type 5). */
export function float(field: number, value: number): Encoded {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return message(varint(field * 8 + 5), bytes);
}

function varint(value: number): Encoded {
  const out: number[] = [];
  // Division, not shifts: steps may exceed 32 bits.
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  out.push(value);
  return Uint8Array.from(out);
}
