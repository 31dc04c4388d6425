// An encoder as a configuration names it.
import type { Generator } from '@twoview/torch';
import { z } from 'zod';
import { ConvNet } from './convnet.js';
import type { Encoder } from './encoder.js';
import { PreActResNet } from './preact-resnet.js';
import { ResNet } from './resnet.js';
import { SmallCnn } from './small-cnn.js';
import { isWideDepth, WideResNet } from './wide-resnet.js';

const triple = (item: z.ZodNumber) => z.tuple([item, item, item]);

const normalize = z
  .strictObject({
    mean: triple(z.number()).describe('Subtracted from red, green and blue, which lie in [0, 1].'),
    std: triple(z.number().positive()).describe('Red, green and blue are divided by it.'),
  })
  .nullable()
  .optional()
  .describe(
    'Standardises pixels inside the network, so that attacks see images in [0, 1]; left out: augmentation does it, if any.',
  );

export const encoderSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('convnet').describe('Strided 3x3 convolutions: trains on a CPU in minutes at 32 pixels.'),
    channels: z
      .array(z.int().min(1).max(8192))
      .min(1)
      .max(12)
      .default([32, 64, 128, 256])
      .describe('Channels of the convolutions, each of which halves the resolution.'),
    normalize,
  }),
  z
    .strictObject({
      name: z
        .literal('smallcnn')
        .describe('Convolutions and a fully connected layer over all positions: adversarial training on a CPU.'),
      channels: z
        .array(z.int().min(1).max(8192))
        .min(1)
        .max(12)
        .default([32, 32, 64, 64])
        .describe('Channels of the 3x3 convolutions.'),
      strides: z.array(z.int().min(1).max(4)).min(1).max(12).default([2, 1, 2, 1]).describe('Stride of each.'),
      grid: z
        .int()
        .min(1)
        .max(64)
        .default(8)
        .describe('Positions a side that the fully connected layer sees; larger maps are averaged down to them.'),
      features: z.int().min(1).max(65536).default(128).describe('Length of a feature vector.'),
      normalize,
    })
    .refine(({ channels, strides }) => channels.length === strides.length, 'channels and strides must be as many'),
  z.strictObject({
    name: z
      .enum(['resnet18', 'resnet34', 'resnet50'])
      .describe("A residual network with torchvision's layout and weight names."),
    stem: z
      .enum(['imagenet', 'stl', 'tiny', 'cifar'])
      .default('cifar')
      .describe('The first layers: cifar for 32 pixels, tiny for 64, stl for 96, imagenet for 224.'),
    width: z.number().positive().max(16).default(1).describe('Multiplies the channels of every layer.'),
    zeroInitResidual: z.boolean().default(false).describe('Starts every residual branch at zero.'),
    normalize,
  }),
  z.strictObject({
    name: z
      .literal('preactresnet18')
      .describe(
        'A pre-activation residual network for 32 pixels, common in adversarial training; no BatchNorm at its end.',
      ),
    width: z.number().positive().max(16).default(1).describe('Multiplies the channels of every layer.'),
    normalize,
  }),
  z.strictObject({
    name: z
      .literal('wrn')
      .describe('A wide residual network for 32 pixels, WRN-34-10 by default, with the weight names of TRADES.'),
    depth: z
      .int()
      .min(10)
      .max(1000)
      .refine(isWideDepth, 'the depth of a wide residual network is 6n + 4, such as 10, 16, 28 or 34')
      .default(34)
      .describe('Layers with weights along the main path: 6n + 4 for n blocks in each of three groups.'),
    width: z.int().min(1).max(64).default(10).describe('Multiplies the channels 16, 32 and 64 of the three groups.'),
    normalize,
  }),
]);

export type EncoderConfig = z.infer<typeof encoderSchema>;

function makeEncoder(config: EncoderConfig, generator: Generator): Encoder {
  switch (config.name) {
    case 'convnet':
      return new ConvNet({ channels: config.channels, generator });
    case 'smallcnn':
      return new SmallCnn({ ...config, generator });
    case 'preactresnet18':
      return new PreActResNet({ width: config.width, generator });
    case 'wrn':
      return new WideResNet({ depth: config.depth, width: config.width, generator });
    default:
      return new ResNet(config.name, { ...config, generator });
  }
}

/** Makes the encoder, with initial weights drawn from `generator`. */
export function createEncoder(config: EncoderConfig, generator: Generator): Encoder {
  const encoder = makeEncoder(config, generator);
  encoder.pixels = config.normalize ?? null;
  return encoder;
}
