// Wide residual networks for 32 pixels (Zagoruyko and Komodakis 2016), such as WRN-34-10, without a classifier.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';
import { type ConvolutionMaker, PreActBlock, type PreActBlockOptions, preActStage } from './preact-resnet.js';

export interface WideResNetOptions {
  /** Layers with weights along the main path: 6n + 4 for n blocks in each of the three groups. */
  depth?: number;
  /** Multiplies the channels 16, 32 and 64 of the three groups; the stem keeps 16. */
  width?: number;
  /** Draws the initial weights. */
  generator?: Generator;
}

/** Whether a wide residual network can have this depth: 6n + 4 with n of at least 1. */
export const isWideDepth = (depth: number): boolean => depth >= 10 && (depth - 4) % 6 === 0;

class WideBlock extends PreActBlock {
  protected override addShortcut(convolution: nn.Conv2d): nn.Module<[Tensor], Tensor> {
    return this.module('convShortcut', convolution);
  }
}

/** One group of blocks; the published keys hold them under `layer`. */
class Group extends nn.Module<[Tensor], Tensor> {
  private readonly layer: nn.Sequential;

  constructor(count: number, first: PreActBlockOptions) {
    super();
    this.layer = this.module('layer', preActStage(WideBlock, count, first));
  }

  override forward(x: Tensor): Tensor {
    return this.layer.forward(x);
  }
}

/**
 * A wide residual network without dropout, up to its pooled features: `[B, 3, H, W]` to `[B, 64 * width]`, 640 for WRN-34-10.
 *
 * State-dict keys and initial weights (Kaiming normal by fan-out) are those of TRADES' `models/wideresnet.py` (Zhang et al. 2019),
 * without `fc` and without `sub_block1`, a group that is declared there and never used.
 *
 * @throws RangeError where the depth is not 6n + 4, or the width not a whole number of at least 1
 */
export class WideResNet extends Encoder {
  readonly featureSize: number;
  private readonly conv1: nn.Conv2d;
  private readonly groups: Group[] = [];
  private readonly bn1: nn.BatchNorm2d;

  constructor({ depth = 34, width = 10, generator }: WideResNetOptions = {}) {
    super();
    if (!isWideDepth(depth))
      throw new RangeError(`a WideResNet's depth must be 6n + 4, such as 10, 28 or 34, but it is ${depth}`);
    if (!(Number.isInteger(width) && width >= 1))
      throw new RangeError(`a WideResNet's width must be a whole number of at least 1, but it is ${width}`);
    const convolution: ConvolutionMaker = (inChannels, outChannels, kernel, stride) => {
      const options = { stride, padding: (kernel - 1) >> 1, bias: false, generator };
      const conv = new nn.Conv2d(inChannels, outChannels, kernel, options);
      nn.init.kaimingNormal_(conv.weight, { mode: 'fanOut', nonlinearity: 'relu', generator });
      return conv;
    };
    this.conv1 = this.module('conv1', convolution(3, 16, 3, 1));
    let inChannels = 16;
    for (let group = 0; group < 3; group++) {
      const outChannels = (16 << group) * width;
      const first = { inChannels, outChannels, stride: group === 0 ? 1 : 2, convolution };
      this.groups.push(this.module(`block${group + 1}`, new Group((depth - 4) / 6, first)));
      inChannels = outChannels;
    }
    this.bn1 = this.module('bn1', new nn.BatchNorm2d(inChannels));
    this.featureSize = inChannels;
  }

  override forward(images: Tensor): Tensor {
    let x = this.conv1.forward(this.standardized(images));
    for (const group of this.groups) x = group.forward(x);
    return this.bn1.forward(x).relu_().mean([2, 3]);
  }
}
