// T6 and T7: how much each negative is pushed, by central differences of the losses that train networks; and the loss whose
// pairs have weights of their own.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { contrastiveNceOf, exactCovariance, type PairDistances, softTripletOf } from '../../../objectives/index.js';
import { covariance } from '../../../theory/index.js';
import { below } from '../../checks.js';
import { largest } from '../../statistics.js';
import { covarianceSource, difference, seededClaim } from './covariance-claim.js';

const [anchors, negatives] = [3, 4];
const step = 1e-5;
const temperature = 0.5;

const simple: covariance.ContrastiveLoss = { name: 'simple' };
const softTriplet: covariance.ContrastiveLoss = { name: 'softTriplet', temperature, margin: 0.2 };
const infoNce: covariance.ContrastiveLoss = { name: 'infoNce', temperature };

/** Distances r+ [3] and r- [3, H] between 0 and 2. */
function distances(generator: torch.Generator, count: number): PairDistances {
  const draw = (shape: number[]): Tensor => torch.rand(shape, { generator, dtype: 'float64' }).mul(2);
  return { positive: draw([anchors]), negative: draw([anchors, count]) };
}

/** d loss / d x by central differences, in the units of one anchor. */
function slope(loss: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const at = (index: number, shift: number): number =>
    torch.scope(() => {
      const moved = x.flatten().clone();
      moved.narrow(0, index, 1).add_(shift);
      return loss(moved.reshape(x.shape)).item();
    });
  const values = Array.from({ length: x.numel }, (_, i) => (anchors * (at(i, step) - at(i, -step))) / (2 * step));
  return torch.tensor(values, { shape: x.shape, dtype: 'float64' });
}

/** Largest differences of b_k, and of their sum and dL/dr+, from central differences. */
function weightGaps(loss: covariance.ContrastiveLoss, r: PairDistances): { weights: number; balance: number } {
  const of = (change: Partial<PairDistances>): Tensor => covariance.contrastiveLossOf(loss, { ...r, ...change });
  const expected = covariance.negativeWeights(loss, r);
  const pushed = slope((negative) => of({ negative }), r.negative).neg();
  const pulled = slope((positive) => of({ positive }), r.positive);
  return { weights: difference(expected, pushed), balance: difference(pushed.sum([1]), pulled) };
}

export const derivativeWeights = seededClaim({
  id: 'T6',
  statement: 'Each loss of the family pushes negative k by b_k >= 0 and pulls the positive by their sum.',
  source: covarianceSource('loss family'),
  expected: `${anchors} anchors, H = 1 and ${negatives}, tau = .5, r0 = .2, central differences of step 1e-5, all seeds: b_k and their sum within 1e-9; H = 1 InfoNCE equals the soft triplet with r0 = 0 to 1e-12; tau = 1e6 gives b_k = 1/(H+1) within 1e-5`,
  measure(seed) {
    const generator = new torch.Generator({ seed });
    const [one, several] = [distances(generator, 1), distances(generator, negatives)];
    const named = { simple, softTriplet, infoNce };
    const gaps = Object.entries(named).map(([name, loss]) => {
      const both = [weightGaps(loss, one), weightGaps(loss, several)];
      return {
        name,
        weights: largest(both.map((gap) => gap.weights)),
        balance: largest(both.map((gap) => gap.balance)),
      };
    });
    const hot = covariance.negativeWeights({ name: 'infoNce', temperature: 1e6 }, several);
    return {
      gaps,
      same: Math.abs(contrastiveNceOf(one, { temperature }).item() - softTripletOf(one, { temperature }).item()),
      uniform: difference(hot, torch.full(hot.shape, 1 / (negatives + 1), { dtype: 'float64' })),
    };
  },
  checks: (measured) => [
    ...measured[0]!.gaps.flatMap(({ name }, i) => [
      below(`${name}: b_k, largest difference`, largest(measured.map(({ gaps }) => gaps[i]!.weights)), 1e-9),
      below(`${name}: sum of b_k - dL/dr+`, largest(measured.map(({ gaps }) => gaps[i]!.balance)), 1e-9),
    ]),
    below('H = 1: |InfoNCE - soft triplet|', largest(measured.map(({ same }) => same)), 1e-12),
    below('tau = 1e6: |b_k - 1/(H+1)|', largest(measured.map(({ uniform }) => uniform)), 1e-5),
  ],
});

