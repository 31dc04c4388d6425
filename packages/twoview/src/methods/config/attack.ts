// The slots of adversarial training: the classifier, and the attack that makes another version of every view.
import { z } from 'zod';

export const classifierSchema = z.strictObject({
  classes: z
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe('Classes, K; null: those of the data set, which are filled in before a run starts.'),
});

/** Defaults are those of ASCL's program (Bui et al. 2021). */
export const attackSchema = z.strictObject({
  norm: z.enum(['linf', 'l2']).default('linf').describe('Of the ball around an image.'),
  eps: z.number().positive().default(0.031).describe('Radius of the ball; pixels lie in [0, 1].'),
  steps: z.int().min(1).max(10000).default(10).describe('Gradient steps.'),
  stepSize: z.number().positive().default(0.007).describe('Length of a step.'),
  loss: z
    .enum(['crossEntropy', 'margin', 'kl'])
    .default('crossEntropy')
    .describe('What the attack raises; kl is the divergence from the prediction for the image itself, as in TRADES.'),
  start: z
    .enum(['uniform', 'gaussian', 'image'])
    .default('uniform')
    .describe('uniform in the ball, gaussian: the image and 0.001 N(0, 1), or the image itself.'),
  mode: z
    .enum(['train', 'eval'])
    .default('train')
    .describe(
      "BatchNorm during the attack: train uses the batch's statistics and lets running ones take in every step; eval leaves them alone.",
    ),
});

export type ClassifierConfig = z.infer<typeof classifierSchema>;
export type AttackConfig = z.infer<typeof attackSchema>;
