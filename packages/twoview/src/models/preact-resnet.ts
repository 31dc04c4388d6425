// The pre-activation ResNet-18 for 32 pixels (He et al. 2016, "Identity Mappings in Deep Residual Networks"), without a classifier.
import type { Generator, Tensor } from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';

/** Makes a convolution without bias, padded by half its kernel. */
export type ConvolutionMaker = (inChannels: number, outChannels: number, kernel: number, stride: number) => nn.Conv2d;

export interface PreActBlockOptions {
  inChannels: number;
  outChannels: number;
  stride: number;
  convolution: ConvolutionMaker;
}

/**
 * Two 3x3 convolutions, each after its BatchNorm and ReLU: `[B, inChannels, H, W]` to `[B, outChannels, H / stride, W / stride]`.
 * Where the shape changes, the shortcut is a 1x1 convolution of the first activation; elsewhere it is the input itself.
 */
export class PreActBlock extends nn.Module<[Tensor], Tensor> {
  private readonly bn1: nn.BatchNorm2d;
  private readonly conv1: nn.Conv2d;
  private readonly bn2: nn.BatchNorm2d;
  private readonly conv2: nn.Conv2d;
  private readonly projection: nn.Module<[Tensor], Tensor> | null;

  constructor({ inChannels, outChannels, stride, convolution }: PreActBlockOptions) {
    super();
    this.bn1 = this.module('bn1', new nn.BatchNorm2d(inChannels));
    this.conv1 = this.module('conv1', convolution(inChannels, outChannels, 3, stride));
    this.bn2 = this.module('bn2', new nn.BatchNorm2d(outChannels));
    this.conv2 = this.module('conv2', convolution(outChannels, outChannels, 3, 1));
    const sameShape = stride === 1 && inChannels === outChannels;
    this.projection = sameShape ? null : this.addShortcut(convolution(inChannels, outChannels, 1, stride));
  }

  /** Registers the shortcut's convolution under its published key. */
  protected addShortcut(convolution: nn.Conv2d): nn.Module<[Tensor], Tensor> {
    return this.module('shortcut', new nn.Sequential(convolution));
  }

  override forward(x: Tensor): Tensor {
    const active = this.bn1.forward(x).relu_();
    const shortcut = this.projection ? this.projection.forward(active) : x;
    const inner = this.bn2.forward(this.conv1.forward(active)).relu_();
    return this.conv2.forward(inner).add_(shortcut);
  }
}

/** `count` blocks, the first of which changes channels and stride. */
export function preActStage<B extends PreActBlock>(
  Block: new (options: PreActBlockOptions) => B,
  count: number,
  first: PreActBlockOptions,
): nn.Sequential {
  const rest = { ...first, inChannels: first.outChannels, stride: 1 };
  return new nn.Sequential(...Array.from({ length: count }, (_, i) => new Block(i === 0 ? first : rest)));
}

export interface PreActResNetOptions {
  /** Multiplies the channels of every layer. */
  width?: number;
  /** Draws the initial weights. */
  generator?: Generator;
}

/**
 * The pre-activation ResNet-18 up to its pooled features, with a 3x3 stem for 32 pixels: `[B, 3, H, W]` to `[B, 512 * width]`.
 *
 * State-dict keys and initial weights (PyTorch's default) are those of `models/preact_resnet.py` in kuangliu/pytorch-cifar, without
 * `linear`. As there, no BatchNorm or ReLU follows the last block, although He et al. end with one: features may be negative,
 * and weights of variants that add a final `bn` do not fit.
 *
 * @throws RangeError where the width leaves no channel
 */
export class PreActResNet extends Encoder {
  readonly featureSize: number;
  private readonly conv1: nn.Conv2d;
  private readonly layers: nn.Sequential[] = [];

  constructor({ width = 1, generator }: PreActResNetOptions = {}) {
    super();
    const base = Math.round(64 * width);
    if (!(base >= 1 && Number.isFinite(base)))
      throw new RangeError(`a PreActResNet's width multiplier must leave at least one channel, but it is ${width}`);
    const convolution: ConvolutionMaker = (inChannels, outChannels, kernel, stride) =>
      new nn.Conv2d(inChannels, outChannels, kernel, { stride, padding: (kernel - 1) >> 1, bias: false, generator });
    this.conv1 = this.module('conv1', convolution(3, base, 3, 1));
    let inChannels = base;
    for (let stage = 0; stage < 4; stage++) {
      const outChannels = base << stage;
      const first = { inChannels, outChannels, stride: stage === 0 ? 1 : 2, convolution };
      this.layers.push(this.module(`layer${stage + 1}`, preActStage(PreActBlock, 2, first)));
      inChannels = outChannels;
    }
    this.featureSize = inChannels;
  }

  override forward(images: Tensor): Tensor {
    let x = this.conv1.forward(this.standardized(images));
    for (const layer of this.layers) x = layer.forward(x);
    return x.mean([2, 3]);
  }
}

export const preactresnet18 = (options: PreActResNetOptions = {}): PreActResNet => new PreActResNet(options);
