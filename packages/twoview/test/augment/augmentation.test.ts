import * as torch from '@twoview/torch';
import {
  type Augmentation,
  createAugmentation,
  createEvaluationTransform,
  loadNativeKernels,
  PARAM,
  PARAM_COUNT,
  policies,
  policyNames,
  policySchema,
} from 'twoview/augment';
import { describe, expect, test } from 'vitest';
import { testImages } from './images.js';

const key = { seed: 1, step: 2, view: 0 };
const kernels = loadNativeKernels();
const batch = (count: number, height: number, width = height) =>
  torch.fromTypedArray(testImages(count, height, width), [count, 3, height, width]);
const largest = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().max().item();

test('the kernels are built for the loaded libtorch (node packages/twoview/scripts/build-kernels.mjs)', () => {
  expect(kernels).toMatchObject({ available: true });
});

describe.skipIf(!kernels.available)('the kernel', () => {
  const images = batch(24, 40, 33);

  test.each(policyNames)('and the batched operators agree for %s', (name) => {
    for (const size of [32, 45, 5]) {
      const native = createAugmentation(policies[name], { size, backend: 'native' }).augment(images, key);
      const composed = createAugmentation(policies[name], { size, backend: 'composed' }).augment(images, key);
      expect(native.shape).toEqual([24, 3, size, size]);
      expect(largest(native, composed)).toBeLessThan(2e-5);
    }
  });

  test('gives the same bits whatever the number of threads', () => {
    const augmentation = createAugmentation(policies['byol-view2'], { size: 32 });
    const threads = torch.getNumThreads();
    try {
      const results = [1, 2, 3].map((count) => {
        torch.setNumThreads(count);
        return augmentation.augment(images, key).data();
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    } finally {
      torch.setNumThreads(threads);
    }
  });

  test('reads strided and channels-last images', () => {
    const augmentation = createAugmentation(policies['simclr-cifar'], { size: 16 });
    const expected = augmentation.augment(images, key);
    expect(largest(augmentation.augment(images.to({ memoryFormat: 'channels_last' }), key), expected)).toBe(0);
    const everySecond = torch.cat([images, images], 2).narrow(2, 0, 40);
    expect(largest(augmentation.augment(everySecond, key), expected)).toBe(0);
  });

  test('takes images and views of one pixel, and empty batches', () => {
    for (const size of [1, 3, 8, 9]) {
      for (const side of [1, 2, 7]) {
        const views = createAugmentation(policies['simclr-imagenet'], { size }).augment(batch(3, side), key);
        expect(views.isfinite().all().item()).toBe(1);
      }
    }
    expect(createAugmentation(policies.none, { size: 8 }).augment(batch(0, 4), key).shape).toEqual([0, 3, 8, 8]);
  });
});

describe.each(kernels.available ? (['native', 'composed'] as const) : (['composed'] as const))('%s', (backend) => {
  const make = (policy: Parameters<typeof createAugmentation>[0], size: number, channelsLast = false): Augmentation =>
    createAugmentation(policy, { size, backend, channelsLast });

  test('parameters that change nothing give the images back', () => {
    const images = batch(3, 20);
    const views = make(policies.none, 20).augment(images, key);
    expect(largest(views, images.float().div(255))).toBeLessThan(1e-6);
  });

  test('a flip mirrors the view', () => {
    const images = batch(2, 20);
    const policy = policySchema.parse({ horizontalFlip: { probability: 1 } });
    expect(largest(make(policy, 20).augment(images, key), images.flip([3]).float().div(255))).toBeLessThan(1e-6);
  });

  test('grayscale views have three equal channels', () => {
    const policy = policySchema.parse({ ...policies['byol-view2'], grayscale: { probability: 1 }, normalize: {} });
    const views = make(policy, 16).augment(batch(8, 20), key);
    expect(largest(views.narrow(1, 0, 1), views.narrow(1, 2, 1))).toBeLessThan(1e-6);
  });

  test('channels last has the same values in another layout', () => {
    const images = batch(4, 20);
    for (const size of [5, 16, 21]) {
      const plain = make(policies['simclr-cifar'], size).augment(images, key);
      const last = make(policies['simclr-cifar'], size, true).augment(images, key);
      expect(last.isContiguous('channels_last')).toBe(true);
      expect(largest(plain, last)).toBe(0);
    }
  });

  test('views stay in [0, 1] before normalisation, whatever the jitter', () => {
    const policy = policySchema.parse({
      crop: { kind: 'randomResized' },
      colorJitter: { probability: 1, brightness: 5, contrast: 5, saturation: 5, hue: 0.5 },
    });
    const views = make(policy, 16).augment(batch(64, 20), key);
    expect(views.min().item()).toBeGreaterThanOrEqual(0);
    expect(views.max().item()).toBeLessThanOrEqual(1 + 1e-6);
  });

  test('frees what it makes', () => {
    const images = batch(4, 20);
    const augmentation = make(policies['byol-view2'], 16);
    const run = (step: number) => augmentation.augment(images, { ...key, step }).dispose();
    run(0);
    const before = torch.memory().handles;
    for (let step = 1; step < 20; step++) run(step);
    expect(torch.memory().handles).toBe(before);
  });

  const hostile: [string, number, number, RegExp][] = [
    ['NaN', PARAM.brightness, Number.NaN, /finite/],
    ['an infinite sigma', PARAM.sigma, Number.POSITIVE_INFINITY, /finite/],
    ['a box above the image', PARAM.top, -1, /crop.*inside/],
    ['a box beyond the image', PARAM.left, 1, /crop.*inside/],
    ['a huge box', PARAM.height, 1e30, /crop.*inside/],
    ['an empty box', PARAM.width, 0, /crop.*inside/],
    ['a box between pixels', PARAM.height, 9.5, /crop.*whole pixels/],
    ['half a flip', PARAM.flip, 0.5, /0 or 1/],
    ['an order of no jitter', PARAM.order, 24, /order/],
    ['a negative contrast', PARAM.contrast, -1, /negative/],
    ['a hue of more than half a turn', PARAM.hue, 0.6, /hue/],
    ['a negative sigma', PARAM.sigma, -1, /sigma/],
  ];
  test.each(hostile)('%s as a parameter is refused, naming the sample', (_, column, value, message) => {
    const augmentation = make(policies['simclr-cifar'], 16);
    const params = augmentation.sample(2, 20, 20, key);
    params.set([0, 0, 20, 20], PARAM_COUNT);
    params[PARAM_COUNT + column] = value;
    expect(() => augmentation.apply(batch(2, 20), params)).toThrow(message);
    expect(() => augmentation.apply(batch(2, 20), params)).toThrow(/sample 1/);
  });

  test('extreme but valid parameters give finite views', () => {
    const augmentation = make(policies['simclr-imagenet'], 16);
    const params = augmentation.sample(1, 20, 20, key);
    params.set([19, 19, 1, 1, 1, 23, 3e38, 3e38, 3e38, 0.5, 0, 1e-38, 1]);
    expect(augmentation.apply(batch(1, 20), params).isfinite().all().item()).toBe(1);
    params[PARAM.sigma] = 3e38;
    expect(augmentation.apply(batch(1, 20), params).isfinite().all().item()).toBe(1);
  });

  test('images of another shape or dtype, and too few parameters, are refused', () => {
    const augmentation = make(policies.none, 16);
    expect(() => augmentation.augment(torch.zeros([2, 3, 8, 8]), key)).toThrow(
      /must be uint8 \[B, 3, H, W\], not float32/,
    );
    expect(() => augmentation.augment(torch.zeros([2, 1, 8, 8], { dtype: 'uint8' }), key)).toThrow(
      /uint8 \[2, 1, 8, 8\]/,
    );
    expect(() => augmentation.apply(batch(2, 8), new Float32Array(PARAM_COUNT))).toThrow(/takes 26 parameters, not 13/);
  });
});

test('sizes that make no sense are refused when the augmentation is made', () => {
  expect(() => createAugmentation(policies.none, { size: 0 })).toThrow(/positive whole number/);
  const wide = policySchema.parse({ gaussianBlur: { kernelSize: 23 } });
  expect(() => createAugmentation(wide, { size: 8 })).toThrow(/too wide for views of 8; use 15 or less/);
});

describe('the evaluation transform', () => {
  test('of images of the right size is their conversion and normalisation', () => {
    const images = batch(2, 16);
    const result = createEvaluationTransform({
      size: 16,
      normalize: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    })(images);
    expect(largest(result, images.float().div(255).sub(0.5).div(0.25))).toBeLessThan(1e-5);
  });

  test('resizes the shorter side and crops the centre', () => {
    const flat = torch.full([1, 3, 20, 30], 51, { dtype: 'uint8' });
    const result = createEvaluationTransform({ size: 8, resize: 10 })(flat);
    expect(result.shape).toEqual([1, 3, 8, 8]);
    expect(largest(result, torch.full([1, 3, 8, 8], 0.2))).toBeLessThan(1e-6);
  });

  test('refuses a crop larger than the resized image', () => {
    expect(() => createEvaluationTransform({ size: 32, resize: 16 })).toThrow(/size <= resize/);
  });
});