const [images, width, tau, beta] = [4, 3, 0.5, 0.3];

/** Embeddings [4, 3] of two views. */
function embeddings(generator: torch.Generator): [Tensor, Tensor] {
  const z = torch.randn([images, width], { generator, dtype: 'float64' });
  return [z, torch.randn([images, width], { generator, dtype: 'float64' }).mul(0.3).add(z)];
}

/**
 * dL/du of sum_k w_k (r+ - r_k) + beta (sum_k w_k) r+ for normalised u [2B, D], the weights being constants: written out pair by
 * pair, w_k = sigmoid(-r_k / tau) / tau over the 2B - 2 views of other images, averaged over 2B anchors.
 */
function exactGradient(u: Tensor): Tensor {
  const rows = u.shape[0]!;
  const list = u.tolist() as number[][];
  const gradient = list.map((row) => row.map(() => 0));
  const pull = (i: number, j: number, weight: number): void => {
    list[i]!.forEach((value, k) => {
      const slope = (weight * (value - list[j]![k]!)) / rows;
      gradient[i]![k]! += slope;
      gradient[j]![k]! -= slope;
    });
  };
  for (let i = 0; i < rows; i++) {
    const partner = (i + images) % rows;
    for (let j = 0; j < rows; j++) {
      if (j === i || j === partner) continue;
      const r = 1 - list[i]!.reduce((sum, value, k) => sum + value * list[j]![k]!, 0);
      const weight = 1 / (1 + Math.exp(r / tau)) / tau / (rows - 2);
      pull(i, j, -weight);
      pull(i, partner, (1 + beta) * weight);
    }
  }
  return torch.tensor(gradient.flat(), { shape: u.shape, dtype: 'float64' });
}

/** Largest difference of autograd's gradient in the embeddings and the analytic one. */
function exactGap(generator: torch.Generator): number {
  const [z1, z2] = embeddings(generator).map((z) => z.requiresGrad_()) as [Tensor, Tensor];
  const gradients = torch.grad(exactCovariance(z1, z2, { temperature: tau, beta }), [z1, z2]);
  return torch.noGrad(() => {
    const z = torch.cat([z1, z2]);
    const length = z.linalgVectorNorm(2, [-1], true);
    const u = z.div(length);
    // Through u = z / ||z||: what is along u goes.
    const inner = exactGradient(u);
    const expected = inner.sub(u.mul(inner.mul(u).sum([-1], true))).div(length);
    return difference(torch.cat(gradients), expected);
  });
}

/** |L + (r / tau) sigmoid(-r / tau)| for two images whose views are the same. */
function pairGap(generator: torch.Generator): number {
  const z = torch.randn([2, width], { generator, dtype: 'float64' });
  const loss = exactCovariance(z, z, { temperature: tau }).item();
  const [a, b] = z.div(z.linalgVectorNorm(2, [-1], true)).tolist() as [number[], number[]];
  const r = 1 - a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  return Math.abs(loss + r / tau / (1 + Math.exp(r / tau)));
}

export const exactCovarianceLoss = seededClaim({
  id: 'T7',
  statement: 'The exact covariance loss has the gradient of pairs with fixed weights.',
  source: 'authors’ program; closed form derived',
  expected: `${images} images, tau = .5, beta = .3, all seeds: autograd equals the gradient written out with fixed weights to 1e-12; two images at distance r with the same views: the loss is -(r/tau) sigmoid(-r/tau) to 1e-12`,
  measure(seed) {
    const generator = new torch.Generator({ seed });
    return { gradient: exactGap(generator), pair: pairGap(generator) };
  },
  checks: (measured) => [
    below('gradient, largest difference', largest(measured.map((one) => one.gradient)), 1e-12),
    below('N = 2: |L + (r/tau) sigmoid(-r/tau)|', largest(measured.map((one) => one.pair)), 1e-12),
  ],
});
