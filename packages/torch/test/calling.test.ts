// How operators are called: by position and by name, which overload is meant, and what errors say.
import * as torch from '@twoview/torch';
import { arange, cat, ones, TorchError, tensor, zeros } from '@twoview/torch';
import { describe, expect, it } from 'vitest';

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('arguments', () => {
  it('with defaults go by position or by name', () => {
    expect(x.sum([1], true).shape).toEqual([2, 1]);
    expect(x.sum([1], { keepdim: true }).shape).toEqual([2, 1]);
    expect(x.softmax(1).tolist()).toEqual(torch.softmax(x, 1).tolist());
    expect(x.flatten({ startDim: 0, endDim: 1 }).shape).toEqual([6]);
    expect(x.flatten(0).shape).toEqual([6]);
    expect(x.topk(2, { dim: 1, largest: false })[0].tolist()).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });

  it('that are keyword-only in PyTorch go by name alone', () => {
    expect(x.add(x, { alpha: 2 }).tolist()).toEqual([
      [3, 6, 9],
      [12, 15, 18],
    ]);
    expect(() => (x.add as (...args: unknown[]) => unknown)(x, 2, 3, 4)).toThrow(/no form of it takes these arguments/);
  });

  it('of a fixed count may be one number for all', () => {
    const image = ones([1, 1, 5, 5]);
    const weight = ones([1, 1, 3, 3]);
    const a = torch.conv2d(image, weight, { stride: 2, padding: 1 });
    const b = torch.conv2d(image, weight, { stride: [2, 2], padding: [1, 1] });
    expect(a.tolist()).toEqual(b.tolist());
    expect(torch.conv2d(image, weight, { padding: 'same' }).shape).toEqual([1, 1, 5, 5]);
  });

  it('that are optional may be null', () => {
    expect(torch.conv2d(ones([1, 1, 3, 3]), ones([1, 1, 3, 3]), null).item()).toBe(9);
    expect(x.clamp(null, 3).amax().item()).toBe(3);
    expect(x.clamp({ max: 3 }).amax().item()).toBe(3);
  });

  it('left undefined take their default', () => {
    expect(x.sum([1], { keepdim: undefined }).shape).toEqual([2]);
  });
});

