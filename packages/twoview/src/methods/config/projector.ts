// The projector slot: features h to embeddings z.
import { z } from 'zod';

/** BatchNorm of a multi-layer perceptron: none, without scale and shift, or with them. */
export const normSchema = z.enum(['none', 'plain', 'affine']);

export const projectorSchema = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65536))
    .max(8)
    .default([512])
    .describe('Widths of the hidden layers; [] for a single linear layer.'),
  size: z.int().min(1).max(65536).default(128).describe('Dimension d of the embedding z.'),
  norm: normSchema.default('plain').describe('BatchNorm before each ReLU: none, plain (no scale and shift) or affine.'),
  lastNorm: normSchema.default('none').describe('BatchNorm after the last layer.'),
  bias: z.boolean().default(true).describe('Whether the linear layers have a bias.'),
});

export type ProjectorConfig = z.infer<typeof projectorSchema>;
