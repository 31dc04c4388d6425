// Pre-activation and wide residual networks beside independent PyTorch ones: names, shapes, outputs and gradients.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { createEncoder, type Encoder, encoderSchema, PreActResNet, preactresnet18, WideResNet } from 'twoview/models';
import { afterAll, describe, expect, test } from 'vitest';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch, numpy'], { cwd: '/' }).status === 0,
);
const generator = (seed = 5): torch.Generator => new torch.Generator({ seed });

interface Case {
  config: { name: 'wrn'; depth: number; width: number } | { name: 'preactresnet18'; width: number };
  /** Whether outputs and gradients are compared, not names and shapes alone. */
  values: boolean;
}

const cases: Case[] = [
  { config: { name: 'wrn', depth: 10, width: 1 }, values: true },
  { config: { name: 'wrn', depth: 16, width: 2 }, values: true },
  { config: { name: 'wrn', depth: 34, width: 10 }, values: false },
  { config: { name: 'preactresnet18', width: 0.125 }, values: true },
  { config: { name: 'preactresnet18', width: 1 }, values: false },
];
const title = ({ config }: Case): string => Object.values(config).join(' ');

interface Pass {
  features: number[];
  gradients: Record<string, number[]>;
}
interface Answer {
  shapes: [string, number[]][];
  train?: Pass;
  eval?: Pass;
}

/** A float64 network whose BatchNorms are not the identity, with images and a cotangent for its features. */
function subject({ config }: Case, seed: number) {
  const random = generator(seed);
  const model = createEncoder(encoderSchema.parse(config), random).to({ dtype: 'float64' });
  torch.noGrad(() => {
    for (const [key, tensor] of model.stateDict()) {
      if (tensor.ndim !== 1) continue;
      const noise = torch.rand(tensor.shape, { generator: random, dtype: 'float64' });
      tensor.copy_(/(weight|running_var)$/.test(key) ? noise.add(0.5) : noise.sub(0.5));
    }
  });
  const draw = (shape: number[]) => torch.randn(shape, { generator: random, dtype: 'float64' });
  return { model, images: draw([3, 3, 32, 32]), cotangent: draw([3, model.featureSize]) };
}

describe.skipIf(!python)('networks written anew in PyTorch (skipped without PyTorch)', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-preactivation-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const subjects = cases.map((c, i) => subject(c, i + 1));
  const request = cases.map(({ config, values }, i) => {
    if (!values) return config;
    const { model, images, cotangent } = subjects[i]!;
    const files = { weights: path.join(folder, `${i}-weights`), inputs: path.join(folder, `${i}-inputs`) };
    safetensors.save(files.weights, model.stateDict());
    safetensors.save(files.inputs, { images, cotangent });
    return { ...config, ...files };
  });
  const peer = fileURLToPath(new URL('preactivation_peer.py', import.meta.url));
  const options = { input: JSON.stringify(request), encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const answers = python ? (JSON.parse(execFileSync(python, [peer], options)) as Answer[]) : [];

  test.each(cases.map((c, i) => [title(c), i] as const))('%s: names and shapes', (_, i) => {
    const ours = Array.from(subjects[i]!.model.stateDict(), ([key, tensor]) => [key, [...tensor.shape]]);
    expect(ours).toEqual(answers[i]!.shapes);
  });

  const compared = cases.flatMap((c, i) => (c.values ? [[title(c), i] as const] : []));
  test.each(compared)('%s: the same features and gradients in training and in evaluation', (_, i) => {
    const { model, images, cotangent } = subjects[i]!;
    images.requiresGrad = true;
    // Evaluation uses the running statistics that the training pass left.
    for (const mode of ['train', 'eval'] as const) {
      model[mode]();
      const theirs = answers[i]![mode]!;
      const features = model.forward(images);
      expectClose(features.detach(), theirs.features, `${mode}: features`);
      const parameters = [...model.namedParameters()];
      const inputs = [images, ...parameters.map(([, tensor]) => tensor)];
      const gradients = torch.grad(features.mul(cotangent).sum(), inputs);
      const names = ['images', ...parameters.map(([name]) => name)];
      expect(names).toEqual(Object.keys(theirs.gradients));
      names.forEach((name, k) => {
        expectClose(gradients[k]!, theirs.gradients[name]!, `${mode}: gradient of ${name}`);
      });
    }
  });
});

