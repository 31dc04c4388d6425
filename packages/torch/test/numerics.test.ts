// Operators beside the same operators called from Python on the same inputs: what crosses is bits, not decimals.
import * as torch from '@twoview/torch';
import { fromTypedArray, type Tensor, tensor } from '@twoview/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { python, runPython } from './support/python.js';

/** Inputs both sides compute from a formula that is exact in float32. */
const ramp = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return fromTypedArray(
    Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 64 - 0.75),
    shape,
  );
};
const python_ramp = `
def ramp(*shape):
    n = math.prod(shape)
    return torch.tensor([((i * 37) % 101) / 64 - 0.75 for i in range(n)]).reshape(shape)
index = torch.tensor([0, 2, 1])
def spd(n):
    a = ramp(n, n)
    return a @ a.T + torch.eye(n)
import torch.nn.functional as F
`;
const index = tensor([0, 2, 1], { dtype: 'int64' });
const spd = (n: number) => {
  const a = ramp(n, n);
  return a.matmul(a.t()).add(torch.eye(n));
};

const cases: Record<string, [python: string, () => Tensor, tolerance?: number]> = {
  add: ['ramp(3, 4).add(ramp(4), alpha=0.3)', () => ramp(3, 4).add(ramp(4), { alpha: 0.3 })],
  div: ['ramp(3, 4) / 3', () => ramp(3, 4).div(3)],
  pow: ['ramp(12).abs() ** 1.7', () => ramp(12).abs().pow(1.7)],
  exp: ['ramp(33).exp()', () => ramp(33).exp()],
  log1p: ['ramp(33).log1p()', () => ramp(33).log1p()],
  tanh: ['ramp(33).tanh()', () => ramp(33).tanh()],
  sigmoid: ['ramp(33).sigmoid()', () => ramp(33).sigmoid()],
  erf: ['ramp(33).erf()', () => ramp(33).erf()],
  gelu: ['F.gelu(ramp(33))', () => ramp(33).gelu()],
  softplus: ['F.softplus(ramp(33))', () => torch.softplus(ramp(33))],
  remainder: ['ramp(33) % 0.3', () => ramp(33).remainder(0.3)],
  clamp: ['ramp(33).clamp(-0.2, 0.2)', () => ramp(33).clamp(-0.2, 0.2)],
  lerp: ['torch.lerp(ramp(9), torch.ones(9), 0.25)', () => ramp(9).lerp(torch.ones([9]), 0.25)],
  sum: ['ramp(33, 5).sum(0)', () => ramp(33, 5).sum(0)],
  mean: ['ramp(33, 5).mean()', () => ramp(33, 5).mean()],
  var: ['ramp(33, 5).var(0)', () => ramp(33, 5).var([0])],
  logsumexp: ['ramp(7, 5).logsumexp(1)', () => ramp(7, 5).logsumexp([1])],
  cumsum: ['ramp(33).cumsum(0)', () => ramp(33).cumsum(0)],
  quantile: ['ramp(33).quantile(0.3)', () => ramp(33).quantile(0.3)],
  argsort: ['ramp(33).argsort().float()', () => ramp(33).argsort().float()],
  norm: ['torch.linalg.vector_norm(ramp(7, 5), 2, dim=1)', () => torch.linalgVectorNorm(ramp(7, 5), 2, [1])],
  matmul: ['ramp(9, 33) @ ramp(33, 7)', () => ramp(9, 33).matmul(ramp(33, 7)), 1e-5],
  bmm: ['torch.bmm(ramp(2, 5, 9), ramp(2, 9, 4))', () => ramp(2, 5, 9).bmm(ramp(2, 9, 4)), 1e-5],
  einsum: [
    "torch.einsum('ij,kj->ik', ramp(5, 9), ramp(4, 9))",
    () => torch.einsum('ij,kj->ik', [ramp(5, 9), ramp(4, 9)]),
    1e-5,
  ],
  addmm: [
    'torch.addmm(ramp(4), ramp(5, 9), ramp(9, 4), beta=0.5, alpha=2)',
    () => ramp(4).addmm(ramp(5, 9), ramp(9, 4), { beta: 0.5, alpha: 2 }),
    1e-5,
  ],
  conv2d: [
    'F.conv2d(ramp(2, 3, 8, 8), ramp(4, 3, 3, 3), ramp(4), stride=2, padding=1)',
    () => torch.conv2d(ramp(2, 3, 8, 8), ramp(4, 3, 3, 3), { bias: ramp(4), stride: 2, padding: 1 }),
    1e-5,
  ],
  'conv2d, grouped and dilated': [
    'F.conv2d(ramp(1, 4, 8, 8), ramp(4, 2, 3, 3), groups=2, dilation=2)',
    () => torch.conv2d(ramp(1, 4, 8, 8), ramp(4, 2, 3, 3), { groups: 2, dilation: 2 }),
    1e-5,
  ],
  'batch_norm in training': [
    'F.batch_norm(ramp(8, 5), None, None, ramp(5), ramp(5), True)',
    () => torch.batchNorm(ramp(8, 5), ramp(5), ramp(5), null, null, true, 0.1, 1e-5, true),
    1e-5,
  ],
  'batch_norm in evaluation': [
    'F.batch_norm(ramp(8, 5), ramp(5), ramp(5).abs() + 1)',
    () => torch.batchNorm(ramp(8, 5), null, null, ramp(5), ramp(5).abs().add(1), false, 0.1, 1e-5, true),
    1e-5,
  ],
  layer_norm: [
    'F.layer_norm(ramp(4, 7), [7], ramp(7), ramp(7))',
    () => torch.layerNorm(ramp(4, 7), [7], ramp(7), ramp(7)),
    1e-5,
  ],
  softmax: ['ramp(4, 7).softmax(1)', () => ramp(4, 7).softmax(1)],
  log_softmax: ['ramp(4, 7).log_softmax(1)', () => ramp(4, 7).logSoftmax(1)],
  cross_entropy: [
    'F.cross_entropy(ramp(3, 4), index, label_smoothing=0.1)',
    () => torch.crossEntropyLoss(ramp(3, 4), index, { labelSmoothing: 0.1 }),
  ],
  max_pool2d: ['F.max_pool2d(ramp(1, 2, 9, 9), 3, 2, 1)', () => torch.maxPool2d(ramp(1, 2, 9, 9), 3, 2, 1)],
  avg_pool2d: ['F.avg_pool2d(ramp(1, 2, 9, 9), 3, 2, 1)', () => torch.avgPool2d(ramp(1, 2, 9, 9), 3, 2, 1)],
  adaptive_avg_pool2d: [
    'F.adaptive_avg_pool2d(ramp(1, 2, 9, 9), (4, 5))',
    () => torch.adaptiveAvgPool2d(ramp(1, 2, 9, 9), [4, 5]),
  ],
  'bilinear resizing': [
    "F.interpolate(ramp(1, 2, 5, 5), size=(9, 7), mode='bilinear', align_corners=False)",
    () => torch.upsampleBilinear2d(ramp(1, 2, 5, 5), [9, 7], false),
  ],
  'bicubic resizing with antialias': [
    "F.interpolate(ramp(1, 2, 9, 9), size=(4, 5), mode='bicubic', antialias=True)",
    () => torch.upsampleBicubic2dAa(ramp(1, 2, 9, 9), [4, 5], false),
  ],
  grid_sample: [
    'F.grid_sample(ramp(1, 2, 5, 5), ramp(1, 3, 3, 2), align_corners=False)',
    () => torch.gridSampler(ramp(1, 2, 5, 5), ramp(1, 3, 3, 2), 0, 0, false),
  ],
  embedding: ['F.embedding(index, ramp(4, 3))', () => torch.embedding(ramp(4, 3), index)],
  gather: ['ramp(3, 3).gather(1, index.expand(3, 3))', () => ramp(3, 3).gather(1, index.expand([3, 3]))],
  index_add: ['torch.zeros(3).index_add(0, index, ramp(3))', () => torch.zeros([3]).indexAdd(0, index, ramp(3))],
  cdist: ['torch.cdist(ramp(5, 3), ramp(4, 3))', () => torch.cdist(ramp(5, 3), ramp(4, 3)), 1e-5],
  cholesky: ['torch.linalg.cholesky(spd(5))', () => torch.linalgCholesky(spd(5)), 1e-4],
  eigvalsh: ['torch.linalg.eigvalsh(spd(5))', () => torch.linalgEigvalsh(spd(5)), 1e-4],
  svdvals: ['torch.linalg.svdvals(ramp(6, 4))', () => torch.linalgSvdvals(ramp(6, 4)), 1e-4],
  slogdet: ['torch.linalg.slogdet(spd(5))[1]', () => torch.linalgSlogdet(spd(5))[1], 1e-4],
  solve: ['torch.linalg.solve(spd(5), ramp(5, 2))', () => torch.linalgSolve(spd(5), ramp(5, 2)), 1e-3],
  bfloat16: ['(ramp(33).bfloat16() * 1.7).float()', () => ramp(33).to({ dtype: 'bfloat16' }).mul(1.7).float()],
  'int64 division': [
    "torch.tensor([7, -7]).div(2, rounding_mode='floor').float()",
    () => tensor([7, -7], { dtype: 'int64' }).div(2, { roundingMode: 'floor' }).float(),
  ],
};

