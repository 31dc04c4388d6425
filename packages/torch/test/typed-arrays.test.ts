// Numbers in and out: nested arrays, typed arrays of each dtype, copies and shared memory.
import { type DType, fromTypedArray, ones, scope, tensor, zeros } from '@twoview/torch';
import { describe, expect, it } from 'vitest';

const arrays: [DType, ArrayBufferView & { length: number }][] = [
  ['float32', Float32Array.of(1.5, -2, 0, 1e-40)],
  ['float64', Float64Array.of(Math.PI, -0, 1e300, 4)],
  ['int64', BigInt64Array.of(1n, -2n, 2n ** 62n, -(2n ** 63n))],
  ['int32', Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31))],
  ['int16', Int16Array.of(1, -2, 32767, -32768)],
  ['int8', Int8Array.of(1, -2, 127, -128)],
  ['uint8', Uint8Array.of(1, 2, 255, 0)],
];

describe('typed arrays', () => {
  it.each(arrays)('%s goes in and comes out bit for bit, as a copy', (dtype, array) => {
    const t = fromTypedArray(array, [2, 2]);
    expect(t.dtype).toBe(dtype);
    expect(t.shape).toEqual([2, 2]);
    const out = t.data();
    expect(out).toEqual(array);
    expect(out.constructor).toBe(array.constructor);
    out.reverse();
    const before = t.data();
    expect(before).toEqual(array);
    (array as Float32Array).reverse();
    expect(t.data()).toEqual(before);
  });

  it('bool comes from and as bytes', () => {
    const t = fromTypedArray(Uint8Array.of(1, 0, 1), [3], { dtype: 'bool' });
    expect(t.dtype).toBe('bool');
    expect(t.data()).toEqual(Uint8Array.of(1, 0, 1));
    expect(t.tolist()).toEqual([1, 0, 1]);
  });

  it('half types go in and out as raw 16-bit patterns', () => {
    const bits = Uint16Array.of(0x3f80, 0xc000, 0x7f80);
    const t = fromTypedArray(bits, [3], { dtype: 'bfloat16' });
    expect(t.dtype).toBe('bfloat16');
    expect(t.data()).toEqual(bits);
    expect(t.tolist()).toEqual([1, -2, Infinity]);
    expect(fromTypedArray(Uint16Array.of(0x3c00), [1], { dtype: 'float16' }).tolist()).toEqual([1]);
    expect(() => fromTypedArray(bits)).toThrow(/raw 16-bit patterns/);
  });

  it('a typed array that is a window of a longer buffer gives its own elements alone', () => {
    const window = new Float32Array(Float32Array.of(1, 2, 3, 4).buffer, 4, 2);
    expect(fromTypedArray(window).tolist()).toEqual([2, 3]);
  });

  it('refuses a shape that the array does not fill, and arrays that have no dtype', () => {
    expect(() => fromTypedArray(new Float32Array(3), [2, 2])).toThrow(/needs 16 bytes, the array has 12/);
    expect(() => fromTypedArray(new Float32Array(3), [-3])).toThrow(/at least 0/);
    expect(() => fromTypedArray(new Float32Array(0), [2 ** 40, 2 ** 40])).toThrow(/too many elements/);
    expect(() => fromTypedArray(new Uint32Array(3) as never)).toThrow(/cannot be made from Uint32Array/);
  });

  it('data() of a view is its own elements in row-major order', () => {
    const t = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(Array.from(t.transpose(0, 1).data() as Float32Array)).toEqual([1, 4, 2, 5, 3, 6]);
    expect(Array.from(t.narrow(1, 1, 2).data() as Float32Array)).toEqual([2, 3, 5, 6]);
    expect(Array.from(tensor([1]).expand([3]).data() as Float32Array)).toEqual([1, 1, 1]);
  });

  it('copyFrom overwrites elements and refuses another number of bytes', () => {
    const t = zeros([3]);
    t.copyFrom(Float32Array.of(1, 2, 3));
    expect(t.tolist()).toEqual([1, 2, 3]);
    expect(() => t.copyFrom(Float32Array.of(1))).toThrow(/12 bytes, the array has 4/);
    expect(() => t.copyFrom([1, 2, 3] as never)).toThrow(/typed array/);
  });
});

describe('nested arrays', () => {
  it('make tensors of their depth, float32 unless asked otherwise', () => {
    const t = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect([t.dtype, t.shape]).toEqual(['float32', [2, 2]]);
    expect(tensor([1, 2], { dtype: 'int64' }).data()).toEqual(BigInt64Array.of(1n, 2n));
    expect(tensor(3).shape).toEqual([]);
    expect(tensor(true).dtype).toBe('bool');
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it('are refused where ragged or not of numbers', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/ragged/);
    expect(() => tensor([[1], 2] as never)).toThrow(TypeError);
    expect(() => tensor(['1'] as never)).toThrow(/holds numbers; found string/);
  });

  it('come back through tolist and item', () => {
    expect(tensor([[1, 2.5]]).tolist()).toEqual([[1, 2.5]]);
    expect(tensor(4).tolist()).toBe(4);
    expect(zeros([2, 0, 3]).tolist()).toEqual([[], []]);
    expect(tensor([7], { dtype: 'int64' }).item()).toBe(7);
    expect(fromTypedArray(BigInt64Array.of(2n ** 60n)).item()).toBe(2n ** 60n);
    expect(tensor(true).item()).toBe(1);
    expect(() => tensor([1, 2]).item()).toThrow(/exactly one element; this one has 2/);
  });
});

describe('share', () => {
  it('gives one and the same memory, in both directions and for every view of a storage', () => {
    const t = zeros([2, 3]);
    const shared = t.share() as Float32Array;
    shared[4] = 9;
    expect(t.tolist()).toEqual([
      [0, 0, 0],
      [0, 9, 0],
    ]);
    t.fill_(2);
    expect(Array.from(shared)).toEqual([2, 2, 2, 2, 2, 2]);
    const row = t.select(0, 1).share();
    expect(row.buffer).toBe(shared.buffer);
    expect([row.byteOffset, row.length]).toEqual([12, 3]);
  });

  it('outlives the tensor', () => {
    const t = ones([1000]);
    const shared = t.share() as Float32Array;
    t.dispose();
    scope(() => {
      for (let i = 0; i < 50; i++) zeros([1000]);
    });
    expect(shared.every((v) => v === 1)).toBe(true);
  });

  it('cannot be transferred to another thread', () => {
    const shared = ones([4]).share();
    // Node 20 copies in place of transferring; later ones throw. In no case is the memory taken away.
    try {
      structuredClone(shared, { transfer: [shared.buffer as ArrayBuffer] });
    } catch {}
    expect(Array.from(shared as Float32Array)).toEqual([1, 1, 1, 1]);
  });

  it('works for a tensor without elements', () => {
    expect(zeros([0, 3]).share().length).toBe(0);
  });

  it('is refused where the elements do not lie in a row', () => {
    expect(() => ones([2, 3]).transpose(0, 1).share()).toThrow(/contiguous/);
  });
});
