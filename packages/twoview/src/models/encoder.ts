// What every encoder is: a module from images to one feature vector an image.
import type { Tensor } from '@twoview/torch';
import { Module } from '@twoview/torch/nn';

/** Maps images `[B, 3, H, W]` (or vectors `[B, D]`) to features `[B, featureSize]`. */
export abstract class Encoder extends Module<[Tensor], Tensor> {
  /** Length of a feature vector. */
  abstract readonly featureSize: number;
}
