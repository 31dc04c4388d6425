// A small convolutional encoder: strided 3x3 convolutions, each with BatchNorm and ReLU, then the mean over positions.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';

export interface ConvNetOptions {
  /** Channels of the convolutions, each of which halves the resolution. */
  channels?: readonly number[];
  generator?: Generator;
}

/** `[B, 3, H, W]` to `[B, last channels]`; trains on two CPU cores in minutes at 32 pixels. */
export class ConvNet extends Encoder {
  readonly featureSize: number;
  private readonly body: nn.Sequential;

  constructor(options: ConvNetOptions = {}) {
    super();
    const { channels = [32, 64, 128, 256], generator } = options;
    if (channels.length === 0)
      throw new RangeError('a ConvNet needs at least one layer: give channels such as [32, 64]');
    let inChannels = 3;
    const layers = channels.flatMap((outChannels) => {
      const conv = new nn.Conv2d(inChannels, outChannels, 3, { stride: 2, padding: 1, bias: false, generator });
      inChannels = outChannels;
      return [conv, new nn.BatchNorm2d(outChannels), new nn.ReLU({ inplace: true })];
    });
    this.body = this.module('body', new nn.Sequential(...layers));
    this.featureSize = inChannels;
  }

  override forward(images: Tensor): Tensor {
    return this.body.forward(this.standardized(images)).mean([2, 3]);
  }
}