describe('overloads', () => {
  it('are chosen by what is given', () => {
    expect(x.sum().item()).toBe(21);
    expect(x.sum(0).tolist()).toEqual([5, 7, 9]);
    expect(x.max().item()).toBe(6);
    expect(x.max(1).map((t) => t.tolist())).toEqual([
      [3, 6],
      [2, 2],
    ]);
    expect(x.max(tensor(3)).tolist()).toEqual([
      [3, 3, 3],
      [4, 5, 6],
    ]);
    expect(x.pow(2).sum().item()).toBe(91);
    expect(torch.pow(2, tensor([1, 2, 3])).tolist()).toEqual([2, 4, 8]);
    expect(x.div(2).tolist()).toEqual(x.div(tensor(2)).tolist());
    expect(x.div(2, { roundingMode: 'floor' }).tolist()).toEqual([
      [0, 1, 1],
      [2, 2, 3],
    ]);
    expect(x.std([0], { correction: 0 }).tolist()).toEqual([1.5, 1.5, 1.5]);
    expect(x.split(2, 1).map((t) => t.shape)).toEqual([
      [2, 2],
      [2, 1],
    ]);
    expect(arange(3).dtype).toBe('int64');
    expect(arange(1, 2, 0.5).tolist()).toEqual([1, 1.5]);
  });

  it('of functions and methods are the same', () => {
    expect(torch.matmul(x, x.t()).tolist()).toEqual(x.matmul(x.t()).tolist());
    expect(cat([x, x], 1).shape).toEqual([2, 6]);
    expect(cat([x, x], { dim: 1 }).shape).toEqual([2, 6]);
  });

  it('with several results give an array', () => {
    const [values, indices] = x.sort(1, true);
    expect(values.tolist()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(indices.dtype).toBe('int64');
  });

  it('that write in place return the very tensor', () => {
    const t = zeros([2]);
    expect(t.add_(1)).toBe(t);
    expect(t.tolist()).toEqual([1, 1]);
  });

  it('over lists work on all tensors of it', () => {
    const list = [ones([2]), ones([3])];
    torch.foreachMul_(list, 3);
    torch.foreachAdd_(list, [ones([2]), ones([3])], { alpha: 2 });
    expect(list.map((t) => t.tolist())).toEqual([
      [5, 5],
      [5, 5, 5],
    ]);
  });
});

describe('numbers', () => {
  it('that are whole count as integers, as in Python', () => {
    const t = tensor([1, 2], { dtype: 'int64' });
    expect(t.add(1).dtype).toBe('int64');
    expect(t.add(1.5).dtype).toBe('float32');
    expect(t.add(true).dtype).toBe('int64');
    expect(t.add(2n ** 40n).tolist()).toEqual([2 ** 40 + 1, 2 ** 40 + 2]);
  });

  it('must be whole where the operator takes integers', () => {
    expect(() => x.sum([0.5])).toThrow(/'dim' must be an integer/);
    expect(() => (x.select as (...args: unknown[]) => unknown)(0.5, 0)).toThrow(/no form/);
    expect(() => x.select(0, Number.NaN)).toThrow(/no form/);
  });
});

describe('errors', () => {
  const message = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return (error as Error).message;
    }
    throw new Error('it did not throw');
  };

  it('name the operator, its arguments with dtypes and shapes, and the reason', () => {
    const text = message(() => x.matmul(ones([2, 2], { dtype: 'float64' })));
    expect(text).toMatch(/^matmul\(float32 \[2, 3\], float64 \[2, 2\]\): /);
    expect(text).toMatch(/3/);
    expect(message(() => x.view([4]))).toMatch(/^view\(float32 \[2, 3\], \[4\]\): .*invalid for input of size 6/);
    expect(message(() => torch.conv2d(x, x, { stride: 0 }))).toMatch(
      /^conv2d\(float32 \[2, 3\], float32 \[2, 3\], \{ stride: 0 \}\): /,
    );
  });

  it('say which forms there are where none fits', () => {
    const text = message(() => (x.add as (other: unknown) => unknown)('1'));
    expect(text).toMatch(
      /add\(float32 \[2, 3\], '1'\): no form of it takes these arguments; it takes \(self: Tensor, other: Tensor, \{ alpha\?: Scalar \}\) or/,
    );
    expect(message(() => (x.sum as (o: unknown) => unknown)({ nope: 1 }))).toMatch(/no form/);
  });

  it('are TorchError for what libtorch refuses and TypeError for wrong types', () => {
    expect(() => x.matmul(x)).toThrow(TorchError);
    expect(() => (x.add as (other: unknown) => unknown)({})).toThrow(TypeError);
    expect(() => zeros([1], { dtype: 'complex64' as never })).toThrow(/unknown dtype 'complex64'/);
    expect(() => zeros([1], { device: 'cuda:77' })).toThrow(/there is no/);
    expect(() => zeros([1], { device: 'toaster' })).toThrow(/device/i);
  });

  it('refuse what memory cannot hold', () => {
    expect(() => zeros([2 ** 40])).toThrow(/not enough memory/);
    expect(() =>
      ones([2 ** 20])
        .unsqueeze(1)
        .add(ones([2 ** 20])),
    ).toThrow(/not enough memory/);
    expect(() => zeros([2 ** 31, 2 ** 31, 2 ** 31])).toThrow();
    expect(() => zeros([-1])).toThrow(/negative/);
    expect(() =>
      ones([1])
        .expand([2 ** 50])
        .sum(),
    ).toThrow(/share a few bytes/);
  });

  it('end where arrays contain themselves', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(message(() => (x.matmul as (other: unknown) => unknown)(loop))).toMatch(
      /^matmul\(float32 \[2, 3\], \[\[\[.*\.\.\./,
    );
    expect(() => tensor(loop as number[])).toThrow(/deeper than 64/);
  });

  it('show odd values without failing on them', () => {
    for (const odd of [Symbol('s'), () => 1, new Map(), Object.create(null), new Proxy({}, {}), 1n, undefined]) {
      expect(message(() => (x.matmul as (other: unknown) => unknown)(odd))).toMatch(/^matmul\(/);
    }
  });
});
