// Embeddings with a known covariance, and measures of how white others are.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { zcaWhiten } from 'twoview/normalizers';
import { gaussian } from '../objectives/gradients.js';

/** [N, D] in float64 whose covariance has exactly these eigenvalues, in a random basis, and a mean that is not 0. */
export function withSpectrum(seed: number, samples: number, eigenvalues: readonly number[]): Tensor {
  return torch.scope(() => {
    const axes = eigenvalues.length;
    const [basis] = torch.linalgQr(gaussian(seed, axes, axes));
    const scales = torch.tensor(Float64Array.from(eigenvalues)).sqrt();
    const x = zcaWhiten(gaussian(seed + 1, samples, axes))
      .mul(scales)
      .mm(basis.t());
    return x.add(gaussian(seed + 2, 1, axes));
  });
}

/** Eigenvalues from 1 down to 1 / condition, evenly on a logarithmic scale. */
export function geometric(axes: number, condition: number): number[] {
  return Array.from({ length: axes }, (_, i) => condition ** (-i / (axes - 1)));
}

/** int64 indices. */
export function indices(values: readonly number[]): Tensor {
  return torch.tensor([...values], { dtype: 'int64' });
}

/** The largest absolute element of a difference. */
export function distance(a: Tensor, b: Tensor): number {
  return torch.scope(() => a.double().sub(b.double()).abs().max().item());
}

/** max |Z^T Z / (N - correction) - I|, in float64. */
export function offWhite(z: Tensor, correction = 0): number {
  return torch.scope(() => {
    const wide = z.double();
    const gram = wide
      .t()
      .mm(wide)
      .div(z.size(0) - correction);
    return distance(gram, torch.eye(z.size(1), { dtype: 'float64' }));
  });
}

/** Whether no element is NaN or infinite. */
export function allFinite(x: Tensor): boolean {
  return Number.isFinite(x.double().abs().sum().item());
}

/** Cosine of each column of `a` with the same column of `b`, both centred: their correlations. */
export function columnCorrelations(a: Tensor, b: Tensor): number[] {
  return torch.scope(() => {
    const [x, y] = [a, b].map((z) =>
      z
        .detach()
        .double()
        .sub(z.detach().double().mean([0], true)),
    ) as [Tensor, Tensor];
    const norms = x
      .square()
      .sum([0])
      .mul(y.square().sum([0]))
      .sqrt();
    return Array.from(x.mul(y).sum([0]).div(norms).data() as Float64Array);
  });
}
