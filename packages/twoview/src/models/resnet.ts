// Residual networks (He et al. 2015) with torchvision's layout and state-dict keys, without the classifier `fc`.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { Encoder } from './encoder.js';

/**
 * The first layers: `imagenet` is a 7x7 convolution of stride 2 and a 3x3 max-pool, for images of 224 pixels; `stl` is the
 * same, which the DirectPred paper uses at 96 pixels; `cifar` is one 3x3 convolution of stride 1, for 32 pixels
 * (an ImageNet stem there costs over ten points of accuracy); `tiny` is that with a 3x3 max-pool, which Hua et al. 2021 and
 * Ermolov et al. 2021 use at 64 and 96 pixels.
 */
export type Stem = 'imagenet' | 'stl' | 'tiny' | 'cifar';

/** Stems that begin with a 3x3 convolution of stride 1 instead of a 7x7 of stride 2. */
const isSmall = (stem: Stem): boolean => stem === 'cifar' || stem === 'tiny';

export interface ResNetOptions {
  stem?: Stem;
  /** Multiplies the channels of every layer. */
  width?: number;
  /** Starts every residual branch at zero, by its last BatchNorm's weight. */
  zeroInitResidual?: boolean;
  /** Draws the initial weights. */
  generator?: Generator;
}

type BlockKind = 'basic' | 'bottleneck';

const layouts: Record<'resnet18' | 'resnet34' | 'resnet50', { block: BlockKind; depths: readonly number[] }> = {
  resnet18: { block: 'basic', depths: [2, 2, 2, 2] },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3] },
};

const expansionOf: Record<BlockKind, number> = { basic: 1, bottleneck: 4 };

interface BlockOptions {
  inChannels: number;
  channels: number;
  stride: number;
  generator?: Generator | undefined;
}

/** Kaiming normal by fan-out, as torchvision starts its convolutions. */
function convolution(
  inChannels: number,
  outChannels: number,
  kernel: number,
  stride: number,
  generator?: Generator,
): nn.Conv2d {
  const conv = new nn.Conv2d(inChannels, outChannels, kernel, {
    stride,
    padding: (kernel - 1) >> 1,
    bias: false,
    generator,
  });
  nn.init.kaimingNormal_(conv.weight, { mode: 'fanOut', nonlinearity: 'relu', generator });
  return conv;
}

abstract class Block extends nn.Module<[Tensor], Tensor> {
  protected downsample: nn.Sequential | null = null;
  /** The BatchNorm that ends the residual branch. */
  abstract readonly lastNorm: nn.BatchNorm2d;

  /** The shortcut's 1x1 convolution where the shape changes; registered last, as in torchvision. */
  protected addShortcut(options: BlockOptions, outChannels: number): void {
    const { inChannels, stride, generator } = options;
    if (stride === 1 && inChannels === outChannels) return;
    const shortcut = new nn.Sequential(
      convolution(inChannels, outChannels, 1, stride, generator),
      new nn.BatchNorm2d(outChannels),
    );
    this.downsample = this.module('downsample', shortcut);
  }

  protected join(x: Tensor, branch: Tensor): Tensor {
    return branch.add_(this.downsample ? this.downsample.forward(x) : x).relu_();
  }
}

class BasicBlock extends Block {
  private readonly conv1: nn.Conv2d;
  private readonly bn1: nn.BatchNorm2d;
  private readonly conv2: nn.Conv2d;
  private readonly bn2: nn.BatchNorm2d;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, channels, stride, generator } = options;
    this.conv1 = this.module('conv1', convolution(inChannels, channels, 3, stride, generator));
    this.bn1 = this.module('bn1', new nn.BatchNorm2d(channels));
    this.conv2 = this.module('conv2', convolution(channels, channels, 3, 1, generator));
    this.bn2 = this.module('bn2', new nn.BatchNorm2d(channels));
    this.addShortcut(options, channels);
  }

  get lastNorm(): nn.BatchNorm2d {
    return this.bn2;
  }

  override forward(x: Tensor): Tensor {
    const inner = this.bn1.forward(this.conv1.forward(x)).relu_();
    return this.join(x, this.bn2.forward(this.conv2.forward(inner)));
  }
}

