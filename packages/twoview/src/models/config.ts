// An encoder as a configuration names it.
import type { Generator } from '@twoview/torch';
import { z } from 'zod';
import { ConvNet } from './convnet.js';
import type { Encoder } from './encoder.js';
import { PreActResNet } from './preact-resnet.js';
import { ResNet } from './resnet.js';
import { isWideDepth, WideResNet } from './wide-resnet.js';

export const encoderSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('convnet').describe('Strided 3x3 convolutions: trains on a CPU in minutes at 32 pixels.'),
    channels: z
      .array(z.int().min(1).max(8192))
      .min(1)
      .max(12)
      .default([32, 64, 128, 256])
      .describe('Channels of the convolutions, each of which halves the resolution.'),
  }),
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
  }),
  z.strictObject({
    name: z
      .literal('preactresnet18')
      .describe(
        'A pre-activation residual network for 32 pixels, common in adversarial training; no BatchNorm at its end.',
      ),
    width: z.number().positive().max(16).default(1).describe('Multiplies the channels of every layer.'),
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
  }),
]);

export type EncoderConfig = z.infer<typeof encoderSchema>;

/** Makes the encoder, with initial weights drawn from `generator`. */
export function createEncoder(config: EncoderConfig, generator: Generator): Encoder {
  if (config.name === 'convnet') return new ConvNet({ channels: config.channels, generator });
  if (config.name === 'preactresnet18') return new PreActResNet({ width: config.width, generator });
  if (config.name === 'wrn') return new WideResNet({ depth: config.depth, width: config.width, generator });
  return new ResNet(config.name, { ...config, generator });
}
