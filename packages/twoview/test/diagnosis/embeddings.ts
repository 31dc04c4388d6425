// Embeddings whose diagnosis is known, from seeds.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

export const gaussian = (seed: number, rows: number, columns: number): Tensor =>
  torch.randn([rows, columns], { generator: new torch.Generator({ seed }) });

/** One point, and a little noise. */
export const point = (rows: number, columns: number, noise = 1e-3): Tensor =>
  gaussian(1, 1, columns).add(gaussian(2, rows, columns).mul(noise));

/** k directions filled evenly, rotated into all dimensions. */
export const subspace = (rows: number, columns: number, k: number): Tensor =>
  gaussian(3, rows, k).mm(torch.linalgQr(gaussian(4, columns, columns))[0].narrow(0, 0, k));

/** One number on every axis, with signs: what batch normalisation alone allows. */
export const copies = (rows: number, columns: number): Tensor =>
  gaussian(5, rows, 1)
    .mul(gaussian(6, 1, columns).sign())
    .add(gaussian(7, rows, columns).mul(0.01));

/** Groups of g white axes, each a rotation of the first. */
export function groups(rows: number, count: number, g: number): Tensor {
  const white = gaussian(8, rows, g);
  return torch.cat(
    Array.from({ length: count }, (_, i) => white.mm(torch.linalgQr(gaussian(20 + i, g, g))[0])),
    1,
  );
}
