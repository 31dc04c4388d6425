// Layers and initial values beside PyTorch: the same seed gives the same bits, the same weights the same outputs.
import { Generator, manualSeed, randn, scope, type Tensor, tensor, zeros } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { beforeAll, describe, expect, it } from 'vitest';
import { python, runPython } from '../support/python.js';

const { init, functional } = nn;
const flat = (t: Tensor) => Array.from(t.data() as Float32Array, Number);

const convNet = (generator?: Generator) =>
  new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { stride: 2, padding: [1, 2], dilation: [1, 2], bias: false, generator }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    new nn.Conv2d(8, 8, [3, 1], { groups: 4, generator }),
    new nn.BatchNorm2d(8, { affine: false, momentum: 0.3, eps: 1e-3 }),
    new nn.AdaptiveAvgPool2d([1, 2]),
    new nn.Flatten(),
    new nn.Linear(16, 12, { generator }),
    new nn.BatchNorm1d(12, { momentum: null }),
    new nn.BatchNorm1d(12, { trackRunningStats: false }),
    new nn.LayerNorm(12),
    new nn.Identity(),
    new nn.Linear(12, 5, { bias: false, generator }),
  );

const peer = `
nn = torch.nn
torch.manual_seed(11)
net = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=2, padding=(1, 2), dilation=(1, 2), bias=False), nn.BatchNorm2d(8), nn.ReLU(),
    nn.MaxPool2d(3, stride=2, padding=1), nn.Conv2d(8, 8, (3, 1), groups=4),
    nn.BatchNorm2d(8, affine=False, momentum=0.3, eps=1e-3), nn.AdaptiveAvgPool2d((1, 2)), nn.Flatten(),
    nn.Linear(16, 12), nn.BatchNorm1d(12, momentum=None), nn.BatchNorm1d(12, track_running_stats=False),
    nn.LayerNorm(12), nn.Identity(), nn.Linear(12, 5, bias=False))
values = lambda t: t.detach().double().flatten().tolist()
state = lambda: [[k, str(v.dtype)[6:], list(v.shape), values(v)] for k, v in net.state_dict().items()]
result = {'start': state()}
x = torch.randn(6, 3, 17, 15, generator=torch.Generator().manual_seed(3))
outputs = [net(x), net(x * 2 + 1)]
outputs[1].pow(2).sum().backward()
net.eval()
result.update(outputs=[values(y) for y in outputs + [net(x)]], end=state(), grads=[values(p.grad) for p in net.parameters()])

torch.manual_seed(5)
def start(shape, f):
    w = torch.empty(shape)
    f(w)
    return values(w)
i = nn.init
result['init'] = [
    start((7, 5, 3, 3), lambda w: i.kaiming_normal_(w, mode='fan_out', nonlinearity='relu')),
    start((7, 5), lambda w: i.kaiming_uniform_(w, a=0.2)), start((7, 5), lambda w: i.xavier_uniform_(w, 2.0)),
    start((7, 5), lambda w: i.xavier_normal_(w)), start((20,), lambda w: i.normal_(w, 0.1, 0.02)),
    start((50, 40), lambda w: i.trunc_normal_(w, 0.5, 0.02, 0.47, 0.53)), start((6, 4), lambda w: i.orthogonal_(w, 2.0)),
    start((3, 2, 4), lambda w: i.orthogonal_(w)), start((4,), lambda w: i.uniform_(w, -3, 2)),
]
torch.manual_seed(9)
result['dropout'] = values(nn.Dropout(0.3)(torch.ones(50)))
F = nn.functional
z = torch.tensor(data['z'])
labels = torch.tensor([0, 2, 1])
result['functional'] = [values(v) for v in [
    F.normalize(z), F.normalize(z, p=1, dim=0), F.cross_entropy(z, labels), F.cross_entropy(z, labels, reduction='none', label_smoothing=0.1),
    F.cross_entropy(z, labels, ignore_index=2, weight=torch.tensor([1., 2., 3.]), reduction='sum'),
    F.binary_cross_entropy_with_logits(z, z.sigmoid(), pos_weight=torch.tensor([1., 2., 3.])), F.mse_loss(z, z * 2, reduction='sum'),
    nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)(z.view(1, 1, 3, 3)), nn.AvgPool2d(2, ceil_mode=True)(z.view(1, 1, 3, 3)),
    nn.Conv2d(1, 1, 3, padding='same', bias=False).requires_grad_(False).weight.new_zeros(1)]]
`;

