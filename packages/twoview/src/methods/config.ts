// The slots of a siamese method as configuration. A method is one point of this space; an ablation changes one slot.
//
//   views --encoder--> h --projector--> z --[predictor]--> p        online branch
//                                       z --[target]-----> t        target branch
//   loss = objective(p, t)
import { z } from 'zod';

const norm = z.enum(['none', 'plain', 'affine']);

export const objectiveSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('cosine').describe('Minus the cosine of prediction and target, for each direction of a pair.'),
    scale: z
      .number()
      .positive()
      .default(2)
      .describe('Factor of each direction: 2 in BYOL and DirectPred, 1/2 in SimSiam.'),
  }),
  z.strictObject({
    name: z
      .literal('mse')
      .describe('Squared distance of prediction and target, a mean over the batch of sums over dimensions.'),
    scale: z.number().positive().default(1).describe('Factor of each direction.'),
  }),
  z.strictObject({
    name: z
      .literal('ntXent')
      .describe("SimCLR's normalised temperature-scaled cross-entropy; the other images of the batch are negatives."),
    temperature: z.number().positive().default(0.5).describe('Divides the cosines.'),
  }),
]);

export const projectorSchema = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65536))
    .max(8)
    .default([512])
    .describe('Widths of the hidden layers; [] for a single linear layer.'),
  size: z.int().min(1).max(65536).default(128).describe('Dimension d of the embedding z.'),
  norm: norm.default('plain').describe('BatchNorm before each ReLU: none, plain (no scale and shift) or affine.'),
  lastNorm: norm.default('none').describe('BatchNorm after the last layer.'),
  bias: z.boolean().default(true).describe('Whether the linear layers have a bias.'),
});

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
    norm: norm.default('plain').describe('BatchNorm before the ReLU.'),
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

export const methodSchema = z.strictObject({
  name: z.string().min(1).describe('Preset that the slots start from.'),
  objective: objectiveSchema.describe('What is minimised.'),
  projector: projectorSchema.prefault({}).describe('From features h to embeddings z.'),
  predictor: predictorSchema.describe('From z to the prediction p of the other view.'),
  predictorTraining: predictorTrainingSchema.prefault({}).describe('How the optimiser treats the predictor.'),
  target: targetSchema.describe('What is predicted.'),
  pairing: z
    .enum(['symmetric', 'asymmetric', 'allAnchors'])
    .default('symmetric')
    .describe(
      'symmetric: each view predicts the other; asymmetric: the first predicts the second; allAnchors: one loss over all views (ntXent).',
    ),
  forward: z
    .enum(['perView', 'concatenated'])
    .default('perView')
    .describe('Whether views pass the network one by one or as one batch: BatchNorm sees the difference.'),
});

/** A point of the space, with every slot filled. */
export type MethodConfig = z.infer<typeof methodSchema>;
export type ObjectiveConfig = z.infer<typeof objectiveSchema>;
export type ProjectorConfig = z.infer<typeof projectorSchema>;
export type PredictorConfig = z.infer<typeof predictorSchema>;
export type TargetConfig = z.infer<typeof targetSchema>;

/**
 * What a slot must not be combined with.
 * @throws Error naming both slots and the remedy
 */
export function checkMethod(method: MethodConfig): void {
  const contrastive = method.objective.name === 'ntXent';
  if (contrastive !== (method.pairing === 'allAnchors')) {
    throw new Error(
      `method.pairing is ${method.pairing}, but objective ${method.objective.name} needs ${contrastive ? 'allAnchors' : 'symmetric or asymmetric'}`,
    );
  }
}
