// The objective slot: what is minimised, and what each loss compares.
import { z } from 'zod';

const temperature = z.number().positive();
const scale = z.number().positive();
const negatives = z
  .int()
  .min(1)
  .nullable()
  .default(null)
  .describe('Negatives of an anchor, drawn from the batch; null: every view of every other image.');
const normalize = z.boolean().default(true).describe('Scales embeddings to length one first; r is then 1 - cos.');

const directional = [
  z.strictObject({
    name: z.literal('cosine').describe('Minus the cosine of prediction and target, for each direction of a pair.'),
    scale: scale.default(2).describe('Factor of each direction: 2 in BYOL and DirectPred, 1/2 in SimSiam.'),
  }),
  z.strictObject({
    name: z
      .literal('mse')
      .describe('Squared distance of prediction and target, a mean over the batch of sums over dimensions.'),
    scale: scale.default(1).describe('Factor of each direction.'),
    normalize: z.boolean().default(false).describe('Scales embeddings to length one first: 2 - 2 cos, as W-MSE does.'),
  }),
  z.strictObject({
    name: z
      .literal('distance')
      .describe('A power of the distance of prediction and target, ||p - t||_order^power, a mean over the batch.'),
    order: z.number().min(1).default(2).describe('Of the norm.'),
    power: z.number().positive().default(2).describe('Exponent of the norm.'),
    scale: scale.default(1).describe('Factor of each direction.'),
  }),
  z.strictObject({
    name: z
      .literal('infoNce')
      .describe("MoCo's loss: a query picks its key among negatives (van den Oord et al. 2018)."),
    temperature: temperature.default(0.2).describe('Divides the cosines.'),
    queue: z
      .int()
      .min(0)
      .default(0)
      .describe("Keys of earlier batches that are the negatives; 0: the batch's own other keys."),
  }),
] as const;

const joint = [
  z.strictObject({
    name: z
      .literal('ntXent')
      .describe("SimCLR's normalised temperature-scaled cross-entropy; the other images of the batch are negatives."),
    temperature: temperature.default(0.5).describe('Divides the cosines.'),
  }),
  z.strictObject({
    name: z
      .literal('supervisedContrastive')
      .describe('As ntXent, with every image of the same class as positive; needs labels (Khosla et al. 2020, eq. 2).'),
    temperature: temperature.default(0.1).describe('Divides the cosines.'),
    baseTemperature: temperature
      .default(0.07)
      .describe("The loss is multiplied by temperature over this, as in the authors' program."),
  }),
  z.strictObject({
    name: z
      .literal('barlowTwins')
      .describe('The cross-correlation of both views is drawn to the identity (Zbontar et al. 2021, eq. 1).'),
    lambda: z.number().min(0).default(0.005).describe('Weight of the off-diagonal terms.'),
    scale: scale.default(1).describe("Factor of the whole loss; the authors' program also uses 0.024."),
  }),
  z.strictObject({
    name: z
      .literal('vicreg')
      .describe('Invariance, a hinge on each standard deviation, and no covariance (Bardes et al. 2022, eq. 6).'),
    invariance: z.number().min(0).default(25).describe('Weight of the squared distance of the views.'),
    variance: z.number().min(0).default(25).describe('Weight of the hinge on standard deviations.'),
    covariance: z.number().min(0).default(1).describe('Weight of the squared off-diagonal covariances.'),
  }),
  z.strictObject({
    name: z
      .literal('alignmentUniformity')
      .describe('Views close together, images spread over the sphere (Wang, Isola 2020).'),
    alpha: z.number().positive().default(2).describe('Exponent of the distance of the views.'),
    t: z.number().positive().default(2).describe('Of the Gaussian potential exp(-t d^2) between images.'),
    uniformityWeight: z.number().min(0).default(1).describe('Weight of the uniformity term.'),
  }),
  z.strictObject({
    name: z
      .literal('simpleContrastive')
      .describe('(1 + beta) r+ - r-, with r half the squared distance (Tian, Yu, Chen, Ganguli 2020).'),
    beta: z.number().min(-1).default(0).describe('Additional weight of attraction; negative: less.'),
    negatives,
    normalize,
  }),
  z.strictObject({
    name: z.literal('softTriplet').describe('tau log(1 + exp((r+ - r- + margin) / tau)), the same paper.'),
    temperature: temperature.default(0.5).describe('tau: how soft the hinge is.'),
    margin: z.number().default(0).describe('r0, by how much negatives must be farther than the positive.'),
    negatives,
    normalize,
  }),
  z.strictObject({
    name: z
      .literal('contrastiveNce')
      .describe("The same paper's InfoNCE with H negatives: -tau log softmax of -r / tau, plus beta r+."),
    temperature: temperature.default(0.5).describe('Divides the distances r.'),
    beta: z.number().min(-1).default(0).describe('Additional weight of attraction.'),
    negatives,
    normalize,
  }),
  z.strictObject({
    name: z
      .literal('exactCovariance')
      .describe('Attraction minus repulsion with a detached weight for each pair, for which that theory is exact.'),
    temperature: temperature.default(0.5).describe('Of the weights.'),
    beta: z.number().min(-1).default(0).describe('Additional weight of attraction.'),
    negatives,
    normalize,
  }),
] as const;

