// Gradients of differentiable operators against central differences in float64.
import * as torch from '@twoview/torch';
import { Generator, grad, noGrad, randn, scope, type Tensor, tensor } from '@twoview/torch';
import { expect, it } from 'vitest';

const generator = new Generator({ seed: 20 });
const normal = (...shape: number[]) => randn(shape, { generator, dtype: 'float64' });
const positive = (...shape: number[]) => torch.rand(shape, { generator, dtype: 'float64' }).add(0.5);
const symmetric = (n: number) => {
  const a = normal(n, n);
  return a.add(a.t()).add(torch.diag(torch.arange(n, { dtype: 'float64' }).mul(3)));
};
const definite = (n: number) => {
  const a = normal(n, n);
  return a.matmul(a.t()).add(torch.eye(n, { dtype: 'float64' }));
};
const labels = tensor([0, 2, 1, 2], { dtype: 'int64' });

const cases: [name: string, f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]][] = [
  ['matmul', (a, b) => a.matmul(b), [normal(3, 4), normal(4, 2)]],
  ['batched matmul that broadcasts', (a, b) => a.matmul(b), [normal(2, 3, 4), normal(4, 2)]],
  ['einsum', (a, b) => torch.einsum('bij,bkj->bik', [a, b]), [normal(2, 3, 4), normal(2, 5, 4)]],
  [
    'conv2d',
    (x, w, b) => torch.conv2d(x, w, { bias: b, stride: 2, padding: 1 }),
    [normal(2, 3, 5, 5), normal(4, 3, 3, 3), normal(4)],
  ],
  ['convTranspose2d', (x, w) => torch.convTranspose2d(x, w, { stride: 2 }), [normal(1, 3, 3, 3), normal(3, 2, 2, 2)]],
  [
    'batchNorm in training',
    (x, w, b) => torch.batchNorm(x, w, b, null, null, true, 0.1, 1e-5, false),
    [normal(6, 3), normal(3), normal(3)],
  ],
  ['layerNorm', (x, w, b) => torch.layerNorm(x, [5], w, b), [normal(4, 5), normal(5), normal(5)]],
  ['groupNorm', (x) => torch.groupNorm(x, 2), [normal(2, 4, 3)]],
  ['softmax', (x) => x.softmax(1), [normal(3, 5)]],
  ['logsumexp', (x) => x.logsumexp([1]), [normal(3, 5)]],
  ['crossEntropyLoss', (x) => torch.crossEntropyLoss(x, labels), [normal(4, 3)]],
  [
    'binaryCrossEntropyWithLogits',
    (x) => torch.binaryCrossEntropyWithLogits(x, torch.full([6], 0.3, { dtype: 'float64' })),
    [normal(6)],
  ],
  ['huberLoss', (x) => torch.huberLoss(x, torch.zeros([5], { dtype: 'float64' })), [normal(5)]],
  ['gelu', (x) => x.gelu(), [normal(6)]],
  ['silu', (x) => x.silu(), [normal(6)]],
  ['maxPool2d', (x) => torch.maxPool2d(x, 2), [normal(1, 2, 4, 4)]],
  ['avgPool2d', (x) => torch.avgPool2d(x, 3, { stride: 1, padding: 1 }), [normal(1, 2, 4, 4)]],
  ['upsampleBilinear2d', (x) => torch.upsampleBilinear2d(x, [5, 7], false), [normal(1, 2, 3, 3)]],
  ['gridSampler', (x, g) => torch.gridSampler(x, g, 0, 0, false), [normal(1, 2, 4, 4), normal(1, 3, 3, 2).mul(0.4)]],
  ['embedding', (w) => torch.embedding(w, labels), [normal(3, 4)]],
  ['indexSelect and gather', (x) => x.indexSelect(0, labels).gather(1, labels.view([4, 1])), [normal(3, 3)]],
  ['std and var', (x) => torch.cat([x.std([0]), x.var([0], { correction: 0 })]), [normal(5, 3)]],
  ['norm', (x) => torch.linalgVectorNorm(x, 3, [1]), [normal(4, 3)]],
  ['cdist', (a, b) => torch.cdist(a, b), [normal(3, 4), normal(2, 4)]],
  ['cosineSimilarity', (a, b) => torch.cosineSimilarity(a, b), [normal(3, 4), normal(3, 4)]],
  ['linalgCholesky', (a) => torch.linalgCholesky(a.add(a.t()).mul(0.5)), [definite(4)]],
  ['linalgInv', (a) => torch.linalgInv(a), [definite(3)]],
  ['linalgSolve', (a, b) => torch.linalgSolve(a, b), [definite(3), normal(3, 2)]],
  ['linalgSlogdet', (a) => torch.linalgSlogdet(a)[1], [definite(4)]],
  ['linalgEigh eigenvalues', (a) => torch.linalgEigh(a.add(a.t()).mul(0.5))[0], [symmetric(4)]],
  [
    'linalgEigh projection',
    (a) => {
      const v = torch.linalgEigh(a.add(a.t()).mul(0.5))[1].narrow(1, 0, 2);
      return v.matmul(v.t());
    },
    [symmetric(4)],
  ],
  ['linalgSvdvals', (a) => torch.linalgSvdvals(a), [normal(4, 3)]],
  ['linalgQr', (a) => torch.linalgQr(a)[1].abs(), [normal(4, 3)]],
  ['cumsum and cumprod', (x) => x.cumsum(0).mul(x.cumprod(0)), [normal(5)]],
  ['sort and topk', (x) => torch.cat([x.sort()[0], x.topk(2)[0]]), [normal(6)]],
  ['where and clamp', (x) => torch.where(x.gt(0), x.pow(2), x.clamp(-0.5, 0.5)), [normal(9)]],
  ['pow of two tensors', (a, b) => a.pow(b), [positive(5), normal(5)]],
  ['lgamma and digamma', (x) => x.lgamma().add(x.digamma()), [positive(5)]],
  [
    'scatterAdd and indexAdd',
    (x) =>
      torch
        .zeros([3], { dtype: 'float64' })
        .scatterAdd(0, labels, x)
        .add(torch.zeros([3], { dtype: 'float64' }).indexAdd(0, labels, x)),
    [normal(4)],
  ],
  ['pad with reflection', (x) => torch.pad(x, [1, 2], 'reflect'), [normal(1, 2, 5)]],
];

it.each(cases)('%s', (_name, f, inputs) => {
  scope(() => {
    const leaves = inputs.map((t) => t.detach().clone().requiresGrad_());
    const output = f(...leaves);
    const weights = normal(...output.shape);
    const weighted = (list: Tensor[]) =>
      f(...list)
        .mul(weights)
        .sum();
    const analytic = grad(weighted(leaves), leaves).map((t) => t.data() as Float64Array);
    const h = 1e-6;
    noGrad(() => {
      leaves.forEach((leaf, k) => {
        const values = leaf.data() as Float64Array;
        const at = (i: number, delta: number) => {
          const shifted = values.slice();
          shifted[i] = (shifted[i] as number) + delta;
          const moved = torch.fromTypedArray(shifted, leaf.shape);
          return weighted(leaves.map((l, j) => (j === k ? moved : l))).item();
        };
        for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 12))) {
          const numeric = (at(i, h) - at(i, -h)) / (2 * h);
          const exact = (analytic[k] as Float64Array)[i] as number;
          expect(Math.abs(numeric - exact)).toBeLessThan(1e-6 * Math.max(1, Math.abs(exact)) + 1e-7);
        }
      });
    });
  });
});