function expectClose(ours: torch.Tensor, theirs: readonly number[], what: string): void {
  const values = ours.contiguous().data() as Float64Array;
  expect(values.length, what).toBe(theirs.length);
  const scale = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const worst = theirs.reduce((most, value, i) => Math.max(most, Math.abs(values[i]! - value)), 0);
  expect(worst / scale, what).toBeLessThan(1e-9);
}

const parameterCount = (model: Encoder): number => model.parameters().reduce((sum, { shape }) => sum + size(shape), 0);
const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

test('WRN-34-10 has 640 features, and 46,160,474 parameters less those of the classifier of ten', () => {
  const model = new WideResNet({ generator: generator() });
  expect(model.featureSize).toBe(640);
  expect(parameterCount(model)).toBe(46_160_474 - (640 * 10 + 10));
  const keys = [...model.stateDict().keys()];
  expect(keys).toContain('block3.layer.4.conv2.weight');
  expect(keys.filter((key) => /sub_block|^fc/.test(key))).toEqual([]);
});

test('a pre-activation ResNet-18 has 512 features of either sign, for no BatchNorm ends it', () => {
  expect(preactresnet18({ generator: generator() }).featureSize).toBe(512);
  const model = new PreActResNet({ width: 0.125, generator: generator() });
  expect([...model.stateDict().keys()].filter((key) => /^(bn|linear)/.test(key))).toEqual([]);
  const images = torch.randn([4, 3, 32, 32], { generator: generator(6) });
  const features = torch.noGrad(() => model.forward(images));
  expect(features.shape).toEqual([4, 64]);
  expect(features.min().item()).toBeLessThan(0);
});

test('initial weights depend on the generator alone; those of a WRN have the spread of Kaiming by fan-out', () => {
  const weight = (model: Encoder, key: string): number[] =>
    Array.from(model.stateDict().get(key)!.data() as Float32Array);
  const wide = (seed: number) =>
    weight(new WideResNet({ depth: 10, width: 2, generator: generator(seed) }), 'block3.layer.0.conv1.weight');
  const narrow = (seed: number) =>
    weight(new PreActResNet({ width: 0.25, generator: generator(seed) }), 'layer2.0.shortcut.0.weight');
  for (const make of [wide, narrow]) {
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  }
  const values = wide(1);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  expect(deviation / Math.sqrt(2 / (128 * 9))).toBeCloseTo(1, 1);
  // PyTorch's own start is uniform within 1 / sqrt(fan-in): 16 inputs of a 1x1 convolution.
  expect(Math.max(...narrow(1).map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(16));
});

test('a configuration names them, with the sizes of the papers by default', () => {
  expect(encoderSchema.parse({ name: 'wrn' })).toEqual({ name: 'wrn', depth: 34, width: 10 });
  expect(encoderSchema.parse({ name: 'preactresnet18' })).toEqual({ name: 'preactresnet18', width: 1 });
  expect(createEncoder(encoderSchema.parse({ name: 'wrn', depth: 10, width: 1 }), generator()).featureSize).toBe(64);
  expect(encoderSchema.safeParse({ name: 'wrn', depth: 12 }).error?.message).toMatch(/6n \+ 4/);
});

test('sizes that make no network are refused', () => {
  for (const depth of [4, 12, -2, Number.NaN, 34.5])
    expect(() => new WideResNet({ depth }), `${depth}`).toThrow(RangeError);
  for (const width of [0, 1.5, -1, Number.NaN, Infinity])
    expect(() => new WideResNet({ depth: 10, width }), `${width}`).toThrow(/whole number of at least 1/);
  for (const width of [0, 0.001, Number.NaN, Infinity])
    expect(() => new PreActResNet({ width }), `${width}`).toThrow(/at least one channel/);
});
