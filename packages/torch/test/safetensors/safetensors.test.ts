// The file format: exact round trips, an independent reader and writer, and files that were made to do harm.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DType, empty, memory, randn, type Tensor, tensor } from '@twoview/torch';
import { inspect, load, save } from '@twoview/torch/safetensors';
import { afterAll, describe, expect, it } from 'vitest';
import { python, runPython } from '../support/python.js';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const dtypes: DType[] = [
  'float64',
  'float32',
  'bfloat16',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** One tensor of every dtype, a scalar, an empty one, one that is not contiguous, and a name that needs escapes. */
function everything(): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>(
    dtypes.map((dtype) => [
      `of.${dtype}`,
      tensor([
        [0, 1, 2],
        [1, 0, 3],
      ]).to({ dtype }),
    ]),
  );
  tensors.set('scalar', tensor(-1.5, { dtype: 'float64' }));
  tensors.set('empty', empty([0, 3]));
  tensors.set('transposed', randn([3, 5]).t());
  tensors.set('channelsLast', randn([2, 3, 4, 5]).contiguous({ memoryFormat: 'channels_last' }));
  tensors.set('7', randn([2], { requiresGrad: true }));
  tensors.set('näme "with" \\ ✓', tensor([1, 2, 3], { dtype: 'int8' }));
  return tensors;
}

/** A file with the given header text and data; `length` overrides the header's. */
function craft(
  name: string,
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(0),
  length?: bigint,
): string {
  const bytes = typeof header === 'string' ? Buffer.from(header) : header;
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(bytes.length));
  writeFileSync(at(name), Buffer.concat([prefix, bytes, data]));
  return at(name);
}

