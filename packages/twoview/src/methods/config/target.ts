// The target slot: what is predicted, and whether gradient flows into it.
import { z } from 'zod';

export const targetSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('online').describe('The other view through the same network; the gradient flows through it too.'),
  }),
  z.strictObject({
    name: z.literal('stopGradient').describe('The other view through the same network, without gradient (SimSiam).'),
  }),
  z.strictObject({
    name: z.literal('ema').describe('A slowly moving average of the online network, without gradient (BYOL).'),
    momentum: z.number().min(0).max(1).default(0.996).describe('Weight of the past in the average.'),
    schedule: z
      .enum(['constant', 'cosine'])
      .default('constant')
      .describe('cosine raises the momentum to 1 over the run, as BYOL does.'),
    start: z
      .enum(['random', 'copy'])
      .default('random')
      .describe("random: an initialisation of its own, as in DirectPred's code; copy: the online network's."),
    scope: z.enum(['all', 'head']).default('all').describe('head averages the projector alone and shares the encoder.'),
  }),
]);

export type TargetConfig = z.infer<typeof targetSchema>;
