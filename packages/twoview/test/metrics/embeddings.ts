// Embeddings for tests: Gaussian, in float64, from a seed.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

export function gaussian(seed: number, rows: number, columns: number): Tensor {
  return torch.randn([rows, columns], { dtype: 'float64', generator: new torch.Generator({ seed }) });
}

export function double(rows: number[][]): Tensor {
  return torch.tensor(rows, { dtype: 'float64' });
}

/** Rows +e_k and -e_k for every axis k: mean zero, E[z z^T] = I / d. */
export function axes(dimension: number): Tensor {
  const identity = torch.eye(dimension, { dtype: 'float64' });
  return torch.cat([identity, identity.neg()], 0);
}