describe('save and load', () => {
  it('keep every dtype, shape and bit, and the metadata', () => {
    const tensors = everything();
    save(at('all'), tensors, { format: 'pt', 'épo"que': '3' });
    const loaded = load(at('all'));
    expect(loaded.metadata).toEqual({ format: 'pt', 'épo"que': '3' });
    expect([...loaded.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, value] of tensors) {
      const back = loaded.tensors.get(name) as Tensor;
      expect([name, back.dtype, back.shape, back.requiresGrad]).toEqual([name, value.dtype, value.shape, false]);
      expect(back.data()).toEqual(value.data());
    }
  });

  it('align every tensor and write the same bytes for the same tensors in any order', () => {
    const tensors = everything();
    save(at('a'), tensors);
    save(at('b'), new Map([...tensors].reverse()));
    expect(readFileSync(at('a')).equals(readFileSync(at('b')))).toBe(true);
    const length = Number(readFileSync(at('a')).readBigUInt64LE());
    expect(length % 8).toBe(0);
    const sizes: Record<string, number> = {
      float64: 8,
      int64: 8,
      float32: 4,
      int32: 4,
      bfloat16: 2,
      float16: 2,
      int16: 2,
    };
    for (const { dtype, begin } of inspect(at('a')).entries) expect(begin % (sizes[dtype] ?? 1)).toBe(0);
  });

  it('replace a file in one step, and leave the old one and no rest where writing fails', () => {
    save(at('kept'), { a: tensor([1]) });
    const freed = tensor([2]);
    const list = new Map([
      ['a', tensor([3])],
      ['b', freed],
    ]);
    const before = readFileSync(at('kept'));
    Object.defineProperty(freed, 'data', {
      value: () => {
        throw new Error('lost');
      },
    });
    expect(() => save(at('kept'), list)).toThrow('lost');
    expect(readFileSync(at('kept')).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('refuse names and metadata that the format cannot hold', () => {
    expect(() => save(at('no'), new Map([['__metadata__', tensor(1)]]))).toThrow(/'__metadata__'/);
    expect(() => save(at('no'), new Map([['__proto__', tensor(1)]]))).toThrow(/__proto__/);
    expect(() => save(at('no'), new Map([['\ud800', tensor(1)]]))).toThrow(/cannot hold the name/);
    expect(() => save(at('no'), {}, { step: 3 as unknown as string })).toThrow(/'step' is not one/);
    expect(existsSync(at('no'))).toBe(false);
  });

  it('hold a large tensor in memory once', () => {
    const bytes = 64 << 20;
    save(at('large'), { w: empty([bytes / 4]).fill_(1.5) });
    const before = memory().bytes;
    const { tensors } = load(at('large'));
    expect(memory().bytes - before).toBeLessThan(bytes * 1.01);
    expect(tensors.get('w')?.mean().item()).toBe(1.5);
    rmSync(at('large'));
  });
});

const reader = `
import struct, numpy
names = {'F64': 'float64', 'F32': 'float32', 'F16': 'float16', 'BF16': 'bfloat16', 'I64': 'int64', 'I32': 'int32',
         'I16': 'int16', 'I8': 'int8', 'U8': 'uint8', 'BOOL': 'bool'}
def read(path):
    raw = open(path, 'rb').read()
    n, = struct.unpack('<Q', raw[:8])
    header = json.loads(raw[8:8 + n].decode('utf-8'))
    metadata = header.pop('__metadata__', {})
    tensors, end = {}, 0
    for name, e in sorted(header.items(), key=lambda item: item[1]['data_offsets']):
        begin, stop = e['data_offsets']
        assert begin == end
        end = stop
        dtype = getattr(torch, names[e['dtype']])
        t = torch.frombuffer(bytearray(raw[8 + n + begin:8 + n + stop]), dtype=dtype) if stop > begin else torch.empty(0, dtype=dtype)
        tensors[name] = t.reshape(e['shape'])
    assert 8 + n + end == len(raw)
    return tensors, metadata
`;

describe.skipIf(!python)('an independent reader and writer in Python', () => {
  it('reads what was saved here, and is read here', () => {
    const tensors = everything();
    save(at('ours'), tensors, { by: 'typescript' });
    const seen = runPython<{ tensors: Record<string, [string, number[], number[]]>; metadata: unknown }>(
      `${reader}
tensors, metadata = read(data['ours'])
result = {'metadata': metadata, 'tensors': {k: [str(t.dtype)[6:], list(t.shape), t.double().flatten().tolist()] for k, t in tensors.items()}}
theirs = {'x': torch.arange(6, dtype=torch.float16).reshape(2, 3), 'flags': torch.tensor([True, False])}
body = b''
header = {'__metadata__': {'by': 'python'}}
for (k, t), dtype in zip(theirs.items(), ['F16', 'BOOL']):
    raw = t.numpy().tobytes()
    header[k] = {'dtype': dtype, 'shape': list(t.shape), 'data_offsets': [len(body), len(body) + len(raw)]}
    body += raw
text = json.dumps(header, indent=1).encode()
open(data['theirs'], 'wb').write(struct.pack('<Q', len(text)) + text + body)
`,
      { ours: at('ours'), theirs: at('theirs') },
    );
    expect(seen.metadata).toEqual({ by: 'typescript' });
    for (const [name, value] of tensors) {
      expect(seen.tensors[name]).toEqual([value.dtype, value.shape, Array.from(value.double().data() as Float64Array)]);
    }
    const { tensors: theirs, metadata } = load(at('theirs'));
    expect(metadata).toEqual({ by: 'python' });
    expect(theirs.get('x')?.dtype).toBe('float16');
    expect(theirs.get('x')?.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(theirs.get('flags')?.tolist()).toEqual([1, 0]);
  });
});

describe('a file that is no good', () => {
  const entry = (fields: Record<string, unknown> = {}) => ({
    dtype: 'F32',
    shape: [2],
    data_offsets: [0, 8],
    ...fields,
  });
  const one = (fields: Record<string, unknown>) => JSON.stringify({ w: entry(fields) });
  const eight = new Uint8Array(8);
  const cases: [string, string | Uint8Array, RegExp, Uint8Array?, bigint?][] = [
    ['a header above the limit', '{}', /header would have 100000001 bytes/, undefined, 100_000_001n],
    ['an absurd header length', '{}', /header would have 18446744073709551615 bytes/, undefined, 2n ** 64n - 1n],
    ['a header beyond the end', '{}', /cut off: its header has 3 bytes and the file 10/, undefined, 3n],
    ['a header that is not JSON', '{"w":', /not JSON/],
    ['NaN in JSON', '{"w":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', /not JSON/],
    ['a header that is no object', '[]', /not a JSON object/],
    ['space before the header', ' {}', /not a JSON object/],
    ['a header that is not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), /not UTF-8/],
    ['a name twice', `{"w":${JSON.stringify(entry())},"w":${JSON.stringify(entry())}}`, /key "w" twice/, eight],
    [
      'a name twice, once escaped',
      `{"w":${JSON.stringify(entry())},"\\u0077" :${JSON.stringify(entry())}}`,
      /key "w" twice/,
      eight,
    ],
    ['a field twice', '{"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', /key "shape" twice/, eight],
    ['the name __proto__', `{"__proto__":${JSON.stringify(entry())}}`, /'__proto__'/, eight],
    ['__proto__ in metadata', '{"__metadata__":{"__proto__":"x"}}', /'__proto__'/],
    ['metadata that is no object', '{"__metadata__":[]}', /__metadata__ is not an object/],
    ['metadata that is no string', '{"__metadata__":{"a":{}}}', /metadata "a" is not a string/],
    ['an entry that is no object', '{"w":null}', /"w" is not described by an object/],
    ['an unknown dtype', one({ dtype: 'F8_E4M3' }), /"w" has dtype "F8_E4M3"; supported are F64, F32/, eight],
    ['a dtype from a prototype', one({ dtype: 'constructor' }), /has dtype "constructor"/, eight],
    ['a dtype that is a list', one({ dtype: ['F32'] }), /has dtype/, eight],
    ['a negative size', one({ shape: [-2] }), /shape that is not a list of whole numbers/, eight],
    ['a fractional size', one({ shape: [0.5] }), /shape/, eight],
    ['an infinite size', '{"w":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}', /shape/, eight],
    ['a shape that is a number', one({ shape: 2 }), /shape/, eight],
    ['sizes whose product overflows', one({ shape: [2 ** 31, 2 ** 31, 2 ** 31] }), /too large/, eight],
    ['sizes whose product overflows to 0', one({ shape: [2 ** 32, 2 ** 32], data_offsets: [0, 0] }), /too large/],
    [
      'offsets in reverse',
      one({ data_offsets: [8, 0] }),
      /needs 8 bytes by its shape and dtype, but its offsets span -8/,
      eight,
    ],
    [
      'offsets that do not fit the shape',
      one({ shape: [3] }),
      /needs 12 bytes by its shape and dtype, but its offsets span 8/,
      eight,
    ],
    ['one offset', one({ data_offsets: [8] }), /offsets/, eight],
    ['offsets that are text', one({ data_offsets: ['0', '8'] }), /offsets/, eight],
    ['a gap at the start', one({ data_offsets: [4, 12] }), /leaves a gap/, new Uint8Array(12)],
    [
      'a gap between',
      JSON.stringify({ a: entry(), b: entry({ data_offsets: [9, 17] }) }),
      /"b" leaves a gap/,
      new Uint8Array(17),
    ],
    [
      'tensors that overlap',
      JSON.stringify({ a: entry(), b: entry({ data_offsets: [4, 12] }) }),
      /"b" overlaps/,
      new Uint8Array(12),
    ],
    ['tensors over the same bytes', JSON.stringify({ a: entry(), b: entry() }), /overlaps/, eight],
    ['too few bytes', one({}), /cut off: its tensors have 8 bytes and the file holds 7/, new Uint8Array(7)],
    ['too many bytes', one({}), /1 bytes that belong to no tensor/, new Uint8Array(9)],
    ['booleans that are none', one({ dtype: 'BOOL', data_offsets: [0, 2] }), /neither 0 nor 1/, Uint8Array.of(1, 2)],
  ];

  it.each(cases)('is refused: %s', (title, header, message, data, length) => {
    const path = craft(title, header, data, length);
    const before = memory().handles;
    expect(() => load(path)).toThrow(message);
    expect(() => load(path)).toThrow(`${path} is not a safetensors file that can be read: it`);
    expect(memory().handles).toBe(before);
  });

  it('is refused when it is shorter than any, a folder, or missing', () => {
    for (const size of [0, 7]) {
      writeFileSync(at('short'), Buffer.alloc(size));
      expect(() => load(at('short'))).toThrow(`it has ${size} bytes, too few`);
    }
    expect(() => load(folder)).toThrow(/not a regular file/);
    expect(() => load(at('nowhere'))).toThrow(/ENOENT/);
  });

  it('is refused at every length it may be cut to', () => {
    save(at('cut'), { a: tensor([1, 2]), b: tensor([3], { dtype: 'int8' }) }, { note: 'x' });
    for (let size = readFileSync(at('cut')).length - 1; size >= 0; size--) {
      truncateSync(at('cut'), size);
      expect(() => load(at('cut'))).toThrow(/is not a safetensors file/);
    }
  });

  it('does not slow the reader down with a long name', () => {
    const name = `${'\\\\'.repeat(500_000)}${'x'.repeat(1_000_000)}`;
    const path = craft('long', `{"${name}":${JSON.stringify(entry({ dtype: 'nope' }))}}`);
    const start = performance.now();
    expect(() => load(path)).toThrow(/has dtype "nope"/);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('changes no object of the process', () => {
    craft('proto', '{"__metadata__":{"constructor":"x","toString":"y"}}');
    expect(load(at('proto')).metadata).toEqual({ constructor: 'x', toString: 'y' });
    expect({}.toString()).toBe('[object Object]');
  });
});
