// What every encoder is: a module from images to one feature vector an image.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { Module } from '@twoview/torch/nn';

/** What pixels in [0, 1] are standardised by, for red, green and blue. */
export interface PixelStatistics {
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** Maps images `[B, 3, H, W]` (or vectors `[B, D]`) to features `[B, featureSize]`. */
export abstract class Encoder extends Module<[Tensor], Tensor> {
  /** Length of a feature vector. */
  abstract readonly featureSize: number;

  /**
   * What the network itself standardises pixels by, so that its input lies in [0, 1], where attacks work; null: images come as
   * the first layer takes them. Part of the configuration, not of the weights.
   */
  pixels: PixelStatistics | null = null;

  /** Images `[B, 3, H, W]` as the first layer takes them. */
  protected standardized(images: Tensor): Tensor {
    if (!this.pixels) return images;
    const { dtype, device } = images;
    const channels = (values: readonly number[]) => torch.tensor([...values], { shape: [1, 3, 1, 1], dtype, device });
    return images.sub(channels(this.pixels.mean)).div(channels(this.pixels.std));
  }
}
