// The small network of adversarial training on a CPU: convolutions that keep positions, then one fully connected layer.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';

export interface SmallCnnOptions {
  /** Channels of the 3x3 convolutions, and their strides. */
  channels?: readonly number[];
  strides?: readonly number[];
  /** Positions a side that the fully connected layer sees; larger maps are averaged down to them. */
  grid?: number;
  /** Length of a feature vector. */
  features?: number;
  generator?: Generator;
}

/**
 * `[B, 3, H, W]` to `[B, features]`: 3x3 convolutions with BatchNorm and ReLU, then linear, BatchNorm and ReLU over all positions.
 * Unlike a mean over positions, which small networks under attack do badly with, it knows where things are. By default strides
 * 2, 1, 2, 1 leave 8x8 positions of 32 pixels.
 *
 * @throws RangeError if there is no convolution, or not one stride each
 */
export class SmallCnn extends Encoder {
  readonly featureSize: number;
  private readonly body: nn.Sequential;
  private readonly head: nn.Sequential;
  private readonly grid: number;

  constructor(options: SmallCnnOptions = {}) {
    super();
    const { channels = [32, 32, 64, 64], strides = [2, 1, 2, 1], grid = 8, features = 128, generator } = options;
    if (channels.length === 0 || channels.length !== strides.length) {
      throw new RangeError(
        `a SmallCnn needs a stride for each of its convolutions, not ${strides.length} strides for ${channels.length}`,
      );
    }
    let inChannels = 3;
    const layers = channels.flatMap((outChannels, i) => {
      const stride = strides[i]!;
      const conv = new nn.Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false, generator });
      inChannels = outChannels;
      return [conv, new nn.BatchNorm2d(outChannels), new nn.ReLU({ inplace: true })];
    });
    this.body = this.module('body', new nn.Sequential(...layers));
    const fc = new nn.Linear(inChannels * grid * grid, features, { bias: false, generator });
    this.head = this.module('head', new nn.Sequential(fc, new nn.BatchNorm1d(features), new nn.ReLU()));
    this.grid = grid;
    this.featureSize = features;
  }

  override forward(images: Tensor): Tensor {
    const maps = this.body.forward(this.standardized(images));
    const { grid } = this;
    const fits = maps.shape[2] === grid && maps.shape[3] === grid;
    const positions = fits ? maps : torch.adaptiveAvgPool2d(maps, [grid, grid]);
    return this.head.forward(positions.flatten(1));
  }
}
