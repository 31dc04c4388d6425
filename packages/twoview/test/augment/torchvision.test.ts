// Agreement with torchvision on PIL images, through the system's Python; skipped where torchvision is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import {
  type AugmentPolicy,
  blurKernelSize,
  createAugmentation,
  createEvaluationTransform,
  PARAM,
  PARAM_COUNT,
  policies,
  policySchema,
  sampleParameters,
} from 'twoview/augment';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testImages } from './images.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torchvision'], { cwd: '/' }).status === 0,
);

const COUNT = 48;
const SIDE = 40;
const pixels = testImages(COUNT, SIDE, SIDE);
const key = { seed: 3, step: 5, view: 0 };

const WIDE = [6, 3, 45, 61];
const WIDE_ARGUMENTS = [6, 45, 61] as const;

/** Mean and largest absolute difference in steps of 1/255. */
function differences(ours: Float32Array, theirs: Float32Array): { mean: number; max: number } {
  expect(ours.length).toBe(theirs.length);
  const errors = ours.map((value, i) => 255 * Math.abs(value - theirs[i]!));
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  return { mean, max: errors.reduce((a, b) => Math.max(a, b), 0) };
}

/** Parameters that leave images as they are, changed by `change(row, i)`. */
function rows(change: (row: Float32Array, i: number) => void): Float32Array {
  const params = new Float32Array(COUNT * PARAM_COUNT);
  for (let i = 0; i < COUNT; i++) {
    const row = params.subarray(i * PARAM_COUNT, (i + 1) * PARAM_COUNT);
    row.set([0, 0, SIDE, SIDE, 0, -1, 1, 1, 1, 0, 0, 0, 0]);
    change(row, i);
  }
  return params;
}

const jitter = (column: number, values: readonly number[]) =>
  rows((row, i) => {
    row[PARAM.order] = 0;
    row[column] = values[i % values.length]!;
  });

const cropsOnly = policySchema.parse({
  crop: { kind: 'randomResized' },
  horizontalFlip: { probability: 0.5 },
});
const crops = sampleParameters(cropsOnly, COUNT, SIDE, SIDE, key);

/** Bounds are in steps of 1/255. PIL rounds to whole steps after every operation, truncates blends, and keeps hue in 8 bits. */
interface Case {
  name: string;
  size: number;
  params: Float32Array;
  mean: number;
  max: number;
  /** Beside torchvision's float tensors, which do not round. */
  floats?: boolean;
}

const factors = [0.2, 0.7, 1.3, 1.8];
const cases: Case[] = [
  { name: 'crops enlarged', size: 96, params: crops, mean: 0.5, max: 1.5 },
  { name: 'crops shrunk with antialiasing', size: 11, params: crops, mean: 0.5, max: 1.5 },
  { name: 'crops at about their size', size: 32, params: crops, mean: 0.5, max: 1.5 },
  { name: 'brightness', size: SIDE, params: jitter(PARAM.brightness, factors), mean: 1, max: 1.5 },
  { name: 'contrast', size: SIDE, params: jitter(PARAM.contrast, factors), mean: 1, max: 2 },
  { name: 'saturation', size: SIDE, params: jitter(PARAM.saturation, factors), mean: 1, max: 2 },
  { name: 'hue', size: SIDE, params: jitter(PARAM.hue, [-0.5, -0.2, 0.05, 0.3]), mean: 1.5, max: 20 },
  {
    name: 'every order of the jitter',
    size: SIDE,
    params: rows((row, i) => {
      row[PARAM.order] = i % 24;
      row.set([1.2, 0.7, 1.4, 0.1], PARAM.brightness);
    }),
    mean: 2,
    max: 25,
  },
  {
    name: 'grayscale',
    size: SIDE,
    params: rows((row, i) => row.fill(i % 2, PARAM.grayscale, PARAM.grayscale + 1)),
    mean: 0.5,
    max: 1,
  },
  {
    name: 'blur',
    size: SIDE,
    params: rows((row, i) => row.fill([0.1, 0.5, 1, 2][i % 4]!, PARAM.sigma, PARAM.sigma + 1)),
    mean: 0.5,
    max: 1,
  },
  {
    name: 'solarise',
    size: SIDE,
    params: rows((row, i) => row.fill(i % 2, PARAM.solarize, PARAM.solarize + 1)),
    mean: 0.01,
    max: 0.01,
  },
  {
    name: 'everything together',
    size: 32,
    params: sampleParameters(policies['byol-view1'], COUNT, SIDE, SIDE, key),
    mean: 2,
    max: 30,
  },
  {
    name: 'hue in floats',
    size: SIDE,
    params: jitter(PARAM.hue, [-0.5, -0.2, 0.05, 0.3]),
    mean: 0.001,
    max: 0.01,
    floats: true,
  },
  {
    name: 'every order of the jitter in floats',
    size: SIDE,
    params: rows((row, i) => {
      row[PARAM.order] = i % 24;
      row.set([1.2, 0.7, 1.4, 0.1], PARAM.brightness);
    }),
    mean: 0.01,
    max: 0.5,
    floats: true,
  },
  {
    name: 'everything together in floats',
    size: 32,
    params: sampleParameters(policies['byol-view1'], COUNT, SIDE, SIDE, key),
    mean: 0.02,
    max: 1,
    floats: true,
  },
];