type Entry = [name: string, dtype: string, shape: number[], values: number[]];
interface Peer {
  start: Entry[];
  end: Entry[];
  outputs: number[][];
  grads: number[][];
  init: number[][];
  dropout: number[];
  functional: number[][];
}

const z = [
  [0.5, -1, 2],
  [3, 0.25, -0.75],
  [1, 1, 0],
];
const close = (actual: Tensor, expected: number[], tolerance = 1e-5) => {
  const values = flat(actual);
  expect(values.length).toBe(expected.length);
  for (const [i, v] of values.entries())
    expect(Math.abs(v - (expected[i] as number))).toBeLessThan(tolerance * Math.max(1, Math.abs(v)));
};

describe.skipIf(!python)('beside torch.nn', () => {
  let torchSays: Peer;
  beforeAll(() => {
    torchSays = runPython<Peer>(peer, { z });
  }, 60_000);

  it('starts from the same bits under the same keys, with explicit and with default generator', () => {
    manualSeed(11);
    for (const net of [convNet(new Generator({ seed: 11 })), convNet()]) {
      const state = [...net.stateDict()].map(([name, t]): Entry => [name, t.dtype, [...t.shape], flat(t)]);
      expect(state).toEqual(torchSays.start);
    }
  });

  it('computes the same outputs, gradients and running statistics', () => {
    const net = convNet(new Generator({ seed: 11 }));
    const x = randn([6, 3, 17, 15], { generator: new Generator({ seed: 3 }) });
    const outputs = [net.forward(x), net.forward(x.mul(2).add(1))];
    (outputs[1] as Tensor).pow(2).sum().backward();
    outputs.push(net.eval().forward(x));
    for (const [i, y] of outputs.entries()) close(y, torchSays.outputs[i] as number[]);
    for (const [i, p] of net.parameters().entries()) close(p.grad as Tensor, torchSays.grads[i] as number[], 1e-4);
    for (const [name, , , values] of torchSays.end) close(net.stateDict().get(name) as Tensor, values);
  });

  it('draws every other initial value as torch.nn.init does', () => {
    const generator = new Generator({ seed: 5 });
    const starts: [number[], (w: Tensor) => void, boolean?][] = [
      [[7, 5, 3, 3], (w) => init.kaimingNormal_(w, { mode: 'fanOut', nonlinearity: 'relu', generator })],
      [[7, 5], (w) => init.kaimingUniform_(w, { a: 0.2, generator })],
      [[7, 5], (w) => init.xavierUniform_(w, { gain: 2, generator })],
      [[7, 5], (w) => init.xavierNormal_(w, { generator })],
      [[20], (w) => init.normal_(w, 0.1, 0.02, { generator })],
      [[50, 40], (w) => init.truncNormal_(w, { mean: 0.5, std: 0.02, low: 0.47, high: 0.53, generator })],
      [[6, 4], (w) => init.orthogonal_(w, { gain: 2, generator }), true],
      [[3, 2, 4], (w) => init.orthogonal_(w, { generator }), true],
      [[4], (w) => init.uniform_(w, -3, 2, { generator })],
    ];
    for (const [i, [shape, start, factorised]] of starts.entries()) {
      const w = zeros(shape, { requiresGrad: true });
      start(w);
      // A QR factorisation may round differently with another BLAS kernel; all else is exact.
      if (factorised) close(w, torchSays.init[i] as number[], 1e-6);
      else expect(flat(w)).toEqual(torchSays.init[i]);
    }
  });

  it('drops the same elements', () => {
    const dropout = new nn.Dropout(0.3, { generator: new Generator({ seed: 9 }) });
    expect(flat(dropout.forward(tensor(Array(50).fill(1))))).toEqual(torchSays.dropout);
    const x = tensor([1, 2, 3]);
    expect(dropout.eval().forward(x)).toBe(x);
  });

  it('computes the same functions', () => {
    const x = tensor(z);
    const labels = tensor([0, 2, 1], { dtype: 'int64' });
    const image = x.view([1, 1, 3, 3]);
    const values = [
      functional.normalize(x),
      functional.normalize(x, { p: 1, dim: 0 }),
      functional.crossEntropy(x, labels),
      functional.crossEntropy(x, labels, { reduction: 'none', labelSmoothing: 0.1 }),
      functional.crossEntropy(x, labels, { ignoreIndex: 2, weight: tensor([1, 2, 3]), reduction: 'sum' }),
      functional.binaryCrossEntropyWithLogits(x, x.sigmoid(), { posWeight: tensor([1, 2, 3]) }),
      functional.mseLoss(x, x.mul(2), { reduction: 'sum' }),
      new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }).forward(image),
      new nn.AvgPool2d(2, { ceilMode: true }).forward(image),
    ];
    for (const [i, value] of values.entries()) close(value, torchSays.functional[i] as number[], 1e-6);
    expect(new nn.Conv2d(1, 2, 3, { padding: 'same' }).forward(image).shape).toEqual([1, 2, 3, 3]);
  });
});

