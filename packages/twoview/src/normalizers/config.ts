// The normalizer slot as configuration: what is standardised, and how.
import { z } from 'zod';

export const solverSchema = z.enum(['eigh', 'cholesky', 'newtonSchulz']);
/** How a covariance becomes a whitening matrix. */
export type Solver = z.infer<typeof solverSchema>;

const momentum = z
  .number()
  .gt(0)
  .max(1)
  .default(0.1)
  .describe('Weight of a new batch in the running statistics of evaluation mode; the first batches count alike.');

const grouped = {
  groups: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Groups of axes, each whitened by itself; they must divide the axes. null: the least number that divides D axes with at most half as many axes in a group as the batch has samples, from ceil(2 D / N) up.',
    ),
  solver: solverSchema
    .default('eigh')
    .describe(
      'eigh: ZCA, S^(-1/2) by eigendecomposition; cholesky: a triangular matrix, which depends on the order of axes; newtonSchulz: S^(-1/2) by matrix products alone, approximate.',
    ),
  epsilon: z
    .number()
    .min(0)
    .default(0)
    .describe('Added to every eigenvalue of the covariance; from 1e-3 on, collapse pays again.'),
  iterations: z.int().min(1).max(100).default(15).describe('Of newtonSchulz.'),
  momentum,
};

export const normalizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('none').describe('Embeddings are compared as they are.') }),
  z.strictObject({
    name: z.literal('bn').describe('Mean 0 and variance 1 on every axis, without learned scale and shift.'),
    epsilon: z.number().min(0).default(0).describe('Keeps the divisor from 0; see form.'),
    form: z
      .enum(['clamp', 'add'])
      .default('clamp')
      .describe('clamp: (z - mean) / max(std, epsilon); add: (z - mean) / sqrt(variance + epsilon).'),
    momentum,
  }),
  z.strictObject({
    name: z
      .literal('dbn')
      .describe('Decorrelated: axes of a group are whitened together (Huang et al. 2018; Hua et al. 2021).'),
    ...grouped,
  }),
  z.strictObject({
    name: z
      .literal('shuffledDbn')
      .describe('As dbn, with new random groups of axes for every view and step (Hua et al. 2021, section 3.4).'),
    ...grouped,
  }),
  z.strictObject({
    name: z
      .literal('slicedWhitening')
      .describe('W-MSE: all axes are whitened within random slices of the batch (Ermolov et al. 2021, section 3).'),
    size: z
      .int()
      .min(2)
      .nullable()
      .default(null)
      .describe(
        'Samples of a slice, at least: a batch is cut into as many equal slices as it has room for. null: 2 D, which is 128 for 64 axes as in the paper; a smaller batch is one slice.',
      ),
    rounds: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe(
        'Times that slices are drawn. The rounds of a view are stacked along the batch, so that a loss averages over them: for losses of pairs, not for those with negatives.',
      ),
    solver: solverSchema.default('cholesky').describe('As in dbn; the paper takes cholesky.'),
    epsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Shrinks the covariance S towards the identity: (1 - epsilon) S + epsilon I.'),
    iterations: z.int().min(1).max(100).default(15).describe('Of newtonSchulz.'),
    momentum,
  }),
]);

export type NormalizerConfig = z.infer<typeof normalizerSchema>;
