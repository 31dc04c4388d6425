// Settings of a linear network that is trained beside its theory.
import { z } from 'zod';

export const linearSchema = z
  .strictObject({
    inputs: z.int().min(2).max(1024).default(16).describe('Dimension n1 of the data, which are white.'),
    modes: z
      .array(z.strictObject({ p: z.number(), s: z.number().min(0) }))
      .min(1)
      .max(64)
      .default([
        { p: 0.6, s: 0.36 },
        { p: 0.3, s: 0.2 },
        { p: 0.1, s: 0.1 },
        { p: 0.05, s: 0.03 },
        { p: 0.02, s: 0.01 },
        { p: 0.02, s: 0.0005 },
      ])
      .describe(
        'Eigenvalues of predictor (p) and of F (s) that training starts from: one mode a dimension of the embedding.',
      ),
    sigma2: z.number().min(0).max(100).default(0.1).describe('Variance of the noise that tells views apart.'),
    predictor: z
      .enum(['linear', 'identity', 'directPred'])
      .default('linear')
      .describe(
        'linear: a matrix, trained by the gradient; identity: none; directPred: set from the statistics, p = sqrt(s) + epsilon max s, whatever p the modes start from.',
      ),
    epsilon: z.number().min(0).max(10).default(0.1).describe("directPred's epsilon."),
    target: z
      .enum(['stopGradient', 'ema', 'online'])
      .default('stopGradient')
      .describe('stopGradient: the network itself, without gradient; ema: its moving average; online: with gradient.'),
    beta: z
      .number()
      .positive()
      .max(20)
      .default(0.4)
      .describe('Rate of the moving average: 1 - momentum = beta times learning rate.'),
    alphaP: z.number().positive().max(100).default(1).describe("The predictor's learning rate over the encoder's."),
    eta: z.number().min(0).max(10).default(0.04).describe('Weight decay.'),
    learningRate: z.number().positive().max(1).default(0.02).describe('Learning rate: the time that a step takes.'),
    batchSize: z.int().min(1).max(8192).default(256).describe('Pairs of views a step.'),
    steps: z.int().min(16).max(200_000).default(3000).describe('Steps of SGD.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .describe('Determines directions, data and batches.'),
  })
  .refine(({ inputs, modes }) => modes.length <= inputs, {
    message: 'must be as many as there are modes: each needs a direction of its own',
    path: ['inputs'],
  })
  .refine(({ target, beta, learningRate }) => target !== 'ema' || beta * learningRate <= 1, {
    message: 'times learningRate is more than 1: the average cannot follow faster than at once',
    path: ['beta'],
  });

export type LinearSettings = z.infer<typeof linearSchema>;
