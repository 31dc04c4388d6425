// The settings of a decoupling run, for the library and for `twoview theory decoupling`.
import { z } from 'zod';

const positive = (standard: number, text: string) => z.number().positive().default(standard).describe(text);
const whole = (standard: number, most: number, text: string) =>
  z.int().min(1).max(most).default(standard).describe(text);

/** How the two views of a sample x are made. */
export const viewKinds = ['complementary', 'independent', 'none', 'noise'] as const;
export type ViewKind = (typeof viewKinds)[number];

export const viewMeanings: Readonly<Record<ViewKind, string>> = {
  complementary: 'RandomMask: one view keeps random coordinates, the other those that are left',
  independent: 'two masks that are drawn independently',
  none: 'both views are x itself',
  noise: 'x plus Gaussian noise, drawn independently for each view',
};

const viewKind = z.enum(viewKinds).describe(
  `How the views are made. ${Object.entries(viewMeanings)
    .map(([kind, meaning]) => `${kind}: ${meaning}`)
    .join('. ')}`,
);

const dataSchema = z
  .strictObject({
    atoms: whole(20, 4096, 'd, the number of sparse features: columns of the dictionary'),
    dimension: whole(400, 65536, 'd1, the number of coordinates of x; larger than data.atoms'),
    sparsity: z
      .number()
      .gt(0)
      .max(1)
      .default(0.1)
      .describe('kappa, the probability that an atom is present in a sample'),
    noise: z.number().min(0).default(0.08).describe('sigma^2, the variance of the dense noise in each coordinate'),
  })
  .refine(({ atoms, dimension }) => atoms < dimension, {
    path: ['atoms'],
    message: 'must be less than data.dimension: noise needs directions of its own',
  });

const viewsSchema = z.strictObject({
  keep: z
    .number()
    .min(1 / 256)
    .max(255 / 256)
    .default(0.5)
    .describe('p, the probability that a mask keeps a coordinate in the first view; rounded to a multiple of 1/256'),
  noise: z.number().min(0).default(0.08).describe('Variance that kind noise adds to each coordinate of a view'),
});

const networkSchema = z.strictObject({
  neurons: whole(40, 65536, 'm, the number of neurons'),
  scale: positive(0.01, 'sigma_0 sqrt(d1): the length of a weight vector at the start'),
  threshold: z.boolean().default(true).describe('Whether neurons get thresholds after Phase I; false: b = 0 always'),
});

const trainingSchema = z.strictObject({
  batchSize: z.int().min(2).max(65536).default(512).describe('B: fresh samples in each step, negatives of one another'),
  learningRate: positive(0.5, 'eta'),
  weightDecay: z.number().min(0).default(1e-3).describe('lambda'),
  temperature: positive(1, 'tau, which divides the inner products'),
  precision: z.enum(['float32', 'float64']).default('float32').describe('What weights and batches are computed in'),
});

const scheduleSchema = z.strictObject({
  firstSteps: whole(2000, 1_000_000, 'Phase I ends at the latest after so many steps'),
  doubling: z.number().gt(1).default(2).describe('Phase I ends when every weight vector has grown by this factor'),
  rho: z.number().min(0).max(1).default(0).describe('Growth of the thresholds a step in Phase II; 0: with the weights'),
  growth: z.number().gt(1).default(30).describe('R: Phase II ends when the median length has grown by this factor'),
  secondSteps: whole(600, 1_000_000, 'Phase II ends at the latest after so many steps'),
  thirdSteps: whole(1500, 1_000_000, 'Steps of Phase III, with the thresholds frozen'),
});

const evaluationSchema = z.strictObject({
  labels: whole(1000, 100_000, 'Labelled samples the heads are fitted on'),
  tests: whole(2000, 100_000, 'Samples everything is measured on'),
  ridge: positive(1, 'Penalty of the ridge regression'),
  neighbors: whole(10, 1000, 'k of the nearest-neighbour classifier'),
});

/** One run. Defaults are a small scale at which the theory shows; not the paper's, which are orders of magnitude. */
export const decouplingSchema = z.strictObject({
  data: dataSchema.prefault({}),
  kind: viewKind.default('complementary'),
  views: viewsSchema.prefault({}),
  network: networkSchema.prefault({}),
  training: trainingSchema.prefault({}),
  schedule: scheduleSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  logEvery: whole(50, 1_000_000, 'Steps between points of the curves'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0)
    .describe('Draws the dictionary, weights, samples, masks and tasks'),
});

export type DecouplingSettings = z.output<typeof decouplingSchema>;

/** What `twoview theory decoupling` takes: one run for each kind of views and each seed. */
export const decouplingCommandSchema = decouplingSchema.omit({ kind: true, seed: true }).extend({
  arms: z
    .array(viewKind)
    .min(1)
    .default(['complementary', 'none'])
    .describe('Kinds of views, as a JSON list; one run each'),
  seeds: z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    )
    .min(1)
    .default([0])
    .describe('Seeds, as a JSON list'),
});

export type DecouplingCommandSettings = z.output<typeof decouplingCommandSchema>;

/**
 * Settings with every default filled in.
 * @throws RangeError that names the field that is wrong
 */
export function decouplingSettings(input: z.input<typeof decouplingSchema> = {}): DecouplingSettings {
  const result = decouplingSchema.safeParse(input);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new RangeError(`decoupling settings: ${issue.path.join('.')}: ${issue.message}`);
  }
  return result.data;
}