class Bottleneck extends Block {
  private readonly conv1: nn.Conv2d;
  private readonly bn1: nn.BatchNorm2d;
  private readonly conv2: nn.Conv2d;
  private readonly bn2: nn.BatchNorm2d;
  private readonly conv3: nn.Conv2d;
  private readonly bn3: nn.BatchNorm2d;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, channels, stride, generator } = options;
    const outChannels = channels * expansionOf.bottleneck;
    this.conv1 = this.module('conv1', convolution(inChannels, channels, 1, 1, generator));
    this.bn1 = this.module('bn1', new nn.BatchNorm2d(channels));
    this.conv2 = this.module('conv2', convolution(channels, channels, 3, stride, generator));
    this.bn2 = this.module('bn2', new nn.BatchNorm2d(channels));
    this.conv3 = this.module('conv3', convolution(channels, outChannels, 1, 1, generator));
    this.bn3 = this.module('bn3', new nn.BatchNorm2d(outChannels));
    this.addShortcut(options, outChannels);
  }

  get lastNorm(): nn.BatchNorm2d {
    return this.bn3;
  }

  override forward(x: Tensor): Tensor {
    const first = this.bn1.forward(this.conv1.forward(x)).relu_();
    const second = this.bn2.forward(this.conv2.forward(first)).relu_();
    return this.join(x, this.bn3.forward(this.conv3.forward(second)));
  }
}

/** A residual network up to its pooled features: `[B, 3, H, W]` to `[B, featureSize]`. */
export class ResNet extends Encoder {
  readonly featureSize: number;
  private readonly conv1: nn.Conv2d;
  private readonly bn1: nn.BatchNorm2d;
  private readonly layers: nn.Sequential[] = [];

  constructor(
    layout: keyof typeof layouts,
    private readonly options: ResNetOptions = {},
  ) {
    super();
    const { stem = 'imagenet', width = 1, zeroInitResidual = false, generator } = options;
    const { block, depths } = layouts[layout];
    const base = Math.round(64 * width);
    if (!(base >= 1))
      throw new RangeError(`a ResNet's width multiplier must leave at least one channel, but it is ${width}`);
    this.conv1 = this.module('conv1', convolution(3, base, isSmall(stem) ? 3 : 7, isSmall(stem) ? 1 : 2, generator));
    this.bn1 = this.module('bn1', new nn.BatchNorm2d(base));
    let inChannels = base;
    depths.forEach((depth, stage) => {
      const channels = base << stage;
      const blocks: Block[] = [];
      for (let i = 0; i < depth; i++) {
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const blockOptions = { inChannels, channels, stride, generator };
        blocks.push(block === 'basic' ? new BasicBlock(blockOptions) : new Bottleneck(blockOptions));
        inChannels = channels * expansionOf[block];
      }
      if (zeroInitResidual) for (const b of blocks) torch.noGrad(() => b.lastNorm.weight?.zero_());
      this.layers.push(this.module(`layer${stage + 1}`, new nn.Sequential(...blocks)));
    });
    this.featureSize = inChannels;
  }

  override forward(images: Tensor): Tensor {
    let x = this.bn1.forward(this.conv1.forward(this.standardized(images))).relu_();
    if ((this.options.stem ?? 'imagenet') !== 'cifar') x = x.maxPool2d(3, { stride: 2, padding: 1 });
    for (const layer of this.layers) x = layer.forward(x);
    return x.mean([2, 3]);
  }
}

export const resnet18 = (options: ResNetOptions = {}): ResNet => new ResNet('resnet18', options);
export const resnet34 = (options: ResNetOptions = {}): ResNet => new ResNet('resnet34', options);
export const resnet50 = (options: ResNetOptions = {}): ResNet => new ResNet('resnet50', options);
