// What claims about the loss share: the golden input, random latents, and the loss with its gradient.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import {
  type LatentDistance,
  type PairSelection,
  selectiveContrastive,
  selectPairs,
} from '../../../objectives/index.js';
import { largest } from '../../statistics.js';
import { golden, goldenInput, goldenTemperatures } from '../published.js';

export const selections = Object.keys(golden) as PairSelection[];
export const distances = Object.keys(goldenTemperatures) as (keyof typeof goldenTemperatures)[];
export const { labels: y, predictions: p } = goldenInput;

export const double = { dtype: 'float64' } as const;

export function goldenLatents(): Tensor {
  const [rows, columns] = goldenInput.shape;
  const row = (i: number) => Array.from({ length: columns }, (_, k) => goldenInput.latent(i, k));
  return torch.tensor(
    Array.from({ length: rows }, (_, i) => row(i)),
    double,
  );
}

/** 12 latents of 5 dimensions. */
export const gaussian = (seed: number): Tensor =>
  torch.randn([12, 5], { ...double, generator: new torch.Generator({ seed }) });

export const count = (mask: Tensor): number => Number(mask.sum().item());

/** The loss of a selection with classes and predictions of the golden input. */
export function loss(latents: Tensor, selection: PairSelection, distance: LatentDistance, temperature: number): Tensor {
  return selectiveContrastive(latents, selectPairs(selection, y, p), { distance, temperature });
}

/** Loss and gradient, flat. */
export function differentiate(z: Tensor, of: (z: Tensor) => Tensor): { value: number; gradient: Float64Array } {
  const leaf = z.clone().requiresGrad_();
  const value = of(leaf);
  const [gradient] = torch.grad(value, [leaf]);
  return { value: value.item(), gradient: Float64Array.from(gradient!.data() as Float64Array) };
}

/** The largest absolute value; NaN where there is one, so that it never passes. */
export const largestOf = (values: ArrayLike<number>): number => largest(Array.from(values, Math.abs));
