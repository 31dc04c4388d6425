// Calls that end the process in libtorch 1.13, or read memory that is not theirs: here each is an Error.
import * as torch from '@twoview/torch';
import { fromTypedArray, full, grad, ones, scope, type Tensor, tensor, zeros } from '@twoview/torch';
import { describe, expect, it } from 'vitest';

const int64 = (values: number[]) => tensor(values, { dtype: 'int64' });
const lowest = () => fromTypedArray(BigInt64Array.of(-(2n ** 63n), 1n));
const image = (size = 4) => ones([1, 1, size, size]);

const calls: [name: string, call: () => unknown, message: RegExp][] = [
  [
    'reflectionPad2d with a short list',
    () => torch.reflectionPad2d(image(), []),
    /'padding' must be a list of 4 numbers, not of 0/,
  ],
  ['replicationPad1d with a short list', () => torch.replicationPad1d(ones([1, 1, 4]), [1]), /list of 2/],
  [
    'replicationPad1d of an image',
    () => torch.replicationPad1d(ones([2, 3, 4, 4]), [2, 1]),
    /2 or 3 dimensions, not 4/,
  ],
  [
    'int32 divided by a number that is -1 in 32 bits',
    () => tensor([-(2 ** 31)], { dtype: 'int32' }).div(2 ** 32 - 1, { roundingMode: 'trunc' }),
    /does not fit in int32/,
  ],
  [
    'int32 divided by a 0-d int64 that is -1 in 32 bits',
    () => tensor([-(2 ** 31)], { dtype: 'int32' }).fmod(tensor(2 ** 32 - 1, { dtype: 'int64' })),
    /does not fit in int32/,
  ],
  [
    'the least common multiple of the lowest int32',
    () => tensor([-(2 ** 31)], { dtype: 'int32' }).lcm(tensor([6], { dtype: 'int32' })),
    /no absolute value in int32/,
  ],
  ['distances between no points', () => torch.pdist(zeros([0, 1]), 0.2), /no points/],
  [
    'roll by thousands of numbers',
    () => torch.roll(ones([2, 2]), new Array(100000).fill(1), new Array(100000).fill(0)),
    /at most 64 dimensions/,
  ],
  [
    'batchNorm with an expanded weight',
    () => torch.batchNorm(ones([4, 5]), ones([1]).expand([5]), null, null, null, true, 0.1, 1e-5, false),
    /call contiguous\(\) first/,
  ],
  [
    'maxPool2d over windows of padding alone',
    () => torch.maxPool2d(ones([1, 1, 2, 2]), 2, 2, 1, 3, true),
    /wholly in the padding/,
  ],
  ['tile by a thousand numbers', () => torch.tile(ones([2]), new Array(1000).fill(1)), /at most 64 dimensions/],
  ['pixelShuffle by 2^32', () => torch.pixelShuffle(image(), 2 ** 32), /'upscaleFactor' must be from 1 to 32767/],
  ['pixelUnshuffle by 0', () => torch.pixelUnshuffle(image(), 0), /from 1/],
  [
    'gridSampler at NaN with reflection',
    () => torch.gridSampler(image(), full([1, 2, 2, 2], Number.NaN), 0, 2, true),
    /NaN or infinite/,
  ],
  ['svd of infinities', () => torch.linalgSvd(full([5, 3], Infinity)), /NaN or infinite/],
  ['eigh of NaN', () => torch.linalgEigh(full([3, 3], Number.NaN)), /NaN or infinite/],
  ['the nuclear norm of infinities', () => torch.linalgMatrixNorm(full([3, 3], Infinity), 'nuc'), /NaN or infinite/],
  ['the lowest int64 divided by -1', () => lowest().div(-1, { roundingMode: 'trunc' }), /does not fit in int64/],
  ['the same with tensors', () => lowest().floorDivide(int64([-1, -1])), /does not fit in int64/],
  [
    'the remainder of the lowest int32',
    () => tensor([-(2 ** 31)], { dtype: 'int32' }).remainder(-1),
    /does not fit in int32/,
  ],
  ['fmod of the lowest int64', () => lowest().fmod(-1), /does not fit/],
  ['a number divided by a tensor of -1', () => torch.remainder(-(2n ** 63n), int64([-1])), /does not fit/],
  [
    'multiMarginLoss with too few weights',
    () => torch.multiMarginLoss(ones([3, 400]), int64([0, 399, 1]), 1, 1, ones([2])),
    /2 elements for 400 classes/,
  ],
  [
    'searchsorted with a wild sorter',
    () => torch.searchsorted(ones([3]), ones([3]), { sorter: int64([0, 1e8, 2]) }),
    /indices from 0 to 2/,
  ],
  [
    'bincount of the greatest int64',
    () => torch.bincount(fromTypedArray(BigInt64Array.of(2n ** 63n - 1n))),
    /too large to count/,
  ],
  [
    'resizing by a scale that contradicts the sizes',
    () => torch.upsampleBilinear2d(image(), [90, 90], false, 0.5, 0.5),
    /a scale of 0.5 does not take 4 pixels to 90/,
  ],
  ['resizing by NaN', () => torch.upsampleNearest2d(image(), null, [Number.NaN, 2]), /positive number, not NaN/],
  ['sparse gradients', () => torch.embedding(ones([3, 2]), int64([0]), { sparse: true }), /gradients are dense/],
  ['pooling over a kernel of 2^40', () => torch.maxPool1d(ones([1, 1, 4]), 2 ** 40, 1, 2 ** 39), /'kernelSize'/],
  ['the median along an expanded dimension', () => ones([1]).expand([500]).median(0), /call contiguous\(\) first/],
  ['a million sections', () => torch.tensorSplit(ones([3]), 1e6), /from 1 to 65536/],
  [
    'a matrix to the power of the lowest int64',
    () => torch.linalgMatrixPower(ones([2, 2]), Number(-(2n ** 63n))),
    /'n' must be/,
  ],
  [
    'a convolution in 2^40 groups',
    () => torch.convTranspose1d(ones([4, 5]), ones([4, 3, 2]), { groups: 2 ** 40 }),
    /'groups' must be from 1 to the weight's first size \(4\)/,
  ],
  [
    'a tensor for each of 2^33 elements',
    () =>
      ones([1])
        .expand([2 ** 33])
        .unbind(),
    /more than 1048576 tensors/,
  ],
  ['combinations of 2^31', () => torch.combinations(ones([3]), 2 ** 31), /'r' must be from 0 to 64/],
  ['a dimension of 2^40 without elements', () => zeros([2 ** 40, 0, 0]).matmul(zeros([0, 0])), /a dimension so long/],
  [
    'a sum over 2^45 elements that are one',
    () =>
      ones([1])
        .expand([2 ** 45])
        .sum(),
    /share a few bytes/,
  ],
  [
    'a gradient of 2^45 elements',
    () =>
      ones([1], { requiresGrad: true })
        .expand([2 ** 45])
        .backward(ones([1]).expand([2 ** 45])),
    /share a few bytes/,
  ],
];

