// Residual networks beside torchvision's: names, shapes, and outputs on the same weights.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { ResNet, type ResNetOptions, resnet18, resnet34, resnet50, type Stem } from 'twoview/models';
import { afterAll, describe, expect, test } from 'vitest';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torchvision'], { cwd: '/' }).status === 0,
);

type Layout = 'resnet18' | 'resnet34' | 'resnet50';
const build = (name: Layout, options: ResNetOptions): ResNet => new ResNet(name, options);

interface Case {
  name: Layout;
  stem: Stem;
  /** Side of the images the outputs are compared on; null compares names and shapes alone. */
  size: number | null;
}

const cases: Case[] = [
  { name: 'resnet18', stem: 'cifar', size: 16 },
  { name: 'resnet18', stem: 'imagenet', size: 64 },
  { name: 'resnet18', stem: 'stl', size: 64 },
  { name: 'resnet18', stem: 'tiny', size: 32 },
  { name: 'resnet34', stem: 'imagenet', size: null },
  { name: 'resnet34', stem: 'cifar', size: 16 },
  { name: 'resnet50', stem: 'imagenet', size: 64 },
  { name: 'resnet50', stem: 'cifar', size: null },
];

interface Answer {
  shapes: [string, number[]][];
  train?: number[];
  eval?: number[];
  runningVariance?: number[];
}

describe.skipIf(!python)("torchvision's networks (skipped without torchvision)", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twoview-models-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const models = cases.map(({ name, stem }, i) =>
    build(name, { stem, generator: new torch.Generator({ seed: i + 1 }) }),
  );
  const images = cases.map(({ size }, i) =>
    size === null ? null : torch.randn([4, 3, size, size], { generator: new torch.Generator({ seed: 100 + i }) }),
  );
  const request = cases.map(({ name, stem }, i) => {
    const input = images[i];
    if (!input) return { name, stem };
    const files = { weights: path.join(folder, `${i}-weights`), images: path.join(folder, `${i}-images`) };
    safetensors.save(files.weights, models[i]!.stateDict());
    safetensors.save(files.images, { images: input });
    return { name, stem, ...files };
  });
  const peer = fileURLToPath(new URL('torchvision_peer.py', import.meta.url));
  const options = { input: JSON.stringify(request), encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const answers = python ? (JSON.parse(execFileSync(python, [peer], options)) as Answer[]) : [];

  test.each(cases.map((c, i) => [`${c.name}, ${c.stem} stem`, i] as const))('%s: names and shapes', (_, i) => {
    const ours = Array.from(models[i]!.stateDict(), ([key, tensor]) => [key, [...tensor.shape]]);
    expect(ours).toEqual(answers[i]!.shapes);
  });

  const compared = cases.flatMap((c, i) => (c.size === null ? [] : [[`${c.name}, ${c.stem} stem`, i] as const]));
  test.each(compared)('%s: the same features in training and in evaluation', (_, i) => {
    const model = models[i]!;
    const input = images[i]!;
    const features = (): Float32Array => torch.noGrad(() => model.forward(input).data() as Float32Array);
    model.train();
    expectClose(features(), answers[i]!.train!);
    // Evaluation uses the running statistics that this one training pass left.
    model.eval();
    expectClose(features(), answers[i]!.eval!);
    const variance = model.stateDict().get(`layer4.${lastBlock(model)}.bn2.running_var`)!;
    expectClose(variance.data() as Float32Array, answers[i]!.runningVariance!);
  });
});

function lastBlock(model: ResNet): number {
  const blocks = [...model.stateDict().keys()].flatMap((key) => /^layer4\.(\d+)\./.exec(key)?.[1] ?? []);
  return Math.max(...blocks.map(Number));
}

function expectClose(ours: ArrayLike<number>, theirs: readonly number[], tolerance = 1e-4): void {
  expect(ours.length).toBe(theirs.length);
  const scale = Math.max(1, ...theirs.map(Math.abs));
  let worst = 0;
  for (let i = 0; i < theirs.length; i++) worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
  expect(worst / scale).toBeLessThan(tolerance);
}

const generator = (): torch.Generator => new torch.Generator({ seed: 5 });

test('feature sizes are those of the pooled layer', () => {
  expect(resnet18({ width: 0.125 }).featureSize).toBe(64);
  expect(resnet34({ width: 0.125 }).featureSize).toBe(64);
  expect(resnet50({ width: 0.125 }).featureSize).toBe(256);
});

test('the CIFAR stem keeps the resolution, tiny halves it, and the others quarter it', () => {
  const image = torch.randn([2, 3, 32, 32], { generator: generator() });
  const convolution = (stem: Stem) => resnet18({ stem, width: 0.125 }).stateDict().get('conv1.weight')!.shape;
  expect(convolution('cifar')).toEqual([8, 3, 3, 3]);
  expect(convolution('tiny')).toEqual([8, 3, 3, 3]);
  expect(convolution('imagenet')).toEqual([8, 3, 7, 7]);
  expect(convolution('stl')).toEqual([8, 3, 7, 7]);
  for (const stem of ['cifar', 'tiny', 'stl', 'imagenet'] as const) {
    expect(torch.noGrad(() => resnet18({ stem, width: 0.125 }).forward(image)).shape).toEqual([2, 64]);
  }
});

test('width multiplies the channels of every layer', () => {
  const narrow = resnet18({ stem: 'cifar', width: 0.25 }).stateDict();
  const wide = resnet18({ stem: 'cifar', width: 0.5 }).stateDict();
  expect([...narrow.keys()]).toEqual([...wide.keys()]);
  for (const [key, tensor] of narrow) {
    const expected = tensor.shape.map((size, axis) => (axis > 1 || (axis === 1 && size === 3) ? size : 2 * size));
    expect(wide.get(key)!.shape, key).toEqual(expected);
  }
  expect(() => resnet18({ width: 0.001 })).toThrow(/width.*0\.001/);
});

test('a residual branch that starts at zero leaves the shortcut alone', () => {
  const options = { stem: 'cifar', width: 0.125 } as const;
  const weights = (net: ResNet, name: string): number[] =>
    Array.from(net.stateDict().get(name)!.data() as Float32Array);
  const zero = resnet18({ ...options, zeroInitResidual: true, generator: generator() });
  const plain = resnet18({ ...options, generator: generator() });
  expect(weights(zero, 'layer2.1.bn2.weight').every((value) => value === 0)).toBe(true);
  expect(weights(zero, 'layer2.1.bn1.weight').every((value) => value === 1)).toBe(true);
  expect(weights(plain, 'layer2.1.bn2.weight').every((value) => value === 1)).toBe(true);
  expect(weights(resnet50({ ...options, zeroInitResidual: true }), 'layer1.0.bn3.weight').some(Boolean)).toBe(false);
});

test('initial weights depend on the generator alone, with the spread of Kaiming initialisation by fan-out', () => {
  const make = (seed: number): Float32Array =>
    resnet18({ width: 0.5, generator: new torch.Generator({ seed }) })
      .stateDict()
      .get('layer2.0.conv2.weight')!
      .data() as Float32Array;
  expect(make(1)).toEqual(make(1));
  expect(make(1)).not.toEqual(make(2));
  const values = make(1);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  expect(deviation / Math.sqrt(2 / (64 * 9))).toBeCloseTo(1, 1);
});
