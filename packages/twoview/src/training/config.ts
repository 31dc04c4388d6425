// The configuration of a training run: one zod schema gives the type, the defaults, the help and the JSON schema.
import { z } from 'zod';
import { augmentSchema } from '../augment/index.js';
import { dataSchema } from '../data/index.js';
import { methodSchema } from '../methods/index.js';
import { encoderSchema } from '../models/index.js';

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('constant').describe('The same learning rate throughout.'),
    warmupEpochs: z.number().min(0).default(0).describe('Epochs of linear rise from 0.'),
  }),
  z.strictObject({
    name: z.literal('cosine').describe('Half a cosine down to minFactor at the end.'),
    warmupEpochs: z.number().min(0).default(0).describe('Epochs of linear rise from 0.'),
    minFactor: z.number().min(0).max(1).default(0).describe('Share of the learning rate that is left at the end.'),
  }),
  z.strictObject({
    name: z.literal('steps').describe('Multiplied by gamma at each milestone.'),
    warmupEpochs: z.number().min(0).default(0).describe('Epochs of linear rise from 0.'),
    milestones: z.array(z.number().positive()).min(1).describe('Epochs at which the rate drops.'),
    gamma: z.number().positive().max(1).default(0.1).describe('Factor of each drop.'),
  }),
]);

export const optimizerSchema = z.strictObject({
  name: z.enum(['sgd', 'adam', 'adamw', 'lars']).default('sgd').describe('The update rule.'),
  learningRate: z
    .number()
    .positive()
    .default(0.03)
    .describe('Learning rate at its highest; not scaled by the batch size.'),
  momentum: z.number().min(0).max(1).default(0.9).describe('Heavy-ball momentum of sgd and lars.'),
  nesterov: z.boolean().default(false).describe("Nesterov's form of sgd's momentum."),
  weightDecay: z
    .number()
    .min(0)
    .default(4e-4)
    .describe('Weight decay: coupled in sgd, adam and lars, decoupled in adamw.'),
  exclude: z
    .enum(['none', 'biasAndNorm'])
    .default('none')
    .describe('What weight decay (and the adaptation of lars) leaves out.'),
  schedule: scheduleSchema.prefault({ name: 'constant' }).describe('Learning rate over the run.'),
});

/** What is measured beside the run's own figures; it changes no weight. */
export const observeSchema = z.strictObject({
  covariance: z
    .strictObject({
      images: z.int().min(2).max(512).default(16).describe('Images it is measured on.'),
      views: z.int().min(2).max(64).default(4).describe('Views of each.'),
      projections: z
        .int()
        .min(1)
        .max(256)
        .default(2)
        .describe('Random directions of z that connections are seen along.'),
    })
    .refine(({ images, views, projections }) => images * views * projections <= 2048, {
      message: 'images times views times projections must be at most 2048',
    })
    .nullable()
    .default(null)
    .describe('The covariance operator of every layer, at each evaluation: {} for its defaults; null: not measured.'),
});

export const trainingSchema = z.strictObject({
  epochs: z.int().min(1).max(100000).default(20).describe('Passes over the data.'),
  maxSteps: z.int().min(1).nullable().default(null).describe('Ends the run after so many steps, if that is sooner.'),
  batchSize: z.int().min(2).max(65536).default(128).describe('Images a step; each gives its views.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0)
    .describe('Determines initial weights, order and augmentation.'),
  device: z
    .string()
    .regex(/^(auto|cpu|cuda(:\d+)?)$/, 'must be auto, cpu, cuda or cuda:N')
    .default('auto')
    .describe('Where to train; auto takes a CUDA device if there is one.'),
  threads: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .default(null)
    .describe('CPU threads of an operator; null: as many as there are cores. Results depend on it in the last bits.'),
  channelsLast: z
    .boolean()
    .default(true)
    .describe('Memory layout of images and convolutions; results depend on it in the last bits.'),
  deterministic: z.boolean().default(false).describe('On CUDA, only algorithms whose results do not depend on timing.'),
  logEvery: z.int().min(1).default(20).describe('Steps between rows of metrics.jsonl.'),
  checkpointEvery: z
    .int()
    .min(1)
    .default(500)
    .describe('Steps between checkpoints, besides one at the end of each epoch.'),
  keepEvery: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Epochs between checkpoints that are kept (step-N); null keeps last and best alone.'),
  observe: observeSchema.prefault({}).describe('What is measured besides; it changes no weight.'),
});

export const evaluationSchema = z.strictObject({
  everyEpochs: z.int().min(1).default(1).describe('Epochs between kNN evaluations during training.'),
  k: z.int().min(1).default(200).describe('Neighbours of the kNN classifier.'),
  temperature: z.number().positive().default(0.1).describe('Of its votes exp(cosine / temperature).'),
  maxTrain: z.int().min(2).default(5000).describe('Images to look for neighbours in, during training.'),
  maxTest: z.int().min(1).default(2000).describe('Images to classify, during training.'),
  heldOut: z
    .int()
    .min(0)
    .default(1000)
    .describe(
      'With a classifier: training images that are kept from training, the same number of each class; their accuracy (under attack, if the method has one) chooses the checkpoint best. 0: none, and kNN chooses.',
    ),
  robust: z
    .strictObject({
      steps: z.int().min(1).default(10).describe('Of PGD on the held-out images at each evaluation.'),
      finalSteps: z.int().min(1).default(20).describe("Of PGD on test images, for the run's report."),
      finalImages: z.int().min(1).default(500).describe("Test images of the run's report that are attacked."),
    })
    .prefault({})
    .describe("Attacks beside those of training: the method's ball and step size, cross-entropy, BatchNorm at rest."),
});

export const viewsSchema = z.strictObject({
  size: z
    .int()
    .min(4)
    .max(1024)
    .nullable()
    .default(null)
    .describe("Side of the views in pixels; null: the data set's."),
  views: z
    .array(augmentSchema)
    .min(1)
    .max(16)
    .describe('How each view of an image is made: two of them or more; one where the method compares no views.'),
});

/** Everything that determines a run. */
export const configSchema = z.strictObject({
  data: dataSchema.describe('Images to learn from.'),
  augment: viewsSchema.describe('The views of an image.'),
  encoder: encoderSchema.describe('The network to train.'),
  method: methodSchema.describe('The slots of the method.'),
  optimizer: optimizerSchema.prefault({}).describe('How weights are updated.'),
  training: trainingSchema.prefault({}).describe('How long, where, and what is written down.'),
  evaluation: evaluationSchema.prefault({}).describe('kNN evaluation during training.'),
});

export type Config = z.infer<typeof configSchema>;
export type OptimizerConfig = z.infer<typeof optimizerSchema>;
export type ScheduleConfig = z.infer<typeof scheduleSchema>;