const weight = (value: number, text: string) => z.number().min(0).default(value).describe(text);

const supervised = [
  z.strictObject({
    name: z
      .literal('crossEntropy')
      .describe("Natural training: cross-entropy of the classifier's logits, and no more."),
  }),
  z.strictObject({
    name: z
      .literal('adversarial')
      .describe(
        'Classification of images and of adversarial versions, and a supervised contrast of their latents: PGD training, TRADES, ASCL (Bui et al. 2021).',
      ),
    natural: weight(0, 'alpha, weight of the cross-entropy of images.'),
    robust: weight(1, 'beta, weight of the robust term.'),
    robustLoss: z
      .enum(['crossEntropy', 'kl', 'klPerElement'])
      .default('crossEntropy')
      .describe(
        'The robust term: cross-entropy of adversarial images; kl: divergence of the two predictions, a mean over images (TRADES); klPerElement: over images and classes.',
      ),
    contrastive: weight(0, "lambda_SCL, weight of the contrast of z over the selection's pairs."),
    selection: z
      .enum(['global', 'hard', 'soft', 'merged', 'leaked'])
      .default('leaked')
      .describe(
        'Pairs of latents that are contrasted: all of one class against all others (global), or those that predictions relate.',
      ),
    distance: z
      .enum(['linf', 'l2', 'l1', 'cosine', 'matmul'])
      .default('linf')
      .describe('Of latents scaled to length one.'),
    temperature: temperature.default(0.2).describe('tau, divides the distances.'),
    combine: z
      .enum(['all', 'perVersion', 'perView'])
      .default('all')
      .describe(
        'all: one contrast of all latents; perVersion: images among themselves and adversarial images among themselves; perView: each view with its adversarial version.',
      ),
    divergence: weight(
      0,
      'lambda_VAT, weight of the divergence of the two predictions, a mean over images and classes.',
    ),
    compactness: weight(0, "lambda_COM, weight of the distance of an adversarial latent from its own image's."),
  }),
  z.strictObject({
    name: z
      .literal('adr')
      .describe('PGD training with the compactness and smoothness terms of ADR (Bui et al. 2020), on features h.'),
    natural: weight(0, 'alpha, weight of the cross-entropy of images.'),
    robust: weight(1, 'beta, weight of the cross-entropy of adversarial images.'),
    localCompactness: weight(1, 'Weight of the distance of adversarial features from those of their own image.'),
    localSmoothness: weight(1, 'Weight of the cross-entropy of adversarial predictions with those for the image.'),
    globalCompactness: weight(1, 'Weight of distances within a class, less those between classes.'),
    confidence: weight(1, 'Weight of the entropy of adversarial predictions.'),
  }),
] as const;

export const objectiveSchema = z.discriminatedUnion('name', [...directional, ...joint, ...supervised]);

export type ObjectiveConfig = z.infer<typeof objectiveSchema>;
/** Losses of a prediction and a target: a direction of a pair of views each. */
export type DirectionalObjective = z.infer<(typeof directional)[number]>;
/** Losses of all views at once, in which each is an anchor. */
export type JointObjective = z.infer<(typeof joint)[number]>;

/** Losses of the classifier's logits and labels, with or without embeddings. */
export type SupervisedObjective = z.infer<(typeof supervised)[number]>;

const supervisedNames: readonly string[] = supervised.map((schema) => schema.shape.name.value);

/** Whether a loss needs the classifier's logits. */
export function isSupervised(config: ObjectiveConfig): config is SupervisedObjective {
  return supervisedNames.includes(config.name);
}

const directionalNames: readonly string[] = directional.map((schema) => schema.shape.name.value);

/** Whether a loss is one direction of a pair, rather than of all views at once. */
export function isDirectional(config: ObjectiveConfig): config is DirectionalObjective {
  return directionalNames.includes(config.name);
}