// Any policy will do: parameters say all but the kernel's width and the threshold.
const plain = policySchema.parse({ gaussianBlur: { kernelSize: 9 } });
const withoutNormalize = (policy: AugmentPolicy): AugmentPolicy => ({ ...policy, normalize: plain.normalize });
const statisticsOf = ['simclr-imagenet', 'byol-view2', 'simsiam-imagenet'] as const;
const REPEATS = 16;
const SIZE = 32;

/** The same statistics as the peer's. */
function statistics(views: readonly Float32Array[]) {
  const area = SIZE * SIZE;
  const means = [0, 0, 0];
  const shares = { values: new Array(10).fill(0), chroma: new Array(10).fill(0), steps: new Array(10).fill(0) };
  const add = (name: keyof typeof shares, x: number, weight: number) => {
    shares[name][Math.min(9, Math.floor(10 * Math.max(0, Math.min(1, x))))] += weight;
  };
  const images = views.length * COUNT;
  for (const batch of views) {
    for (let i = 0; i < batch.length; i++) {
      const channel = Math.floor(i / area) % 3;
      means[channel]! += batch[i]! / (images * area);
      add('values', batch[i]!, 1 / (images * area * 3));
      if (i % SIZE !== SIZE - 1)
        add('steps', 4 * Math.abs(batch[i + 1]! - batch[i]!), 1 / (images * 3 * SIZE * (SIZE - 1)));
      if (channel === 0) {
        const rgb = [batch[i]!, batch[i + area]!, batch[i + 2 * area]!];
        add('chroma', Math.max(...rgb) - Math.min(...rgb), 1 / (images * area));
      }
    }
  }
  return { means, ...shares };
}

describe.skipIf(python === undefined)('beside torchvision on PIL images', () => {
  let folder: string;
  let images: torch.Tensor;
  let peer: Record<string, ReturnType<typeof statistics>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'twoview-augment-'));
    writeFileSync(join(folder, 'images.u8'), pixels);
    writeFileSync(join(folder, 'wide.u8'), testImages(...WIDE_ARGUMENTS));
    const request = {
      shape: [COUNT, 3, SIDE, SIDE],
      evaluation: { shape: WIDE, size: 32, resize: 36 },
      cases: cases.map(({ name, size, params, floats = false }) => ({
        name,
        size,
        floats,
        kernel: 9,
        params: Array.from({ length: COUNT }, (_, i) => [...params.subarray(i * PARAM_COUNT, (i + 1) * PARAM_COUNT)]),
      })),
      policies: statisticsOf.map((name) => ({
        name,
        policy: policies[name],
        size: SIZE,
        kernel: blurKernelSize(policies[name], SIZE),
        repeats: REPEATS,
      })),
    };
    writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
    execFileSync(python!, [fileURLToPath(new URL('torchvision_peer.py', import.meta.url)), folder], { cwd: '/' });
    peer = JSON.parse(readFileSync(join(folder, 'statistics.json'), 'utf8'));
    images = torch.fromTypedArray(pixels, [COUNT, 3, SIDE, SIDE]);
  }, 180_000);

  const readFloats = (name: string) => {
    const bytes = readFileSync(join(folder, `${name}.f32`));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(cases)('$name agree within rounding', ({ name, size, params, mean, max }) => {
    const ours = createAugmentation(plain, { size }).apply(images, params).data() as Float32Array;
    const errors = differences(ours, readFloats(name));
    expect(errors.mean).toBeLessThanOrEqual(mean);
    expect(errors.max).toBeLessThanOrEqual(max);
  });

  test('evaluation agrees with Resize and CenterCrop', () => {
    const wide = torch.fromTypedArray(testImages(...WIDE_ARGUMENTS), WIDE);
    const ours = createEvaluationTransform({ size: 32, resize: 36 })(wide).data() as Float32Array;
    const errors = differences(ours, readFloats('evaluation'));
    expect(errors.mean).toBeLessThan(0.5);
    expect(errors.max).toBeLessThan(1.5);
  });

  test.each(statisticsOf)('random views of %s have the same means and histograms', (name) => {
    const augmentation = createAugmentation(withoutNormalize(policies[name]), { size: SIZE });
    const views = Array.from(
      { length: REPEATS },
      (_, step) => augmentation.augment(images, { ...key, step }).data() as Float32Array,
    );
    const ours = statistics(views);
    const theirs = peer[name]!;
    // 768 views a side, whose means differ by about 0.2: three standard errors of the difference, and PIL's rounding.
    for (let c = 0; c < 3; c++) expect(Math.abs(ours.means[c]! - theirs.means[c]!)).toBeLessThan(0.035);
    for (const histogram of ['values', 'chroma', 'steps'] as const) {
      for (let bin = 0; bin < 10; bin++) {
        expect(Math.abs(ours[histogram][bin]! - theirs[histogram][bin]!), `${histogram} ${bin}`).toBeLessThan(0.035);
      }
    }
  });
});