describe('batch normalisation', () => {
  it('says what shape it takes, and that one value cannot be normalised', () => {
    expect(() => new nn.BatchNorm2d(3).forward(zeros([2, 4, 5, 5]))).toThrow(
      /BatchNorm2d takes \[B, 3, H, W\], not \[2, 4, 5, 5\]/,
    );
    expect(() => new nn.BatchNorm1d(3).forward(zeros([3]))).toThrow(/\[B, 3\] or \[B, 3, H\]/);
    expect(() => new nn.BatchNorm1d(3).forward(zeros([1, 3]))).toThrow(/more than one value per channel/);
    expect(new nn.BatchNorm1d(3).eval().forward(zeros([1, 3])).shape).toEqual([1, 3]);
  });

  it('keeps the unbiased variance, and does not touch its statistics in evaluation', () => {
    const bn = new nn.BatchNorm1d(1, { momentum: 1 });
    bn.forward(tensor([[0], [1], [2], [5]]));
    expect(bn.runningVar?.tolist()).toEqual([expect.closeTo(14 / 3, 5)]);
    bn.eval().forward(tensor([[100], [200]]));
    expect(bn.runningMean?.tolist()).toEqual([2]);
    expect(bn.numBatchesTracked?.item()).toBe(1);
    bn.resetRunningStats();
    expect([bn.runningMean?.item(), bn.runningVar?.item(), bn.numBatchesTracked?.item()]).toEqual([0, 1, 0]);
  });
});

describe('a layer', () => {
  it('refuses sizes that are none', () => {
    expect(() => new nn.Linear(0, 3)).toThrow(/inFeatures is a whole number of at least 1, not 0/);
    expect(() => new nn.Conv2d(3, 8, 3, { groups: 2 })).toThrow(/2 groups do not divide 3 input/);
    expect(() => new nn.Conv2d(3, 8, 3, { padding: -1 })).toThrow(/padding/);
    expect(() => new nn.MaxPool2d(0)).toThrow(/kernelSize/);
    expect(() => new nn.Dropout(2)).toThrow(/from 0 to 1/);
  });

  it('made in a scope outlives it', () => {
    const layer = scope(() => {
      const made = new nn.Linear(2, 2);
      return { forward: (x: Tensor) => made.forward(x) };
    });
    expect(layer.forward(zeros([1, 2])).shape).toEqual([1, 2]);
  });
});