describe('refused', () => {
  it.each(calls)('%s', (_name, call, message) => {
    expect(() => scope(call)).toThrow(message);
  });
});

describe('not refused', () => {
  it('what the guards have no reason to', () => {
    expect(torch.median(ones([3, 1]).expand([3, 5]), 0)[0].shape).toEqual([5]);
    expect(int64([7, -7]).div(-1, { roundingMode: 'floor' }).tolist()).toEqual([-7, 7]);
    expect(
      int64([2 ** 31, -(2 ** 31)])
        .div(-1, { roundingMode: 'floor' })
        .tolist(),
    ).toEqual([-(2 ** 31), 2 ** 31]);
    expect(tensor([-128], { dtype: 'int8' }).floorDivide(-1).dtype).toBe('int8');
    expect(
      lowest()
        .fmod(tensor([255], { dtype: 'uint8' }))
        .tolist(),
    ).toEqual([-128, 1]);
    expect(ones([300]).split(new Array(300).fill(1)).length).toBe(300);
    expect(torch.maxPool2d(image(5), 3, 2, 1).shape).toEqual([1, 1, 3, 3]);
    expect(torch.maxPool2d(image(9), [2, 3], [1], 1, 2, true).shape).toEqual([1, 1, 9, 7]);
    expect(lowest().div(-1).tolist()).toEqual([2 ** 63, -1]);
    expect(torch.gridSampler(image(), full([1, 2, 2, 2], Number.NaN), 0, 0, true).shape).toEqual([1, 1, 2, 2]);
    expect(torch.upsampleBilinear2d(image(), [9, 9], false, 2.3, 2.3).shape).toEqual([1, 1, 9, 9]);
    expect(torch.upsampleNearest2d(image(), null, [2.3, 2.3]).shape).toEqual([1, 1, 9, 9]);
    expect(torch.searchsorted(tensor([3, 1, 2]), tensor([2]), { sorter: int64([1, 2, 0]) }).tolist()).toEqual([1]);
    expect(torch.bincount(int64([1, 1, 3])).tolist()).toEqual([0, 2, 0, 1]);
    expect(torch.linalgNorm(full([2, 2], Infinity)).item()).toBe(Infinity);
  });

  it('derivatives that libtorch gives as zeros without memory', () => {
    const x = tensor([1, -2], { requiresGrad: true });
    expect((grad(x.sgn().sum(), [x])[0] as Tensor).tolist()).toEqual([0, 0]);
    x.sgn().sum().backward();
    x.grad?.add_(1);
    expect(x.grad?.tolist()).toEqual([1, 1]);
    expect(zeros([2]).share().length).toBe(2);
  });
});
