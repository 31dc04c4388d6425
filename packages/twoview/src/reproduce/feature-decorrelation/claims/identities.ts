// E13: what has to hold exactly: of whitening, of its gradient, of batch normalisation and of the loss.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { batchStandardize, groupWhiten, type Solver } from '../../../normalizers/index.js';
import { mse } from '../../../objectives/index.js';
import { above, atMost, type Check, judge } from '../../checks.js';
import type { Claim } from '../../claim.js';
import { largest, smallest } from '../../statistics.js';
import { paper } from './toy-claim.js';

type Precision = 'float32' | 'float64';

const [samples, axes, groups] = [64, 16, 4];
const width = axes / groups;

/** Correlated axes of different scales and means: [64, 16]. */
function embeddings(generator: torch.Generator, dtype: Precision = 'float64'): Tensor {
  const mixing = torch.randn([axes, axes], { generator, dtype }).mul(0.3).add(torch.eye(axes, { dtype }));
  return torch
    .randn([samples, axes], { generator, dtype })
    .matmul(mixing)
    .add(torch.randn([axes], { generator, dtype }));
}

const difference = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

/** Largest entry of |Y^T Y / N - I| over groups. */
function whiteness(y: Tensor): number {
  const blocks = y.double().reshape([samples, groups, width]).permute([1, 0, 2]);
  const covariance = blocks.transpose(1, 2).matmul(blocks).div(samples);
  return difference(covariance, torch.eye(width, { dtype: 'float64' }).expandAs(covariance));
}

/** Largest error of the gradient of a random projection of the output, relative to the largest entry of the gradient. */
function gradientError(generator: torch.Generator): number {
  const [rows, columns] = [24, 8];
  const x = embeddings(generator).narrow(0, 0, rows).narrow(1, 0, columns).contiguous();
  const direction = torch.randn([rows, columns], { generator, dtype: 'float64' });
  const value = (input: Tensor): Tensor => groupWhiten(input, { groups: 2 }).mul(direction).sum();
  const leaf = x.clone();
  leaf.requiresGrad = true;
  const [analytic] = torch.grad([value(leaf)], [leaf]) as [Tensor];
  const step = 1e-5;
  const numeric = Float64Array.from({ length: rows * columns }, (_, i) =>
    torch.noGrad(() =>
      torch.scope(() => {
        const offset = torch.zeros([rows * columns], { dtype: 'float64' });
        offset.narrow(0, i, 1).fill_(step);
        const shift = offset.reshape([rows, columns]);
        return (value(x.add(shift)).item() - value(x.sub(shift)).item()) / (2 * step);
      }),
    ),
  );
  const expected = torch.tensor(numeric, { shape: [rows, columns] });
  return difference(analytic, expected) / expected.abs().max().item();
}

/** How far the output moves when two axes of a group change places, apart from changing places too. */
function permutationError(x: Tensor, solver: Solver): number {
  const order = Array.from({ length: axes }, (_, i) => i);
  [order[0], order[2]] = [2, 0];
  const permutation = torch.tensor(order, { dtype: 'int64' });
  const options = { groups, solver };
  return difference(
    groupWhiten(x.indexSelect(1, permutation), options),
    groupWhiten(x, options).indexSelect(1, permutation),
  );
}

/** | L - (2 D - 2 sum_d corr(z1_d, z2_d)) | for standardised views. */
function lossIdentityError(generator: torch.Generator): number {
  const first = batchStandardize(embeddings(generator));
  const second = batchStandardize(first.add(embeddings(generator), { alpha: 0.5 }));
  const correlations = first.mul(second).mean([0]).sum().item();
  return Math.abs(mse(first, second, { features: 'sum' }).item() - (2 * axes - 2 * correlations));
}

/** The smallest correlation of an axis with its whitened self, where groups are drawn at random. */
function identityOfColumns(x: Tensor, generator: torch.Generator): number {
  const permutation = torch.randperm(axes, { generator });
  const input = batchStandardize(x);
  return input.mul(groupWhiten(x, { groups, permutation })).mean([0]).min().item();
}

/** Numbers of one seed, in the order of the checks. */
export interface Identities {
  whiteDouble: number;
  whiteSingle: number;
  gradient: number;
  batchNorm: number;
  zcaPermutation: number;
  choleskyPermutation: number;
  affine: number;
  loss: number;
  columns: number;
}

export function measureIdentities(seed: number): Identities {
  const generator = new torch.Generator({ seed });
  return torch.scope(() => {
    const x = embeddings(generator);
    return {
      whiteDouble: whiteness(groupWhiten(x, { groups })),
      whiteSingle: whiteness(groupWhiten(embeddings(generator, 'float32'), { groups })),
      gradient: gradientError(generator),
      batchNorm: difference(groupWhiten(x, { groups: axes }), batchStandardize(x)),
      zcaPermutation: permutationError(x, 'eigh'),
      choleskyPermutation: permutationError(x, 'cholesky'),
      affine: difference(groupWhiten(x.mul(3).add(7), { groups }), groupWhiten(x, { groups })),
      loss: lossIdentityError(generator),
      columns: identityOfColumns(x, generator),
    };
  });
}

/** The worst of the seeds beside what it has to be. */
export function identityChecks(measured: readonly Identities[]): Check[] {
  const worst = (name: keyof Identities): number => largest(measured.map((one) => one[name]));
  return [
    atMost('(i) covariance of a whitened group - I, float64', worst('whiteDouble'), 1e-10),
    atMost('(i) covariance of a whitened group - I, float32', worst('whiteSingle'), 1e-4),
    atMost('(ii) gradient, relative error against central differences', worst('gradient'), 1e-5),
    atMost('(iii) groups of one axis - batch normalisation', worst('batchNorm'), 1e-10),
    atMost('(iv) ZCA under exchange of axes of a group', worst('zcaPermutation'), 1e-10),
    above(
      '(iv) Cholesky under exchange of axes of a group',
      smallest(measured.map((one) => one.choleskyPermutation)),
      1e-3,
    ),
    atMost('(v) u and 3 u + 7', worst('affine'), 1e-10),
    atMost('(vi) loss - (2 D - 2 sum of correlations)', worst('loss'), 1e-10),
    above(
      '(vii) shuffled: correlation of an axis with its whitened self, smallest',
      smallest(measured.map((one) => one.columns)),
      0,
    ),
  ];
}

export const identities: Claim = {
  id: 'E13',
  statement: 'Whitening, its gradient, its special cases and the loss satisfy the identities they are defined by.',
  source: paper('sections 3.1 to 3.4'),
  expected:
    'whitened groups have covariance I to 1e-10 (float32: 1e-4); gradient within 1e-5 of central differences; G = D equals BN, exchange of axes within a group commutes with ZCA (not with Cholesky), u -> 3 u + 7 changes nothing, L = 2 D - 2 sum corr, all to 1e-10; shuffled axes stay at their places',
  scales: ['minutes'],
  experiments: () => [],
  async run({ seeds }) {
    torch.setNumThreads(1);
    return judge(identityChecks(seeds.map(measureIdentities)));
  },
};