describe.skipIf(!python)('beside PyTorch (skipped without a Python that has torch)', () => {
  let expected: Record<string, { shape: number[]; bits: number[] }>;
  beforeAll(() => {
    const entries = Object.entries(cases).map(([name, [code]]) => `  ${JSON.stringify(name)}: (${code}),`);
    expected = runPython(`${python_ramp}
outputs = {
${entries.join('\n')}
}
result = {name: {'shape': list(t.shape), 'bits': t.detach().contiguous().view(-1).float().view(torch.int32).tolist()} for name, t in outputs.items()}`);
  });

  it.each(Object.entries(cases))('%s', (name, [, compute, tolerance]) => {
    const actual = compute();
    const { shape, bits } = expected[name] as { shape: number[]; bits: number[] };
    expect(actual.shape).toEqual(shape);
    const values = actual.data() as Float32Array;
    const reference = new Float32Array(Int32Array.from(bits).buffer);
    if (tolerance === undefined && Buffer.from(values.buffer).equals(Buffer.from(reference.buffer))) return;
    const limit = tolerance ?? 1e-6;
    values.forEach((v, i) => {
      const want = reference[i] as number;
      expect(Math.abs(v - want)).toBeLessThanOrEqual(limit * Math.max(1, Math.abs(want)));
    });
  });
});
