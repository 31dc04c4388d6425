// The small encoders, the multi-layer perceptron, and encoders by configuration.
import * as torch from '@twoview/torch';
import { ConvNet, createEncoder, encoderSchema, mlp, resnet18, VectorEncoder } from 'twoview/models';
import { expect, test } from 'vitest';

const generator = (seed = 1): torch.Generator => new torch.Generator({ seed });
const shapes = (module: { stateDict(): Map<string, torch.Tensor> }): [string, readonly number[]][] =>
  Array.from(module.stateDict(), ([key, tensor]) => [key, tensor.shape]);

test("the DirectPred paper's projector is Linear with bias, BatchNorm without affine, ReLU, Linear with bias", () => {
  const projector = mlp({ sizes: [512, 512, 128], norm: 'plain', generator: generator() });
  expect(shapes(projector)).toEqual([
    ['0.weight', [512, 512]],
    ['0.bias', [512]],
    ['1.running_mean', [512]],
    ['1.running_var', [512]],
    ['1.num_batches_tracked', []],
    ['3.weight', [128, 512]],
    ['3.bias', [128]],
  ]);
});

test('an MLP computes what its layers say', () => {
  const net = mlp({ sizes: [6, 5, 3], norm: 'plain', generator: generator() });
  const state = net.stateDict();
  const x = torch.randn([32, 6], { generator: generator(2) });
  const hidden = torch.linear(x, state.get('0.weight')!, { bias: state.get('0.bias')! });
  const centred = hidden.sub(hidden.mean([0]));
  const normalized = centred.div(centred.square().mean([0]).add(1e-5).sqrt());
  const expected = torch.linear(normalized.relu(), state.get('3.weight')!, { bias: state.get('3.bias')! });
  expect(net.forward(x).sub(expected).abs().max().item()).toBeLessThan(1e-5);
});

test('norms and biases of an MLP are where they were asked for', () => {
  const keys = (options: Omit<Parameters<typeof mlp>[0], 'sizes'>): string[] =>
    [...mlp({ sizes: [4, 4, 4], generator: generator(), ...options }).namedParameters()].map(([key]) => key);
  expect(keys({ norm: 'none' })).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
  expect(keys({ norm: 'affine', bias: false })).toEqual(['0.weight', '1.weight', '1.bias', '3.weight']);
  expect(keys({ norm: 'plain', lastBias: false, lastNorm: 'affine' })).toEqual([
    '0.weight',
    '0.bias',
    '3.weight',
    '4.weight',
    '4.bias',
  ]);
  expect(() => mlp({ sizes: [4] })).toThrow(/input and an output/);
});

test('a ConvNet halves the resolution at each layer and averages positions', () => {
  const net = new ConvNet({ channels: [4, 6], generator: generator() });
  expect(net.featureSize).toBe(6);
  expect(shapes(net).map(([key]) => key)).toContain('body.4.running_var');
  const image = torch.randn([3, 3, 20, 12], { generator: generator() });
  expect(torch.noGrad(() => net.forward(image)).shape).toEqual([3, 6]);
  expect(() => new ConvNet({ channels: [] })).toThrow(/at least one layer/);
});

test('a vector encoder takes vectors', () => {
  const net = new VectorEncoder({ sizes: [7, 9, 5], generator: generator() });
  expect(net.featureSize).toBe(5);
  expect(net.forward(torch.randn([4, 7], { generator: generator() })).shape).toEqual([4, 5]);
});

test('a configuration makes the encoder it names, with the same weights for the same seed', () => {
  const config = encoderSchema.parse({ name: 'resnet18', width: 0.125 });
  expect(config).toEqual({ name: 'resnet18', stem: 'cifar', width: 0.125, zeroInitResidual: false });
  const made = createEncoder(config, generator(4));
  const direct = resnet18({ stem: 'cifar', width: 0.125, generator: generator(4) });
  expect(shapes(made)).toEqual(shapes(direct));
  for (const [key, tensor] of made.stateDict()) expect(tensor.data(), key).toEqual(direct.stateDict().get(key)!.data());
  const small = createEncoder(encoderSchema.parse({ name: 'convnet', channels: [4, 8] }), generator());
  expect(small.featureSize).toBe(8);
  expect(encoderSchema.safeParse({ name: 'resnet19' }).success).toBe(false);
  expect(encoderSchema.safeParse({ name: 'convnet', stem: 'cifar' }).success).toBe(false);
});
