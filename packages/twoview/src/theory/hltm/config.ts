// Settings of a run of the latent tree model, and of a sweep over them.
import { z } from 'zod';
import { hltmLosses } from './losses.js';
import { mostLeaves } from './tree.js';

const depth = z.int().min(1).max(16);
const hidden = z.int().min(1).max(512);
const low = z.number().min(0).max(1);
const temperature = z.number().min(1e-6).max(1e6);

/** What a sweep does not vary. */
const common = {
  children: z.int().min(2).max(64).default(2).describe('children of a latent, m'),
  rootBias: z.number().gt(-1).lt(1).default(0).describe('P(root = 1) - P(root = -1)'),
  loss: z
    .enum(hltmLosses)
    .default('softmax')
    .describe(
      'softmax: minus the softmax probability of batch means, as in the reference; difference: P - N; infoNce: sample by sample against all negatives of the batch; softTriplet: against its own',
    ),
  negatives: z
    .enum(['fresh', 'sameRoot'])
    .default('fresh')
    .describe("whether a negative has a root of its own, or the anchor's: then nothing can be learnt"),
  learningRate: z.number().min(0).max(1e6).default(0.1).describe('of plain SGD'),
  batchSize: z.int().min(1).max(16384).default(128).describe('triples a step'),
  samplesPerEpoch: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(64000)
    .describe('triples an epoch, never seen again, and samples that are measured on'),
  epochs: z
    .int()
    .min(0)
    .max(10000)
    .default(20)
    .describe('how often it trains; it measures before the first and after each'),
  covarianceSamples: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe("samples that the covariance operator's norm is measured on; 0 leaves it out"),
};

const polarityHigh = z.number().min(0).max(1).default(1).describe('largest |polarity| of an edge');
const describeLow = 'smallest |polarity| of an edge, each drawn evenly between the two, with a random sign';
const describeDepth = 'levels of edges from the root to the leaves, L';
const describeHidden = 'units a latent';
const describeTemperature = 'T, what differences of distances are divided by';

/** Leaves times units times batch: about a gigabyte of activations and gradients. */
const mostActivations = 2 ** 24;

/** One run. */
export const hltmSchema = z
  .strictObject({
    depth: depth.default(5).describe(describeDepth),
    hidden: hidden.default(10).describe(describeHidden),
    polarity: z.strictObject({ low: low.default(0.7).describe(describeLow), high: polarityHigh }).prefault({}),
    temperature: temperature.default(0.1).describe(describeTemperature),
    seed: z.int().min(0).max(1_000_000_000).default(0).describe('draws tree, weights, batches and what is measured on'),
    ...common,
  })
  .superRefine((settings, context) => {
    const leaves = settings.children ** settings.depth;
    if (leaves > mostLeaves)
      context.addIssue({
        code: 'custom',
        path: ['depth'],
        message: `${settings.children} children to depth ${settings.depth} make ${leaves} leaves, more than ${mostLeaves}`,
      });
    const activations = leaves * settings.hidden * settings.batchSize;
    if (leaves <= mostLeaves && activations > mostActivations)
      context.addIssue({
        code: 'custom',
        path: ['depth'],
        message: `${leaves} leaves, ${settings.hidden} units a latent and batches of ${settings.batchSize} multiply to ${activations}, more than ${mostActivations}: lower depth, hidden or batchSize`,
      });
    if (settings.polarity.low > settings.polarity.high)
      context.addIssue({ code: 'custom', path: ['polarity', 'low'], message: 'must not exceed polarity.high' });
    if (settings.batchSize > settings.samplesPerEpoch)
      context.addIssue({ code: 'custom', path: ['batchSize'], message: 'must not exceed samplesPerEpoch' });
  });

export type HltmSettings = z.infer<typeof hltmSchema>;

const oneOrMany = <T extends z.ZodType<number>>(one: T) => z.union([one, z.array(one).min(1)]);

/** A sweep: every combination of the values given, with every seed. */
export const hltmSweepSchema = z.strictObject({
  depth: oneOrMany(depth).default(5).describe(`${describeDepth}; or a list such as [3,5]`),
  hidden: oneOrMany(hidden).default(10).describe(`${describeHidden}; or a list such as [2,5,10]`),
  polarity: z
    .strictObject({
      low: oneOrMany(low).default(0.7).describe(`${describeLow}; or a list such as [0.7,0.8,0.9]`),
      high: polarityHigh,
    })
    .prefault({}),
  temperature: oneOrMany(temperature).default(0.1).describe(`${describeTemperature}; or a list such as [0.1,0.01]`),
  seeds: z
    .union([z.int().min(0).max(1_000_000_000), z.array(z.int().min(0).max(1_000_000_000)).min(1)])
    .default(0)
    .describe('a seed or a list such as [0,1,2], each with a tree, weights and samples of its own'),
  ...common,
});

export type HltmSweep = z.infer<typeof hltmSweepSchema>;

/** The settings that are compared, and for each its runs, one a seed. */
export interface SweepCell {
  /** The values that vary, such as `hidden 5`; empty where none does. */
  label: string;
  runs: HltmSettings[];
}

/** Most runs of one sweep. */
const mostRuns = 1000;

/**
 * Every combination, in the order depth, polarity, hidden, temperature.
 * @throws RangeError that says which combination cannot be, or that there are too many
 */
export function sweepCells(sweep: HltmSweep): SweepCell[] {
  const { depth, hidden, polarity, temperature, seeds, ...rest } = sweep;
  const lists = {
    depth: listOf(depth),
    low: listOf(polarity.low),
    hidden: listOf(hidden),
    temperature: listOf(temperature),
  };
  const everySeed = listOf(seeds);
  const count = Object.values(lists).reduce((product, { length }) => product * length, everySeed.length);
  if (count > mostRuns) throw new RangeError(`hltm: ${count} runs in one sweep are more than ${mostRuns}`);
  const cells: SweepCell[] = [];
  for (const d of lists.depth)
    for (const l of lists.low)
      for (const h of lists.hidden)
        for (const t of lists.temperature) {
          const named = [
            ['depth', d, lists.depth],
            ['polarity.low', l, lists.low],
            ['hidden', h, lists.hidden],
            ['temperature', t, lists.temperature],
          ] as const;
          const label = named
            .flatMap(([name, value, list]) => (list.length > 1 ? [`${name} ${value}`] : []))
            .join(', ');
          const runs = everySeed.map((seed) =>
            checked({ ...rest, depth: d, hidden: h, temperature: t, seed, polarity: { low: l, high: polarity.high } }),
          );
          cells.push({ label, runs });
        }
  return cells;
}

const listOf = (value: number | number[]): number[] => [...new Set(Array.isArray(value) ? value : [value])];

function checked(settings: HltmSettings): HltmSettings {
  const result = hltmSchema.safeParse(settings);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RangeError(`hltm: ${issue!.path.join('.')}: ${issue!.message}`);
}
