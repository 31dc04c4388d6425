// What each dtype stores, computes and refuses on the CPU.
import {
  type DType,
  dtypes,
  elementSize,
  isFloatingPoint,
  noGrad,
  ones,
  type Tensor,
  tensor,
  zeros,
} from '@twoview/torch';
import { describe, expect, it } from 'vitest';

describe.each([...dtypes])('%s', (dtype) => {
  it('is made, cast to and from every other, copied and compared', () => {
    const t = tensor([0, 1, 1], { dtype });
    expect(t.dtype).toBe(dtype);
    expect(t.data().BYTES_PER_ELEMENT).toBe(elementSize(dtype));
    for (const other of dtypes) {
      const cast = t.to({ dtype: other });
      expect(cast.dtype).toBe(other);
      expect(cast.tolist()).toEqual([0, 1, 1]);
      expect(cast.to({ dtype }).tolist()).toEqual([0, 1, 1]);
    }
    expect(t.clone().eq(t).all().item()).toBe(1);
    expect(zeros([2], { dtype }).tolist()).toEqual([0, 0]);
    expect(t.view([3, 1]).transpose(0, 1).contiguous().tolist()).toEqual([[0, 1, 1]]);
  });

  it('carries a gradient exactly if it has a fraction', () => {
    const make = () => ones([1], { dtype, requiresGrad: true });
    if (isFloatingPoint(dtype)) expect(make().requiresGrad).toBe(true);
    else expect(make).toThrow(/cannot require grad/);
  });
});

it('float16 rounds to 11 bits and overflows to infinity', () => {
  expect(tensor([1 + 2 ** -11, 65504, 70000], { dtype: 'float16' }).tolist()).toEqual([1, 65504, Infinity]);
});

it('float16 on the CPU computes or says plainly that it does not', () => {
  const a = ones([2, 2], { dtype: 'float16' });
  for (const compute of [() => a.matmul(a), () => a.exp(), () => a.softmax(0), () => a.mean()]) {
    let result: Tensor;
    try {
      result = compute();
    } catch (error) {
      expect((error as Error).message).toMatch(/not implemented for 'Half'/);
      continue;
    }
    expect(result.dtype).toBe('float16');
  }
});

it('bfloat16 computes matrix products and gradients', () => {
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'bfloat16', requiresGrad: true },
  );
  const y = a.matmul(a);
  expect(y.dtype).toBe('bfloat16');
  expect(y.float().tolist()).toEqual([
    [7, 10],
    [15, 22],
  ]);
  y.sum().backward();
  expect(a.grad?.dtype).toBe('bfloat16');
});

it('mixed dtypes promote as in PyTorch', () => {
  const of = (a: DType, b: DType) => ones([1], { dtype: a }).add(ones([1], { dtype: b })).dtype;
  expect(of('int64', 'float32')).toBe('float32');
  expect(of('uint8', 'int8')).toBe('int16');
  expect(of('bool', 'uint8')).toBe('uint8');
  expect(of('bfloat16', 'float16')).toBe('float32');
  expect(of('float32', 'float64')).toBe('float64');
});

it('integers divide truly, floor on request, and refuse zero', () => {
  const t = tensor([7, -7], { dtype: 'int64' });
  expect(t.div(2).tolist()).toEqual([3.5, -3.5]);
  expect(t.div(2, { roundingMode: 'floor' }).tolist()).toEqual([3, -4]);
  expect(t.div(2, { roundingMode: 'trunc' }).tolist()).toEqual([3, -3]);
  expect(t.remainder(4).tolist()).toEqual([3, 1]);
  expect(() => t.div(0, { roundingMode: 'floor' })).toThrow(/ZeroDivision/);
  expect(() => t.remainder(0)).toThrow(/ZeroDivision/);
});

it('in-place operators keep the dtype and refuse a result that does not fit it', () => {
  const t = ones([1], { dtype: 'int64' });
  expect(() => t.add_(0.5)).toThrow(/can't be cast/);
  noGrad(() => t.add_(1));
  expect(t.dtype).toBe('int64');
});
