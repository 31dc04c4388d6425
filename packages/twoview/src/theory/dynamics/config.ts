// Settings of `twoview theory dynamics`: the slots of the linear model, and modes to follow.
import { z } from 'zod';
import type { ScalarParameters } from './scalar/index.js';

const decay = z.number().min(0).max(1000);

const predictorSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('identity').describe('No predictor: p = 1.') }),
  z.strictObject({ name: z.literal('linear').describe('Trained by the gradient.') }),
  z.strictObject({
    name: z
      .literal('directSet')
      .describe('Set from the correlation f of its input: p = f^exponent + epsilon max f (DirectPred, DirectCopy).'),
    exponent: z.number().min(0.05).max(10).default(0.5).describe('1/2: DirectPred; 1: DirectCopy.'),
    epsilon: z.number().min(0).max(100).default(0).describe('Times the largest f, added to every p.'),
    correlation: z
      .enum(['images', 'views'])
      .default('images')
      .describe(
        'images: f = lambdaD w^2, augmentations averaged out; views: f = lambdaS w^2, what a network measures.',
      ),
  }),
]);

const targetSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('online').describe('The same weights, and the gradient flows through it too.') }),
  z.strictObject({
    name: z.literal('stopGradient').describe('wa = tau w without gradient (SimSiam).'),
    tau: z.number().positive().max(100).default(1).describe('1: the same weights.'),
  }),
  z.strictObject({
    name: z.literal('ema').describe('A moving average that starts at wa = 0 (BYOL).'),
    beta: z.number().positive().max(1000).default(0.4).describe('Its rate: 1 - momentum = learning rate times beta.'),
  }),
]);

const modeSchema = z.strictObject({
  p: z.number().min(-100).max(100).describe("The predictor's eigenvalue at the start; directSet sets it itself."),
  s: z.number().min(0).max(1e4).describe('The eigenvalue of W W^T at the start.'),
});

/** The modes of the default settings: on both sides of the boundary, above and below the parabola. */
const modes = [
  { p: 0.03, s: 0.001 },
  { p: 0, s: 0.01 },
  { p: 0.1, s: 0.5 },
  { p: 0.2, s: 0.01 },
  { p: 0.9, s: 0.05 },
];

export const dynamicsSchema = z
  .strictObject({
    alphaP: z.number().positive().max(1e6).default(1).describe("The predictor's learning rate over the encoder's."),
    eta: decay.default(0.04).describe('Weight decay of predictor and encoder, in continuous time.'),
    etaP: decay.nullable().default(null).describe("The predictor's own, in place of eta."),
    etaS: decay.nullable().default(null).describe("The encoder's own, in place of eta."),
    sigma2: z
      .number()
      .min(0)
      .max(1e4)
      .default(0.1)
      .describe('Variance that augmentation adds in each direction of data with X = I.'),
    lambdaS: z
      .number()
      .positive()
      .max(1e4)
      .nullable()
      .default(null)
      .describe("Eigenvalue of X + X', the correlation of views; with lambdaD, in place of sigma2."),
    lambdaD: z
      .number()
      .positive()
      .max(1e4)
      .nullable()
      .default(null)
      .describe('Eigenvalue of X, the correlation of images with augmentations averaged out; at most lambdaS.'),
    predictor: predictorSchema.prefault({ name: 'linear' }).describe('From the representation to the prediction.'),
    target: targetSchema.prefault({ name: 'stopGradient' }).describe('What is predicted.'),
    modes: z
      .array(modeSchema)
      .min(1)
      .max(20)
      .default(modes)
      .describe('Where modes start, as JSON: [{"p":0.1,"s":0.01}].'),
    time: z
      .number()
      .positive()
      .max(1e5)
      .default(200)
      .describe('How long modes are followed; learning rate times steps.'),
  })
  .refine(({ lambdaS, lambdaD }) => (lambdaS === null) === (lambdaD === null), {
    message: 'give lambdaS and lambdaD together',
    path: ['lambdaS'],
  })
  .refine(({ lambdaS, lambdaD }) => lambdaS === null || lambdaD === null || lambdaD <= lambdaS, {
    message: 'must be at least lambdaD: augmentation only adds variance',
    path: ['lambdaS'],
  });

export type DynamicsSettings = z.infer<typeof dynamicsSchema>;

/** The parameters of the scalar model that settings describe. */
export function parametersOf(settings: DynamicsSettings): ScalarParameters {
  const { alphaP, eta, etaP, etaS, sigma2, lambdaS, lambdaD, predictor, target } = settings;
  const data = lambdaS === null || lambdaD === null ? { sigma2 } : { lambdaS, lambdaD };
  return { alphaP, eta, etaP: etaP ?? eta, etaS: etaS ?? eta, predictor, target, ...data };
}
