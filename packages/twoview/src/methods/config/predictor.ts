// The predictor slot: from an embedding to the prediction of the other view's.
import { z } from 'zod';
import { normSchema } from './projector.js';

const direct = {
  rho: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.3)
    .describe('Weight of the past in the running correlation F; null: the plain mean over all batches.'),
  every: z
    .int()
    .min(1)
    .default(1)
    .describe('Sets the predictor every so many steps, counted from 0; between, the optimiser trains it.'),
};

export const predictorSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('identity').describe('No predictor.') }),
  z.strictObject({
    name: z.literal('linear').describe('One matrix, trained by the optimiser.'),
    symmetric: z.boolean().default(false).describe('Replaces W by (W + W^T) / 2 after every step.'),
    bias: z.boolean().default(false).describe('Whether it has a bias.'),
  }),
  z.strictObject({
    name: z.literal('mlp').describe('Linear, BatchNorm, ReLU, linear, trained by the optimiser.'),
    hidden: z.int().min(1).max(65536).default(512).describe('Width of the hidden layer.'),
    norm: normSchema.default('plain').describe('BatchNorm before the ReLU.'),
    symmetric: z
      .boolean()
      .default(false)
      .describe('Ties the second matrix to the transpose of the first, after every step.'),
    bias: z.boolean().default(true).describe('Whether the linear layers have a bias.'),
  }),
  z.strictObject({
    name: z
      .literal('directPred')
      .describe(
        'W = U diag(p) U^T with p from the eigenvalues s of the correlation F of its inputs (DirectPred, eq. 18).',
      ),
    ...direct,
    epsilon: z.number().min(0).default(0.1).describe('Added to every p, relative to the largest.'),
    shift: z
      .number()
      .default(0)
      .describe('Subtracted from every s (relative to the largest) before the root; negative adds.'),
    formula: z
      .enum(['code', 'paper'])
      .default('code')
      .describe(
        "code: p = max(sqrt(s / max s) + epsilon, 1e-4), the authors' program; paper: p = sqrt(s) + epsilon max s, eq. 18 as printed.",
      ),
  }),
  z.strictObject({
    name: z.literal('directCopy').describe('W = F / max s + epsilon I: no eigendecomposition (Wang et al. 2021).'),
    ...direct,
    rho: direct.rho.default(0.5),
    epsilon: z.number().min(0).default(0.3).describe('Times the identity, added to F.'),
    formula: z
      .enum(['normalized', 'paper'])
      .default('normalized')
      .describe('normalized: F is divided by its largest eigenvalue first; paper: W = F + epsilon I.'),
  }),
]);

export const predictorTrainingSchema = z.strictObject({
  learningRateFactor: z
    .number()
    .min(0)
    .default(1)
    .describe("The predictor's learning rate over the encoder's (alpha_p in the theory)."),
  weightDecay: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("The predictor's weight decay; null: the optimiser's."),
});

export type PredictorConfig = z.infer<typeof predictorSchema>;
